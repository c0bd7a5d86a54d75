#include "transport/http/request_fields.hpp"

#include <string>
#include <utility>

#include "transport/http/policy_fields.hpp"

namespace holdfast::transport::http {
namespace {

using model::Operation;

api::LineRequest read_line(JsonValue value, const std::string& pointer, Findings& findings) {
    JsonFields fields(value, pointer, findings);
    api::LineRequest line{.line_id = fields.text("line_id"),
                          .sku = fields.text("sku"),
                          .quantity = fields.integer("quantity"),
                          .pool = fields.text("pool"),
                          .min_quantity = fields.integer("min_quantity"),
                          .group = fields.text("group")};
    fields.finish();
    return line;
}

// Lines stand under "lines", or "items", or are one line in short form beside everything else.
void read_lines(JsonFields& fields, api::CreateRequest& out, Findings& findings) {
    const bool short_form = fields.has("sku") || fields.has("quantity");
    const bool both = fields.has("lines") && fields.has("items");
    if (both || (short_form && (fields.has("lines") || fields.has("items")))) {
        findings.in_body(fields.pointer(both ? "items" : "sku"),
                         "Use either \"lines\", or \"items\", or one \"sku\" and \"quantity\".");
    }
    if (short_form) {
        out.lines_pointer = "";
        out.lines.push_back({.line_id = {},
                             .sku = fields.text("sku"),
                             .quantity = fields.integer("quantity"),
                             .pool = fields.text("pool"),
                             .min_quantity = fields.integer("min_quantity"),
                             .group = {}});
    }
    auto lines = fields.array("lines");
    auto items = fields.array("items");
    if (items) {
        out.lines_pointer = "/items";
        lines = std::move(items);
    }
    if (lines && !short_form) {
        for (std::size_t i = 0; i < lines->size(); ++i) {
            out.lines.push_back(
                read_line((*lines)[i], out.lines_pointer + '/' + std::to_string(i), findings));
        }
    }
}

std::optional<std::vector<api::PartRequest>> read_parts(JsonFields& fields, Findings& findings) {
    const auto lines = fields.array("lines");
    if (!lines) {
        return std::nullopt;
    }
    std::vector<api::PartRequest> out;
    for (std::size_t i = 0; i < lines->size(); ++i) {
        JsonFields part((*lines)[i], fields.pointer("lines") + '/' + std::to_string(i), findings);
        out.push_back({.line_id = part.text("line_id"),
                       .sku = part.text("sku"),
                       .quantity = part.integer("quantity")});
        part.finish();
    }
    return out;
}

bool takes_lines(Operation operation) {
    return operation != Operation::begin_payment && operation != Operation::extend;
}

}  // namespace

api::CreateRequest read_create(JsonValue body, Findings& findings) {
    JsonFields fields(body, "", findings);
    api::CreateRequest out;
    out.attempt = read_attempt(fields);
    read_lines(fields, out, findings);
    out.ttl_seconds = fields.integer("ttl_seconds");
    out.reference = fields.text("reference");
    out.agent_id = fields.text("agent_id");
    out.operator_id = fields.text("operator_id");
    out.customer_id = fields.text("customer_id");
    out.channel = fields.text("channel");
    out.region = fields.text("region");
    out.supersedes = fields.text("supersedes");
    out.partial = fields.boolean("partial");
    out.dry_run = fields.boolean("dry_run");
    out.wait_seconds = fields.integer("wait_seconds");
    out.metadata = fields.texts("metadata");
    out.seen_position = fields.text("seen_position");
    fields.finish();
    return out;
}

api::ChangeRequest read_change(JsonValue body, Operation operation, Findings& findings) {
    JsonFields fields(body, "", findings);
    api::ChangeRequest out;
    out.operation = operation;
    out.attempt = read_attempt(fields);
    if (takes_lines(operation)) {
        out.lines = read_parts(fields, findings);
    }
    if (operation == Operation::begin_payment || operation == Operation::extend) {
        out.ttl_seconds = fields.integer("ttl_seconds");
    }
    if (operation == Operation::begin_payment) {
        out.payment_reference = fields.text("payment_reference");
        out.provider = fields.text("provider");
    }
    if (operation == Operation::commit) {
        out.order_reference = fields.text("order_reference");
    }
    if (operation == Operation::ship) {
        out.document = fields.text("shipment_reference");
        out.occurred_at = fields.text("occurred_at");
    }
    if (operation == Operation::cancel || operation == Operation::close_short) {
        out.reason = fields.text("reason");
        out.note = fields.text("note");
    }
    if (operation == Operation::reallocate) {
        out.from = fields.text("from");
        out.to = fields.text("to");
    }
    if (operation == Operation::return_units) {
        out.disposition = fields.text("disposition");
        out.document = fields.text("reference");
        out.occurred_at = fields.text("occurred_at");
    }
    fields.finish();
    return out;
}

api::ReleaseByNameRequest read_release_by_name(JsonValue body, Findings& findings) {
    JsonFields fields(body, "", findings);
    api::ReleaseByNameRequest out{.attempt = read_attempt(fields),
                                  .key = fields.text("key"),
                                  .reference = fields.text("reference"),
                                  .block_late = fields.boolean("block_late")};
    fields.finish();
    return out;
}

api::MovementRequest read_movement(JsonValue body, Operation operation, Findings& findings) {
    JsonFields fields(body, "", findings);
    api::MovementRequest out;
    out.operation = operation;
    out.attempt = read_attempt(fields);
    out.sku = fields.text("sku");
    out.pool = fields.text("pool");
    if (operation == Operation::receive_stock) {
        out.quantity = fields.integer("quantity");
    } else {
        out.delta = fields.integer("delta");
        out.reason = fields.text("reason");
        out.note = fields.text("note");
    }
    if (operation == Operation::adjust_stock) {
        out.from_unavailable = fields.text("from_unavailable");
        out.undoes = fields.text("undoes");
    }
    out.reference = fields.text("reference");
    out.occurred_at = fields.text("occurred_at");
    fields.finish();
    return out;
}

api::SafetyStockRequest read_safety_stock(JsonValue body, Findings& findings) {
    JsonFields fields(body, "", findings);
    api::SafetyStockRequest out{.attempt = read_attempt(fields),
                                .sku = fields.text("sku"),
                                .pool = fields.text("pool"),
                                .quantity = fields.integer("quantity")};
    fields.finish();
    return out;
}

api::PutSkuRequest read_put_sku(JsonValue body, Findings& findings) {
    JsonFields fields(body, "", findings);
    api::PutSkuRequest out;
    out.attempt = read_attempt(fields);
    out.sku_class = fields.text("sku_class");
    fields.finish();
    return out;
}

}  // namespace holdfast::transport::http
