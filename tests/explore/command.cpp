#include "tests/explore/command.hpp"

#include "base/check.hpp"

namespace holdfast::explore {

using core::testing::Ask;
using model::Operation;
using Number = std::function<model::ReservationId(std::size_t)>;

namespace {

constexpr const char* kTenant = "default";

model::Name reference(const std::string& text) {
    return text.empty() ? model::Name{} : model::reference_name(kTenant, text);
}

std::vector<model::RequestedLine> lines_of(const Ask& asked) {
    std::vector<model::RequestedLine> out;
    for (const auto& line : asked.cart.lines) {
        out.push_back({.sku = model::sku_name(kTenant, line.sku),
                       .pool = {},
                       .quantity = line.quantity,
                       .min_quantity = line.min_quantity,
                       .line_id = {},
                       .group = {}});
    }
    return out;
}

model::CreateReservation create(const Ask& asked, const Number& id_of) {
    model::CreateReservation out;
    out.lines = lines_of(asked);
    out.ttl_seconds = asked.cart.ttl_seconds;
    out.reference = reference(asked.cart.reference);
    out.agent_id = asked.cart.agent_id;
    out.wait_seconds = asked.cart.wait_seconds;
    if (asked.supersedes) {
        out.supersedes = id_of(*asked.supersedes);
    }
    out.supersedes_same_reference = asked.cart.supersedes_same_reference;
    out.partial = asked.cart.partial;
    out.dry_run = asked.cart.dry_run;
    return out;
}

model::ChangeReservation change(const Ask& asked, const Number& id_of) {
    model::ChangeReservation out;
    out.reservation = id_of(asked.target);
    out.expected_version = asked.with.version;
    out.ttl_seconds = asked.with.ttl_seconds;
    out.reason = asked.with.reason;
    out.disposition = asked.with.disposition;
    for (const auto& part : asked.with.lines) {
        out.lines.push_back(
            {.line_id = {}, .sku = model::sku_name(kTenant, part.sku), .quantity = part.quantity});
    }
    return out;
}

model::ReleaseByName release(const Ask& asked) {
    if (asked.by_key) {
        return {.create_key = model::key_digest(kTenant, Operation::create, asked.name)};
    }
    return {.create_key = {}, .reference = reference(asked.name), .block_late = asked.flag};
}

model::Request request_of(const Ask& asked, const Number& id_of) {
    switch (asked.operation) {
        case Operation::create: return create(asked, id_of);
        case Operation::record_sale:
            return model::RecordSale{.lines = lines_of(asked),
                                     .reference = reference(asked.cart.reference),
                                     .channel = {},
                                     .customer = {},
                                     .shipped = asked.flag};
        case Operation::receive_stock:
        case Operation::adjust_stock:
        case Operation::mark_unavailable:
            return model::MoveStock{.sku = model::sku_name(kTenant, asked.name),
                                    .pool = {},
                                    .quantity = asked.quantity,
                                    .reason = asked.reason,
                                    .from_unavailable = asked.from_unavailable};
        case Operation::put_class:
            return model::PutClass{.name = model::class_name(kTenant, asked.name),
                                   .policy = core::testing::sku_class_of(asked.policy),
                                   .expected_version = {}};
        case Operation::set_caps: return model::SetCaps{.caps = asked.caps};
        case Operation::change_selling:
            return model::ChangeSelling{.scope = asked.scope,
                                        .subject = {.text = asked.name, .digest = {}},
                                        .stopped = asked.flag};
        case Operation::release_by_name: return release(asked);
        default: return change(asked, id_of);
    }
}

}  // namespace

model::Command command_of(const Ask& asked, const Number& id_of) {
    model::Command out{.operation = asked.operation,
                       .tenant = model::tenant_name(kTenant),
                       .key = {},
                       .request = request_of(asked, id_of)};
    if (!asked.key().empty()) {
        out.key.key = model::key_digest(kTenant, asked.operation, asked.key());
        out.key.fingerprint = model::fingerprint(out);
    }
    return out;
}

}  // namespace holdfast::explore
