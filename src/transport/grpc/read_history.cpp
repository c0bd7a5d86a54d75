// Messages about histories and cases into requests.
#include "transport/grpc/fields_internal.hpp"

#include "transport/grpc/requests_internal.hpp"

namespace holdfast::transport::grpc {
namespace {

template <typename Message>
api::MomentRequest read_moment(const Message& from) {
    return {.at = from.has_at() ? std::optional(time_text(from.at())) : std::nullopt,
            .position = field(from.has_position(), from.position())};
}

}  // namespace

api::ResolveRequest to_request(const v1::ResolveCaseRequest& from) {
    return {.attempt = read_attempt(from),
            .id = from.case_(),
            .resolution = word_text(from.resolution()),
            .plan = field(from.has_plan(), from.plan()),
            .reason = word_text(from.reason()),
            .note = field(from.has_note(), from.note()),
            .override_submitter = field(from.has_override(), from.override()),
            .by = field(from.has_by(), from.by())};
}

api::CaseListRequest to_request(const v1::ListCasesRequest& from) {
    return {.kind = word_text(from.kind()),
            .sku = field(from.has_sku(), from.sku()),
            .page = read_page(from)};
}

api::HistoryRequest to_request(const v1::ListEventsRequest& from) {
    return {.sku = field(from.has_sku(), from.sku()),
            .pool = field(from.has_pool(), from.pool()),
            .reservation = field(from.has_reservation(), from.reservation()),
            .reference = field(from.has_reference(), from.reference()),
            .agent = field(from.has_agent(), from.agent()),
            .operator_id = field(from.has_operator_id(), from.operator_id()),
            .customer_id = field(from.has_customer_id(), from.customer_id()),
            .page = read_page(from)};
}

api::MomentRequest to_request(const v1::GetStockRequest& from) { return read_moment(from); }

api::ExplainRequest to_request(const v1::ExplainStockRequest& from) {
    return {.sku = from.sku(),
            .pool = field(from.has_pool(), from.pool()),
            .moment = read_moment(from),
            .limit = field<std::int64_t>(from.has_page_size(), from.page_size())};
}

api::OwnersRequest to_request(const v1::ListOwnersRequest& from) {
    return {.sort = field(from.has_sort(), from.sort()),
            .kind = word_text(from.kind()),
            .limit = field<std::int64_t>(from.has_page_size(), from.page_size())};
}

}  // namespace holdfast::transport::grpc
