// A "no" as messages: our Refusal with everything, google.rpc's details for clients of any kind.
#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>

#include <algorithm>
#include <array>

#include "base/check.hpp"
#include "model/limits.hpp"
#include "transport/grpc/replies_internal.hpp"
#include "transport/grpc/words_internal.hpp"

namespace holdfast::transport::grpc {
namespace {

using model::RefusalCode;

constexpr std::string_view kDomain = "holdfast";

// Trailers of more than 8 KiB are refused by most clients; base64 makes a third more of it.
constexpr std::size_t kDetailsBytesMax = 4096;
constexpr int kDetailItemsMax = 16;

// gRPC's numbers, from 0.
constexpr std::array<std::string_view, 17> kStatusNames = {
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};

// Names that the other interface has for fields of ours.
std::string_view field_name(std::string_view name) {
    if (name == "idempotency_key" || name == "Idempotency-Key") {
        return "request_id";
    }
    if (name == "limit") {
        return "page_size";
    }
    if (name == "cursor") {
        return "page_token";
    }
    return name == "If-Match" ? "expected_version" : name;
}

bool is_number(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::string message_of(const api::Problem& problem) {
    std::string out(model::entry_of(problem.code).title);
    if (problem.code == RefusalCode::idempotency_key_required) {
        return "This request needs a request_id: a new random value for each attempt, the same one "
               "with every retry of it.";
    }
    return problem.detail.empty() ? out + '.' : out + ": " + problem.detail;
}

void write_lines(const api::Problem& problem, int limit, v1::Refusal& out) {
    const auto most = static_cast<std::size_t>(limit);
    for (const auto& line : problem.lines) {
        if (static_cast<std::size_t>(out.lines_size()) == most) {
            break;
        }
        auto& to = *out.add_lines();
        to.set_line(line.number);
        to.mutable_sku()->assign(line.sku);
        to.set_requested(line.requested);
        to.set_sellable(line.sellable);
    }
    const std::size_t left_out = problem.lines.size() - std::min(problem.lines.size(), most);
    out.set_lines_omitted(problem.lines_omitted + static_cast<std::uint32_t>(left_out));
    for (const auto& other : problem.alternatives) {
        if (static_cast<std::size_t>(out.alternatives_size()) == most) {
            break;
        }
        auto& to = *out.add_alternatives();
        to.mutable_sku()->assign(other.sku);
        to.mutable_pool()->assign(other.pool);
        to.set_sellable(other.sellable);
    }
}

void write_stop_and_cap(const api::Problem& problem, v1::Refusal& out) {
    if (problem.stop) {
        auto& stop = *out.mutable_stop();
        stop.set_scope(to_word<v1::StopScope>(problem.stop->scope));
        stop.set_reason(to_word(problem.stop->reason));
        if (problem.stop->until) {
            set_time(*stop.mutable_until(), *problem.stop->until);
        }
    }
    if (problem.cap) {
        auto& cap = *out.mutable_cap();
        cap.set_principal(to_word<v1::PrincipalKind>(problem.cap->kind));
        cap.mutable_measure()->assign(model::to_string(problem.cap->measure));
        cap.mutable_sku_class()->assign(problem.cap->sku_class);
        cap.set_used(problem.cap->used);
        if (problem.next_expiry_at) {
            set_time(*cap.mutable_frees_at(), *problem.next_expiry_at);
        }
    } else if (problem.next_expiry_at) {
        set_time(*out.mutable_next_expiry_at(), *problem.next_expiry_at);
    }
}

// At most `limit` of everything that is repeated.
void write_bounded(const api::Problem& problem, int limit, v1::Refusal& out) {
    const auto& entry = model::entry_of(problem.code);
    out.set_status(status_number(entry.grpc));
    out.mutable_code()->assign(entry.slug);
    out.set_message(message_of(problem));
    out.set_retry(to_word<v1::Retry>(entry.retry));
    if (problem.retry_after) {
        out.set_retry_after_ms(problem.retry_after->count());
    }
    for (const auto& error : problem.errors) {
        if (out.errors_size() == limit) {
            break;
        }
        auto& to = *out.add_errors();
        to.set_field(field_path(error));
        to.set_detail(error.detail);
    }
    write_lines(problem, limit, out);
    out.set_reservation(problem.reservation);
    if (problem.state) {
        out.set_state(to_word<v1::ReservationState>(*problem.state));
    }
    if (problem.limit) {
        out.set_limit(*problem.limit);
    }
    if (problem.version) {
        out.set_version(*problem.version);
    }
    write_stop_and_cap(problem, out);
    if (problem.decided_at) {
        set_time(*out.mutable_decided_at(), *problem.decided_at);
    }
    if (problem.recorded) {
        out.set_recorded(*problem.recorded);
    }
}

google::rpc::ErrorInfo error_info(const v1::Refusal& refusal) {
    google::rpc::ErrorInfo out;
    std::string reason = refusal.code();
    std::ranges::transform(reason, reason.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
    });
    out.set_reason(std::move(reason));
    out.set_domain(std::string(kDomain));
    auto& metadata = *out.mutable_metadata();
    if (!refusal.reservation().empty()) {
        metadata["reservation"] = refusal.reservation();
    }
    if (refusal.state() != v1::RESERVATION_STATE_UNSPECIFIED) {
        metadata["state"] = *word_text(refusal.state());
    }
    if (refusal.has_limit()) {
        metadata["limit"] = std::to_string(refusal.limit());
    }
    if (refusal.has_version()) {
        metadata["version"] = std::to_string(refusal.version());
    }
    return out;
}

google::rpc::BadRequest bad_request(const v1::Refusal& refusal) {
    google::rpc::BadRequest out;
    for (const auto& error : refusal.errors()) {
        auto& to = *out.add_field_violations();
        to.set_field(error.field());
        to.set_description(error.detail());
    }
    return out;
}

google::rpc::PreconditionFailure precondition_failure(const v1::Refusal& refusal) {
    google::rpc::PreconditionFailure out;
    const auto add = [&](const char* type, std::string subject, std::string description) {
        auto& to = *out.add_violations();
        to.set_type(type);
        to.set_subject(std::move(subject));
        to.set_description(std::move(description));
    };
    for (const auto& line : refusal.lines()) {
        add("STOCK", "skus/" + line.sku(),
            std::to_string(line.requested()) + " asked for, " + std::to_string(line.sellable()) +
                " to be had");
    }
    if (refusal.has_stop()) {
        add("SELLING", "selling", refusal.message());
    } else if (refusal.has_version()) {
        add("VERSION", "reservations/" + refusal.reservation(), refusal.message());
    } else if (refusal.lines().empty()) {
        add("STATE", "reservations/" + refusal.reservation(), refusal.message());
    }
    return out;
}

google::rpc::ResourceInfo resource_info(const v1::Refusal& refusal) {
    google::rpc::ResourceInfo out;
    constexpr std::string_view kUnknown = "unknown_";
    const std::string_view code = refusal.code();
    out.set_resource_type(
        std::string(code.starts_with(kUnknown) ? code.substr(kUnknown.size()) : "resource"));
    out.set_resource_name(refusal.reservation());
    out.set_description(refusal.message());
    return out;
}

std::string details_of(const api::Problem& problem, int limit) {
    v1::Refusal refusal;
    write_bounded(problem, limit, refusal);
    google::rpc::Status status;
    status.set_code(refusal.status());
    status.set_message(refusal.message());
    status.add_details()->PackFrom(error_info(refusal));
    if (!refusal.errors().empty()) {
        status.add_details()->PackFrom(bad_request(refusal));
    }
    const std::string_view name = status_name(refusal.status());
    if (name == "FAILED_PRECONDITION" || problem.code == RefusalCode::version_mismatch) {
        status.add_details()->PackFrom(precondition_failure(refusal));
    }
    if (name == "NOT_FOUND") {
        status.add_details()->PackFrom(resource_info(refusal));
    }
    if (refusal.has_cap()) {
        google::rpc::QuotaFailure quota;
        quota.add_violations()->set_subject(*word_text(refusal.cap().principal()));
        quota.mutable_violations(0)->set_description(refusal.message());
        status.add_details()->PackFrom(quota);
    }
    if (refusal.has_retry_after_ms()) {
        google::rpc::RetryInfo retry;
        const auto ms = refusal.retry_after_ms();
        retry.mutable_retry_delay()->set_seconds(ms / 1000);
        retry.mutable_retry_delay()->set_nanos(static_cast<std::int32_t>(ms % 1000) * 1'000'000);
        status.add_details()->PackFrom(retry);
    }
    status.add_details()->PackFrom(refusal);
    return status.SerializeAsString();
}

}  // namespace

int status_number(std::string_view name) {
    const auto* const found = std::ranges::find(kStatusNames, name);
    CHECK(found != kStatusNames.end(), "a gRPC status that there is not");
    return static_cast<int>(found - kStatusNames.begin());
}

std::string_view status_name(int number) {
    CHECK(number >= 0 && number < static_cast<int>(kStatusNames.size()));
    return kStatusNames[static_cast<std::size_t>(number)];
}

std::string field_path(const api::ErrorItem& error) {
    if (!error.parameter.empty()) {
        return std::string(field_name(error.parameter));
    }
    std::string out;
    std::string_view left = error.pointer;
    while (left.starts_with('/')) {
        left.remove_prefix(1);
        const std::string_view part = left.substr(0, left.find('/'));
        left.remove_prefix(part.size());
        if (is_number(part)) {
            out.append("[").append(part).append("]");
        } else {
            out.append(out.empty() ? "" : ".").append(field_name(part));
        }
    }
    return out;
}

void write_refusal(const api::Problem& problem, v1::Refusal& out) {
    write_bounded(problem, static_cast<int>(model::kCommandEventsMax), out);
}

StatusParts to_status(const api::Problem& problem) {
    StatusParts out{.code = status_number(model::entry_of(problem.code).grpc),
                    .message = message_of(problem),
                    .details = {}};
    int limit = kDetailItemsMax;
    do {
        out.details = details_of(problem, limit);
        limit /= 2;
    } while (out.details.size() > kDetailsBytesMax && limit > 0);
    return out;
}

}  // namespace holdfast::transport::grpc
