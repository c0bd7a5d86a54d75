#include "api/reservations.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "api/commands.hpp"
#include "api/render.hpp"
#include "base/log.hpp"
#include "model/event_codec.hpp"

namespace holdfast::api {
namespace {

using namespace model;

std::optional<std::string> clear_text(const Context& context, base::Digest128 digest) {
    if (digest.empty()) {
        return std::nullopt;
    }
    auto text = context.ledger.private_text(digest);
    if (!text) {
        base::log_error("personal data cannot be read",
                        {{"why", std::string_view(text.error().message)}});
        return std::nullopt;
    }
    return std::move(*text);
}

// What was forgotten, or cannot be read, is left out.
void add_personal_data(const Context& context, Reply& reply) {
    auto* const view = std::get_if<ReservationView>(&reply.body);
    if (view == nullptr) {
        return;
    }
    const auto event = decode(reply.event);
    if (const auto* shown = event ? std::get_if<ReservationChanged>(&*event) : nullptr) {
        view->customer_id = clear_text(context, shown->image.customer);
        view->metadata = clear_text(context, shown->image.metadata);
    }
}

}  // namespace

void Reservations::create(const Principal& principal, const CreateRequest& request,
                          Callback callback) {
    auto command = make_command(runner_.context(), principal, request);
    if (!command) {
        callback(problem_reply(std::move(command).error()));
        return;
    }
    runner_.run(
        std::move(*command),
        {.lines_pointer = request.lines_pointer, .saw_stock = request.seen_position.has_value()},
        std::move(callback));
}

void Reservations::change(const Principal& principal, ChangeRequest request, Callback callback) {
    if (request.versions && request.versions->size() > 1) {
        change_any_of(principal, std::move(request), std::move(callback));
    } else {
        submit_change(principal, request, std::move(callback));
    }
}

// The core compares with one version: which of several that is, is read first. If the reservation
// changes in between, the comparison fails, as it should.
void Reservations::change_any_of(const Principal& principal, ChangeRequest request,
                                 Callback callback) {
    auto command = make_read(runner_.context(), principal, request.reservation);
    if (!command) {
        callback(problem_reply(std::move(command).error()));
        return;
    }
    runner_.run(std::move(*command), {},
                [this, principal, request = std::move(request),
                 callback = std::move(callback)](Reply reply) mutable {
                    const auto* const now = std::get_if<ReservationView>(&reply.body);
                    const bool listed =
                        now != nullptr && std::ranges::find(*request.versions, now->version) !=
                                              request.versions->end();
                    request.versions->resize(1);
                    if (listed) {
                        request.versions->front() = now->version;
                    }
                    submit_change(principal, request, std::move(callback));
                });
}

void Reservations::submit_change(const Principal& principal, const ChangeRequest& request,
                                 Callback callback) {
    auto command = make_command(runner_.context(), principal, request);
    if (!command) {
        callback(problem_reply(std::move(command).error()));
        return;
    }
    runner_.run(std::move(*command), {.lines_pointer = "/lines"}, std::move(callback));
}

void Reservations::release_by_name(const Principal& principal, const ReleaseByNameRequest& request,
                                   Callback callback) {
    auto command = make_command(runner_.context(), principal, request);
    if (!command) {
        callback(problem_reply(std::move(command).error()));
        return;
    }
    runner_.run(std::move(*command), {}, std::move(callback));
}

void Reservations::read(const Principal& principal, std::string_view reservation,
                        Callback callback) {
    auto command = make_read(runner_.context(), principal, reservation);
    if (!command) {
        callback(problem_reply(std::move(command).error()));
        return;
    }
    runner_.run(std::move(*command), {},
                [this, callback = std::move(callback)](Reply reply) mutable {
                    add_personal_data(runner_.context(), reply);
                    callback(std::move(reply));
                });
}

}  // namespace holdfast::api
