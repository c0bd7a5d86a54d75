// Stock movements and settings.
#include <utility>

#include "api/commands.hpp"
#include "api/private_data.hpp"
#include "api/validation.hpp"
#include "model/limits.hpp"

namespace holdfast::api {
namespace {

using namespace model;

std::optional<Name> make_pool(const Principal& principal, const std::optional<std::string>& pool,
                              Validator& check) {
    if (!pool) {
        return std::nullopt;
    }
    return pool_name(principal.tenant.text, check.optional_text(pool, "/pool", kReferenceBytesMax));
}

Name make_sku(const Principal& principal, const std::optional<std::string>& sku, Validator& check) {
    return sku_name(principal.tenant.text, check.required_text(sku, "/sku", kSkuBytesMax));
}

std::int64_t make_delta(const MovementRequest& request, Validator& check) {
    const std::int64_t delta = check.required_number(
        request.delta, "/delta", {.least = -kCellQuantityMax, .most = kCellQuantityMax});
    if (delta == 0) {
        check.add("/delta", "Must not be 0.");
    }
    return delta;
}

// What an adjustment is about beyond its figure: units that were unavailable, or a movement that
// it takes back.
void add_origin(const Context& context, const MovementRequest& request, Validator& check,
                MoveStock& out) {
    if (request.from_unavailable) {
        const auto reason = parse_reason(*request.from_unavailable);
        if (!reason) {
            check.add("/from_unavailable", "Is not a known reason code.");
        } else if (out.quantity > 0) {
            check.add("/delta", "Must be negative: it takes units that were unavailable.");
        }
        out.from_unavailable = reason.value_or(Reason::none);
    }
    if (request.undoes) {
        const auto position = context.names.find_position(*request.undoes);
        if (!position || *position == Sequence{}) {
            check.add("/undoes", "Must be the position of a movement.");
        }
        out.undoes = position.value_or(Sequence{});
    }
}

}  // namespace

CommandOrProblem make_command(const Context& context, const Principal& principal,
                              const MovementRequest& request) {
    Validator check;
    MoveStock out;
    out.sku = make_sku(principal, request.sku, check);
    out.pool = make_pool(principal, request.pool, check);
    const std::string note =
        check.optional_text(request.note, "/note", kNoteBytesMax, TextKind::note);
    if (request.operation == Operation::receive_stock) {
        out.quantity = check.required_number(request.quantity, "/quantity",
                                             {.least = 1, .most = kCellQuantityMax});
        out.reason = Reason::receipt;
    } else {
        out.quantity = make_delta(request, check);
        out.reason = check.required_reason(request.reason, !note.empty());
        add_origin(context, request, check, out);
    }
    out.reference = check.optional_text(request.reference, "/reference", kReferenceBytesMax);
    out.occurred_at = check.optional_past(request.occurred_at, "/occurred_at", context.latest());
    out.note = note_text(context.private_key, principal.tenant.text, note);
    if (!check.ok()) {
        return std::unexpected(check.take());
    }
    return finish_command(principal, request.operation, request.attempt, true, std::move(out));
}

CommandOrProblem make_command(const Context&, const Principal& principal,
                              const SafetyStockRequest& request) {
    Validator check;
    SetSafetyStock out;
    out.sku = make_sku(principal, request.sku, check);
    out.pool = make_pool(principal, request.pool, check);
    out.units = check.required_number(request.quantity, "/quantity",
                                      {.least = 0, .most = kCellQuantityMax});
    if (!check.ok()) {
        return std::unexpected(check.take());
    }
    return finish_command(principal, Operation::set_safety_stock, request.attempt, false,
                          std::move(out));
}

CommandOrProblem make_command(const Context&, const Principal& principal,
                              const PutSkuRequest& request) {
    Validator check;
    PutSku out;
    out.sku = make_sku(principal, request.sku, check);
    if (request.sku_class) {
        out.sku_class =
            class_name(principal.tenant.text,
                       check.optional_text(request.sku_class, "/sku_class", kReferenceBytesMax));
    }
    if (!check.ok()) {
        return std::unexpected(check.take());
    }
    return finish_command(principal, Operation::put_sku, request.attempt, false, std::move(out));
}

}  // namespace holdfast::api
