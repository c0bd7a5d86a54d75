// The verbs of one reservation, release by name, and reading.
#include <utility>

#include "api/commands.hpp"
#include "api/idempotency.hpp"
#include "api/private_data.hpp"
#include "api/validation.hpp"
#include "model/limits.hpp"

namespace holdfast::api {
namespace {

using namespace model;

LinePart make_part(const Principal& principal, const PartRequest& from, const std::string& pointer,
                   Validator& check) {
    LinePart part;
    if (from.line_id.has_value() == from.sku.has_value()) {
        check.add(pointer, "Names its line by either \"line_id\" or \"sku\".");
    }
    part.line_id = check.optional_text(from.line_id, pointer + "/line_id", kLineIdBytesMax);
    if (from.sku) {
        part.sku = sku_name(principal.tenant.text,
                            check.optional_text(from.sku, pointer + "/sku", kSkuBytesMax));
    }
    part.quantity = check.required_number(from.quantity, pointer + "/quantity",
                                          {.least = 1, .most = kLineQuantityMax});
    return part;
}

void make_parts(const Principal& principal, const ChangeRequest& request, Validator& check,
                ChangeReservation& out) {
    if (!request.lines) {
        return;
    }
    if (request.lines->empty() || request.lines->size() > kLinesMax) {
        check.add("/lines", "Must have 1 to " + std::to_string(kLinesMax) +
                                " lines; leave it out to mean all.");
        return;
    }
    for (std::size_t i = 0; i < request.lines->size(); ++i) {
        out.lines.push_back(
            make_part(principal, (*request.lines)[i], "/lines/" + std::to_string(i), check));
    }
}

Disposition make_disposition(const ChangeRequest& request, Validator& check) {
    if (request.disposition == "damaged") {
        return Disposition::damaged;
    }
    if (request.disposition != "restock") {
        check.add("/disposition", "Must be \"restock\" or \"damaged\".");
    }
    return Disposition::restock;
}

// How a promise that cannot be kept was settled with the buyer.
bool settles_shortage(Reason reason) {
    return reason == Reason::refunded || reason == Reason::replaced ||
           reason == Reason::substituted || reason == Reason::other;
}

void make_pools(const Principal& principal, const ChangeRequest& request, Validator& check,
                ChangeReservation& out) {
    const std::string& tenant = principal.tenant.text;
    out.to = pool_name(tenant, check.required_text(request.to, "/to", kReferenceBytesMax));
    if (request.from) {
        out.from =
            pool_name(tenant, check.optional_text(request.from, "/from", kReferenceBytesMax));
        if (out.from->text == out.to->text) {
            check.add("/to", "Must be another pool than \"from\".");
        }
    }
}

// What each verb demands beyond the types of its fields.
void check_verb(const Context& context, const Principal& principal, const ChangeRequest& request,
                Validator& check, ChangeReservation& out) {
    if (request.operation == Operation::extend && !request.ttl_seconds) {
        check.add("/ttl_seconds", "Is required.");
    }
    if (request.operation == Operation::return_units) {
        if (!request.lines) {
            check.add("/lines", "Is required.");
        }
        out.disposition = make_disposition(request, check);
    }
    if (request.operation == Operation::cancel || request.operation == Operation::close_short) {
        const std::string note =
            check.optional_text(request.note, "/note", kNoteBytesMax, TextKind::note);
        out.reason = check.required_reason(request.reason, !note.empty());
        out.note = note_text(context.private_key, principal.tenant.text, note);
    }
    if (request.operation == Operation::close_short && request.reason && check.ok() &&
        !settles_shortage(out.reason)) {
        check.add("/reason", "Must be refunded, replaced, substituted or other.");
    }
    if (request.operation == Operation::reallocate) {
        make_pools(principal, request, check, out);
    }
}

// Repeating these would count twice, a shipment too: of what has left already it would report that
// the rest left. Repeating the others is a success without effect.
bool needs_key(const ChangeRequest& request) {
    return request.lines.has_value() || request.operation == Operation::extend ||
           request.operation == Operation::ship || request.operation == Operation::return_units;
}

// Without a list any version will do; a version that no reservation has never matches. Of several
// the caller has already picked the present one (see Reservations::change).
std::optional<std::uint32_t> expected_version(
    const std::optional<std::vector<std::uint32_t>>& versions) {
    if (!versions) {
        return std::nullopt;
    }
    return versions->empty() ? 0 : versions->front();
}

Problem no_such_reservation() {
    return make_problem(RefusalCode::unknown_reservation, "The id has not the form rsv_...");
}

}  // namespace

CommandOrProblem make_command(const Context& context, const Principal& principal,
                              const ChangeRequest& request) {
    Validator check;
    ChangeReservation out;
    const auto id = context.names.find_reservation(request.reservation);
    if (!id) {
        return std::unexpected(no_such_reservation());
    }
    out.reservation = *id;
    make_parts(principal, request, check, out);
    out.ttl_seconds = check.optional_number(request.ttl_seconds, "/ttl_seconds",
                                            {.least = 1, .most = kTtlSecondsMax});
    const auto text = [&](const std::optional<std::string>& value, std::string_view pointer) {
        return check.optional_text(value, pointer, kReferenceBytesMax);
    };
    out.payment_reference = text(request.payment_reference, "/payment_reference");
    out.payment_provider = text(request.provider, "/provider");
    out.order_reference = text(request.order_reference, "/order_reference");
    out.document =
        text(request.document,
             request.operation == Operation::ship ? "/shipment_reference" : "/reference");
    out.occurred_at = check.optional_past(request.occurred_at, "/occurred_at", context.latest());
    check_verb(context, principal, request, check, out);
    if (!check.ok()) {
        return std::unexpected(check.take());
    }
    auto command = finish_command(principal, request.operation, request.attempt, needs_key(request),
                                  std::move(out));
    if (command) {
        std::get<ChangeReservation>(command->request).expected_version =
            expected_version(request.versions);
    }
    return command;
}

CommandOrProblem make_command(const Context&, const Principal& principal,
                              const ReleaseByNameRequest& request) {
    Validator check;
    ReleaseByName out;
    const std::string& tenant = principal.tenant.text;
    if (request.key.has_value() == request.reference.has_value()) {
        check.add("", "Needs either \"key\" or \"reference\".");
    }
    if (request.key) {
        if (!is_key(*request.key)) {
            check.add("/key", "Must be 1 to 255 visible ASCII characters.");
        }
        if (request.block_late) {
            check.add("/block_late", "Goes with \"reference\"; a key is always blocked.");
        }
        out.create_key = key_digest(tenant, Operation::create, *request.key);
    } else {
        out.reference = reference_name(
            tenant, check.optional_text(request.reference, "/reference", kReferenceBytesMax));
        out.block_late = request.block_late.value_or(false);
    }
    if (!check.ok()) {
        return std::unexpected(check.take());
    }
    return finish_command(principal, Operation::release_by_name, request.attempt, false,
                          std::move(out));
}

CommandOrProblem make_read(const Context& context, const Principal& principal,
                           std::string_view reservation) {
    const auto id = context.names.find_reservation(reservation);
    if (!id) {
        return std::unexpected(no_such_reservation());
    }
    return Command{.operation = Operation::read_reservation,
                   .tenant = principal.tenant,
                   .request = ReadReservation{.reservation = *id}};
}

CommandOrProblem finish_command(const Principal& principal, Operation operation,
                                const Attempt& attempt, bool key_required, Request&& request) {
    auto key = resolve_attempt(principal.tenant.text, operation, attempt, key_required);
    if (!key) {
        return std::unexpected(std::move(key).error());
    }
    Command command{.operation = operation,
                    .tenant = principal.tenant,
                    .key = std::move(*key),
                    .request = std::move(request)};
    if (!command.key.empty()) {
        command.key.fingerprint = fingerprint(command);
    }
    return command;
}

}  // namespace holdfast::api
