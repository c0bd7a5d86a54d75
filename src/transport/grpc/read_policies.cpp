// Messages about policies into requests.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <cmath>
#include <limits>
#include <utility>

#include "api/class_fields.hpp"
#include "base/check.hpp"
#include "model/sku_class.hpp"
#include "transport/grpc/fields_internal.hpp"
#include "transport/grpc/requests_internal.hpp"

namespace holdfast::transport::grpc {
namespace {

// Beyond the bounds of every field, so that it is refused where it is judged.
constexpr std::int64_t kNoThousandths = std::numeric_limits<std::int64_t>::max();
constexpr double kClose = 1e-6;

std::int64_t to_thousandths(double value) {
    const double scaled = value * static_cast<double>(model::kPermille);
    const double whole = std::round(scaled);
    const bool fits = std::abs(scaled - whole) < kClose && std::abs(whole) < 1e15;
    return fits ? static_cast<std::int64_t>(whole) : kNoThousandths;
}

// Fields of a class go by the names of the one table of them (api/class_fields.hpp).
std::optional<api::ClassFieldValue> read_class_field(const v1::SkuClass& from,
                                                     const api::ClassField& field) {
    const auto* const found = v1::SkuClass::descriptor()->FindFieldByName(std::string(field.name));
    CHECK(found != nullptr, "a field of a class that replies.proto does not have");
    const auto& reflection = *from.GetReflection();
    if (!reflection.HasField(from, found)) {
        return std::nullopt;
    }
    api::ClassFieldValue out{.field = &field};
    switch (field.kind) {
        case api::FieldKind::whole: out.number = reflection.GetInt64(from, found); break;
        case api::FieldKind::thousandths:
            out.number = to_thousandths(reflection.GetDouble(from, found));
            break;
        case api::FieldKind::flag: out.number = reflection.GetBool(from, found) ? 1 : 0; break;
        case api::FieldKind::word: out.word = reflection.GetString(from, found); break;
    }
    return out;
}

api::CapRequest read_cap(const v1::Cap& from) {
    return {.units = field<std::int64_t>(from.has_units(), from.units()),
            .holds = field<std::int64_t>(from.has_holds(), from.holds()),
            .unit_seconds = field<std::int64_t>(from.has_unit_seconds(), from.unit_seconds())};
}

api::CapsRequest read_caps(const v1::Caps& from) {
    api::CapsRequest out;
    const auto put = [&](model::PrincipalKind kind, bool told, const v1::Cap& cap) {
        if (told) {
            out[static_cast<std::size_t>(kind)] = read_cap(cap);
        }
    };
    put(model::PrincipalKind::agent, from.has_agent(), from.agent());
    put(model::PrincipalKind::operator_, from.has_operator_(), from.operator_());
    put(model::PrincipalKind::buyer, from.has_buyer(), from.buyer());
    return out;
}

}  // namespace

api::PutClassRequest to_request(const v1::PutSkuClassRequest& from) {
    api::PutClassRequest out;
    out.attempt = read_attempt(from);
    out.name = from.sku_class().name();
    out.versions = read_version(from);
    for (const auto& field : api::class_fields()) {
        if (auto value = read_class_field(from.sku_class(), field)) {
            out.fields.push_back(std::move(*value));
        }
    }
    out.caps = read_caps(from.sku_class().caps());
    return out;
}

api::PutPoolRequest to_request(const v1::PutPoolRequest& from) {
    api::PutPoolRequest out;
    out.attempt = read_attempt(from);
    out.name = from.name();
    out.versions = read_version(from);
    out.kind = word_text(from.kind());
    out.region = field(from.has_region(), from.region());
    out.priority = field<std::int64_t>(from.has_priority(), from.priority());
    if (from.channels_size() > 0) {
        out.channels.emplace(from.channels().begin(), from.channels().end());
    }
    out.overflow = field(from.has_overflow(), from.overflow());
    return out;
}

api::PutCapsRequest to_request(const v1::PutCapsRequest& from) {
    return {.attempt = read_attempt(from), .caps = read_caps(from.caps())};
}

api::SellingRequest to_request(const v1::StopSellingRequest& from) {
    api::SellingRequest out;
    out.attempt = read_attempt(from);
    out.stop = true;
    out.scope = word_text(from.scope());
    out.name = field(from.has_name(), from.name());
    out.reason = word_text(from.reason());
    if (from.has_until()) {
        out.until = time_text(from.until());
    }
    out.note = field(from.has_note(), from.note());
    out.by = field(from.has_by(), from.by());
    return out;
}

api::SellingRequest to_request(const v1::ResumeSellingRequest& from) {
    api::SellingRequest out;
    out.attempt = read_attempt(from);
    out.stop = false;
    out.scope = word_text(from.scope());
    out.name = field(from.has_name(), from.name());
    out.by = field(from.has_by(), from.by());
    return out;
}

api::PageRequest to_request(const v1::SuggestSkuClassesRequest& from) { return read_page(from); }

}  // namespace holdfast::transport::grpc
