#include "transport/http/stock_fields.hpp"

#include <utility>

#include "transport/http/policy_fields.hpp"

namespace holdfast::transport::http {
namespace {

std::vector<api::LineRequest> read_sold_lines(JsonFields& fields, Findings& findings) {
    std::vector<api::LineRequest> out;
    const auto lines = fields.array("lines");
    for (std::size_t i = 0; lines && i < lines->size(); ++i) {
        JsonFields line((*lines)[i], fields.pointer("lines") + '/' + std::to_string(i), findings);
        out.push_back({.line_id = line.text("line_id"),
                       .sku = line.text("sku"),
                       .quantity = line.integer("quantity"),
                       .pool = line.text("pool"),
                       .min_quantity = {},
                       .group = line.text("group")});
        line.finish();
    }
    return out;
}

std::optional<api::IncludesRequest> read_includes(JsonFields& fields, Findings& findings) {
    const auto value = fields.object("includes");
    if (!value) {
        return std::nullopt;
    }
    JsonFields includes(*value, fields.pointer("includes"), findings);
    api::IncludesRequest out{.references = includes.text_items("references"), .watermarks = {}};
    const auto marks = includes.array("watermarks");
    for (std::size_t i = 0; marks && i < marks->size(); ++i) {
        JsonFields mark((*marks)[i], includes.pointer("watermarks") + '/' + std::to_string(i),
                        findings);
        out.watermarks.push_back(
            {.source = mark.text("source"), .sequence = mark.integer("sequence")});
        mark.finish();
    }
    includes.finish();
    return out;
}

}  // namespace

api::TransferRequest read_transfer(JsonValue body, Findings& findings) {
    JsonFields fields(body, "", findings);
    api::TransferRequest out{.attempt = read_attempt(fields),
                             .sku = fields.text("sku"),
                             .from = fields.text("from"),
                             .to = fields.text("to"),
                             .quantity = fields.integer("quantity"),
                             .instant = fields.boolean("instant"),
                             .reference = fields.text("reference"),
                             .occurred_at = fields.text("occurred_at")};
    fields.finish();
    return out;
}

api::SettleTransferRequest read_settle_transfer(JsonValue body, bool lost, Findings& findings) {
    JsonFields fields(body, "", findings);
    api::SettleTransferRequest out;
    out.attempt = read_attempt(fields);
    out.lost = lost;
    out.quantity = fields.integer("quantity");
    if (lost) {
        out.reason = fields.text("reason");
    }
    out.occurred_at = fields.text("occurred_at");
    fields.finish();
    return out;
}

api::SaleRequest read_sale(JsonValue body, Findings& findings) {
    JsonFields fields(body, "", findings);
    api::SaleRequest out;
    out.attempt = read_attempt(fields);
    out.lines = read_sold_lines(fields, findings);
    out.channel = fields.text("channel");
    out.reference = fields.text("reference");
    out.customer_id = fields.text("customer_id");
    out.shipped = fields.boolean("shipped");
    out.occurred_at = fields.text("occurred_at");
    fields.finish();
    return out;
}

api::CountRequest read_count(JsonValue body, Findings& findings) {
    JsonFields fields(body, "", findings);
    api::CountRequest out;
    out.attempt = read_attempt(fields);
    out.sku = fields.text("sku");
    out.pool = fields.text("pool");
    out.counted = fields.integer("counted");
    out.as_of = fields.text("as_of");
    out.includes = read_includes(fields, findings);
    out.by = fields.text("by");
    fields.finish();
    return out;
}

api::ResolveRequest read_resolve(JsonValue body, Findings& findings) {
    JsonFields fields(body, "", findings);
    api::ResolveRequest out;
    out.attempt = read_attempt(fields);
    out.resolution = fields.text("resolution");
    out.plan = fields.text("plan");
    out.reason = fields.text("reason");
    out.note = fields.text("note");
    out.override_submitter = fields.boolean("override");
    out.by = fields.text("by");
    fields.finish();
    return out;
}

}  // namespace holdfast::transport::http
