// Messages about reservations into requests.
#include <utility>

#include "transport/grpc/fields_internal.hpp"
#include "transport/grpc/requests_internal.hpp"

namespace holdfast::transport::grpc {
namespace {

using model::Operation;

api::LineRequest read_line(const v1::Line& from) {
    return {.line_id = field(from.has_line_id(), from.line_id()),
            .sku = field(from.has_sku(), from.sku()),
            .quantity = field<std::int64_t>(from.has_quantity(), from.quantity()),
            .pool = field(from.has_pool(), from.pool()),
            .min_quantity = field<std::int64_t>(from.has_min_quantity(), from.min_quantity()),
            .group = field(from.has_group(), from.group())};
}

// What all verbs have; lines where the message has them. None means all, as on REST.
template <typename Message>
api::ChangeRequest read_change(Operation operation, const Message& from) {
    api::ChangeRequest out;
    out.operation = operation;
    out.attempt = read_attempt(from);
    out.reservation = from.reservation();
    out.versions = read_version(from);
    if constexpr (requires { from.lines(); }) {
        if (from.lines_size() > 0) {
            auto& parts = out.lines.emplace();
            parts.reserve(static_cast<std::size_t>(from.lines_size()));
            for (const v1::LinePart& part : from.lines()) {
                parts.push_back(
                    {.line_id = field(part.has_line_id(), part.line_id()),
                     .sku = field(part.has_sku(), part.sku()),
                     .quantity = field<std::int64_t>(part.has_quantity(), part.quantity())});
            }
        }
    }
    return out;
}

}  // namespace

api::CreateRequest to_request(const v1::CreateRequest& from) {
    api::CreateRequest out;
    out.attempt = read_attempt(from);
    out.lines.reserve(static_cast<std::size_t>(from.lines_size()));
    for (const v1::Line& line : from.lines()) {
        out.lines.push_back(read_line(line));
    }
    out.ttl_seconds = field<std::int64_t>(from.has_ttl_seconds(), from.ttl_seconds());
    out.reference = field(from.has_reference(), from.reference());
    out.agent_id = field(from.has_agent_id(), from.agent_id());
    out.operator_id = field(from.has_operator_id(), from.operator_id());
    out.customer_id = field(from.has_customer_id(), from.customer_id());
    out.channel = field(from.has_channel(), from.channel());
    out.region = field(from.has_region(), from.region());
    out.supersedes = field(from.has_supersedes(), from.supersedes());
    out.partial = field(from.has_partial(), from.partial());
    out.dry_run = field(from.has_dry_run(), from.dry_run());
    out.wait_seconds = field<std::int64_t>(from.has_wait_seconds(), from.wait_seconds());
    if (!from.metadata().empty()) {
        out.metadata.emplace(from.metadata().begin(), from.metadata().end());
    }
    out.seen_position = field(from.has_seen_position(), from.seen_position());
    return out;
}

api::ChangeRequest to_request(const v1::BeginPaymentRequest& from) {
    auto out = read_change(Operation::begin_payment, from);
    out.ttl_seconds = field<std::int64_t>(from.has_ttl_seconds(), from.ttl_seconds());
    out.payment_reference = field(from.has_payment_reference(), from.payment_reference());
    out.provider = field(from.has_provider(), from.provider());
    return out;
}

api::ChangeRequest to_request(const v1::CommitRequest& from) {
    auto out = read_change(Operation::commit, from);
    out.order_reference = field(from.has_order_reference(), from.order_reference());
    return out;
}

api::ChangeRequest to_request(const v1::ReleaseRequest& from) {
    return read_change(Operation::release, from);
}

api::ChangeRequest to_request(const v1::ExtendRequest& from) {
    auto out = read_change(Operation::extend, from);
    out.ttl_seconds = field<std::int64_t>(from.has_ttl_seconds(), from.ttl_seconds());
    return out;
}

api::ChangeRequest to_request(const v1::ShipRequest& from) {
    auto out = read_change(Operation::ship, from);
    out.document = field(from.has_shipment_reference(), from.shipment_reference());
    out.occurred_at = read_occurred(from);
    return out;
}

api::ChangeRequest to_request(const v1::CancelRequest& from) {
    auto out = read_change(Operation::cancel, from);
    out.reason = word_text(from.reason());
    out.note = field(from.has_note(), from.note());
    return out;
}

api::ChangeRequest to_request(const v1::ReturnRequest& from) {
    auto out = read_change(Operation::return_units, from);
    out.disposition = word_text(from.disposition());
    out.document = field(from.has_reference(), from.reference());
    out.occurred_at = read_occurred(from);
    return out;
}

api::ChangeRequest to_request(const v1::ReallocateRequest& from) {
    auto out = read_change(Operation::reallocate, from);
    out.from = field(from.has_from(), from.from());
    out.to = field(from.has_to(), from.to());
    return out;
}

api::ChangeRequest to_request(const v1::CloseShortRequest& from) {
    auto out = read_change(Operation::close_short, from);
    out.reason = word_text(from.reason());
    out.note = field(from.has_note(), from.note());
    return out;
}

api::ReleaseByNameRequest to_request(const v1::ReleaseByNameRequest& from) {
    return {.attempt = read_attempt(from),
            .key = field(from.has_key(), from.key()),
            .reference = field(from.has_reference(), from.reference()),
            .block_late = field(from.has_block_late(), from.block_late())};
}

api::ReleaseMatchingRequest to_request(const v1::ReleaseMatchingRequest& from) {
    api::ReleaseMatchingRequest out;
    out.attempt.body_key = field(from.has_request_id(), from.request_id());
    out.sku = field(from.has_sku(), from.sku());
    out.sku_class = field(from.has_sku_class(), from.sku_class());
    out.channel = field(from.has_channel(), from.channel());
    out.agent_id = field(from.has_agent_id(), from.agent_id());
    if (from.has_older_than()) {
        out.older_than = time_text(from.older_than());
    }
    out.include_payment = field(from.has_include_payment(), from.include_payment());
    out.dry_run = field(from.has_dry_run(), from.dry_run());
    out.reason = word_text(from.reason());
    return out;
}

api::ListRequest to_request(const v1::ListRequest& from) {
    api::ListRequest out;
    out.state = word_text(from.state());
    out.reference = field(from.has_reference(), from.reference());
    out.owner = field(from.has_owner(), from.owner());
    out.customer_id = field(from.has_customer_id(), from.customer_id());
    if (from.has_expires_before()) {
        out.expires_before = time_text(from.expires_before());
    }
    out.limit = field<std::int64_t>(from.has_page_size(), from.page_size());
    out.cursor = field(from.has_page_token(), from.page_token());
    return out;
}

api::TokenRequest to_request(const v1::IssueCheckoutTokenRequest& from) {
    return {.attempt = {},
            .ttl_seconds = field<std::int64_t>(from.has_ttl_seconds(), from.ttl_seconds())};
}

}  // namespace holdfast::transport::grpc
