#include "transport/http/policy_fields.hpp"

#include <utility>

namespace holdfast::transport::http {
namespace {

using api::ClassField;
using api::FieldKind;

std::optional<api::ClassFieldValue> read_class_field(JsonFields& fields, const ClassField& field) {
    api::ClassFieldValue out{.field = &field};
    std::optional<std::int64_t> number;
    switch (field.kind) {
        case FieldKind::whole: number = fields.integer(field.name); break;
        case FieldKind::thousandths: number = fields.thousandths(field.name); break;
        case FieldKind::flag: number = fields.boolean(field.name); break;
        case FieldKind::word: {
            auto word = fields.text(field.name);
            if (!word) {
                return std::nullopt;
            }
            out.word = std::move(*word);
            return out;
        }
    }
    if (!number) {
        return std::nullopt;
    }
    out.number = *number;
    return out;
}

// {"agent":{...},"operator":{...},"buyer":{...}}
api::CapsRequest read_kinds(JsonFields& fields, Findings& findings) {
    api::CapsRequest out;
    for (std::size_t kind = 0; kind < model::kPrincipalKinds; ++kind) {
        const auto name = model::to_string(static_cast<model::PrincipalKind>(kind));
        if (const auto value = fields.object(name)) {
            JsonFields cap(*value, fields.pointer(name), findings);
            out[kind] = api::CapRequest{.units = cap.integer("units"),
                                        .holds = cap.integer("holds"),
                                        .unit_seconds = cap.integer("unit_seconds")};
            cap.finish();
        }
    }
    return out;
}

}  // namespace

api::Attempt read_attempt(JsonFields& fields) {
    return {.header_key = {},
            .body_key = fields.text("idempotency_key"),
            .source = fields.text("source"),
            .source_sequence = fields.integer("source_sequence")};
}

api::PutClassRequest read_put_class(JsonValue body, Findings& findings) {
    JsonFields fields(body, "", findings);
    api::PutClassRequest out;
    out.attempt = read_attempt(fields);
    for (const auto& field : api::class_fields()) {
        if (auto value = read_class_field(fields, field)) {
            out.fields.push_back(std::move(*value));
        }
    }
    if (const auto caps = fields.object("caps")) {
        JsonFields kinds(*caps, fields.pointer("caps"), findings);
        out.caps = read_kinds(kinds, findings);
        kinds.finish();
    }
    out.dry_run = fields.boolean("dry_run");
    fields.finish();
    return out;
}

api::PutPoolRequest read_put_pool(JsonValue body, Findings& findings) {
    JsonFields fields(body, "", findings);
    api::PutPoolRequest out;
    out.attempt = read_attempt(fields);
    out.kind = fields.text("kind");
    out.region = fields.text("region");
    out.priority = fields.integer("priority");
    out.channels = fields.text_items("channels");
    out.overflow = fields.text("overflow");
    fields.finish();
    return out;
}

api::PutCapsRequest read_put_caps(JsonValue body, Findings& findings) {
    JsonFields fields(body, "", findings);
    api::PutCapsRequest out;
    out.attempt = read_attempt(fields);
    out.caps = read_kinds(fields, findings);
    fields.finish();
    return out;
}

api::SellingRequest read_selling(JsonValue body, bool stop, Findings& findings) {
    JsonFields fields(body, "", findings);
    api::SellingRequest out;
    out.attempt = read_attempt(fields);
    out.stop = stop;
    out.scope = fields.text("scope");
    out.name = fields.text("name");
    out.by = fields.text("by");
    if (stop) {
        out.reason = fields.text("reason");
        out.until = fields.text("until");
        out.note = fields.text("note");
    }
    fields.finish();
    return out;
}

api::ReleaseMatchingRequest read_release_matching(JsonValue body, Findings& findings) {
    JsonFields fields(body, "", findings);
    api::ReleaseMatchingRequest out;
    out.attempt = read_attempt(fields);
    out.sku = fields.text("sku");
    out.sku_class = fields.text("sku_class");
    out.channel = fields.text("channel");
    out.agent_id = fields.text("agent_id");
    out.older_than = fields.text("older_than");
    out.include_payment = fields.boolean("include_payment");
    out.dry_run = fields.boolean("dry_run");
    out.reason = fields.text("reason");
    fields.finish();
    return out;
}

api::TokenRequest read_token(JsonValue body, Findings& findings) {
    JsonFields fields(body, "", findings);
    api::TokenRequest out{.attempt = {}, .ttl_seconds = fields.integer("ttl_seconds")};
    fields.finish();
    return out;
}

}  // namespace holdfast::transport::http
