#include "api/reservations.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "api/commands.hpp"
#include "api/idempotency.hpp"
#include "api/private_data.hpp"
#include "api/render.hpp"
#include "api/settled_read.hpp"
#include "model/event_codec.hpp"

namespace holdfast::api {
namespace {

using namespace model;

// The longest that an answer may be held back.
constexpr std::int64_t kPollSecondsMax = 60;

std::string_view key_of(const Attempt& attempt) {
    const auto& key = attempt.header_key ? attempt.header_key : attempt.body_key;
    return key ? std::string_view(*key) : std::string_view();
}

// What was forgotten, or cannot be read, is left out.
void add_personal_data(const Context& context, Reply& reply) {
    auto* const view = std::get_if<ReservationView>(&reply.body);
    if (view == nullptr) {
        return;
    }
    const auto event = decode(reply.event);
    if (const auto* shown = event ? std::get_if<ReservationChanged>(&*event) : nullptr) {
        view->customer_id = clear_text(context.ledger, shown->image.customer);
        view->metadata = clear_text(context.ledger, shown->image.metadata);
    }
}

}  // namespace

void Reservations::create(const Principal& principal, const CreateRequest& request,
                          Callback callback) {
    const auto token = tokens_.judge(principal, key_of(request.attempt));
    if (token == TokenState::forged) {
        callback(problem_reply(
            make_problem(RefusalCode::forbidden, "The checkout token was not issued here.")));
        return;
    }
    auto command = make_command(runner_.context(), principal, request);
    if (!command) {
        callback(problem_reply(std::move(command).error()));
        return;
    }
    RunOptions options{.lines_pointer = request.lines_pointer,
                       .seen = request.seen_position
                                   ? runner_.context().names.find_position(*request.seen_position)
                                   : std::nullopt,
                       .wait_seconds = request.wait_seconds.value_or(0)};
    if (token == TokenState::expired) {
        run_only_as_retry(std::move(*command), std::move(options), std::move(callback));
        return;
    }
    runner_.run(std::move(*command), std::move(options), std::move(callback));
}

// A known key is answered before anything is looked up (the order of judgement is API). So the
// command is sent with a SKU that nobody has: it is a retry, or it is refused and leaves no trace.
void Reservations::run_only_as_retry(Command command, RunOptions options, Callback callback) {
    auto& lines = std::get<CreateReservation>(command.request).lines;
    lines.resize(1);
    lines.front().sku = {.text = {}, .digest = base::digest128({"no SKU at all"})};
    runner_.run(std::move(command), std::move(options),
                [callback = std::move(callback)](Reply reply) mutable {
                    const auto* const problem = reply.problem();
                    if (problem != nullptr && problem->code == RefusalCode::unknown_sku) {
                        Problem expired = make_problem(RefusalCode::validation_failed);
                        expired.errors.push_back({.detail = "The checkout token has expired; get "
                                                            "a new one.",
                                                  .pointer = {},
                                                  .parameter = std::string(kKeyHeader),
                                                  .in_body = false});
                        reply = problem_reply(std::move(expired));
                    }
                    callback(std::move(reply));
                });
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
    runner_.run(std::move(*command), {.lines_pointer = "/lines", .pool_pointer = "/to"},
                std::move(callback));
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
                        std::optional<std::int64_t> wait_seconds, Callback callback) {
    if (wait_seconds && (*wait_seconds < 0 || *wait_seconds > kPollSecondsMax)) {
        callback(problem_reply(invalid_parameter(
            "wait_seconds", "Must be 0 to " + std::to_string(kPollSecondsMax) + ".")));
        return;
    }
    auto command = make_read(runner_.context(), principal, reservation);
    if (!command) {
        callback(problem_reply(std::move(command).error()));
        return;
    }
    read_when_settled(runner_, std::move(*command), std::chrono::seconds(wait_seconds.value_or(0)),
                      [this, callback = std::move(callback)](Reply reply) mutable {
                          add_personal_data(runner_.context(), reply);
                          callback(std::move(reply));
                      });
}

}  // namespace holdfast::api
