// Messages into requests of the use cases: every field, nothing judged.
//
// Thread rule: free functions.
#pragma once

#include <holdfast/v1/history.pb.h>
#include <holdfast/v1/policies.pb.h>
#include <holdfast/v1/reservations.pb.h>
#include <holdfast/v1/stock.pb.h>

#include "api/policy_requests.hpp"
#include "api/requests.hpp"
#include "api/stock_requests.hpp"

namespace holdfast::transport::grpc {

// read_reservations.cpp
[[nodiscard]] api::CreateRequest to_request(const v1::CreateRequest& from);
[[nodiscard]] api::ChangeRequest to_request(const v1::BeginPaymentRequest& from);
[[nodiscard]] api::ChangeRequest to_request(const v1::CommitRequest& from);
[[nodiscard]] api::ChangeRequest to_request(const v1::ReleaseRequest& from);
[[nodiscard]] api::ChangeRequest to_request(const v1::ExtendRequest& from);
[[nodiscard]] api::ChangeRequest to_request(const v1::ShipRequest& from);
[[nodiscard]] api::ChangeRequest to_request(const v1::CancelRequest& from);
[[nodiscard]] api::ChangeRequest to_request(const v1::ReturnRequest& from);
[[nodiscard]] api::ChangeRequest to_request(const v1::ReallocateRequest& from);
[[nodiscard]] api::ChangeRequest to_request(const v1::CloseShortRequest& from);
[[nodiscard]] api::ReleaseByNameRequest to_request(const v1::ReleaseByNameRequest& from);
[[nodiscard]] api::ReleaseMatchingRequest to_request(const v1::ReleaseMatchingRequest& from);
[[nodiscard]] api::ListRequest to_request(const v1::ListRequest& from);
[[nodiscard]] api::TokenRequest to_request(const v1::IssueCheckoutTokenRequest& from);

// read_stock.cpp
[[nodiscard]] api::MovementRequest to_request(const v1::ReceiveRequest& from);
[[nodiscard]] api::MovementRequest to_request(const v1::AdjustRequest& from);
[[nodiscard]] api::MovementRequest to_request(const v1::MarkUnavailableRequest& from);
[[nodiscard]] api::SafetyStockRequest to_request(const v1::SetSafetyStockRequest& from);
[[nodiscard]] api::TransferRequest to_request(const v1::SendTransferRequest& from);
[[nodiscard]] api::SettleTransferRequest to_request(const v1::ArriveTransferRequest& from);
[[nodiscard]] api::SettleTransferRequest to_request(const v1::LoseTransferRequest& from);
[[nodiscard]] api::SaleRequest to_request(const v1::RecordSaleRequest& from);
[[nodiscard]] api::CountRequest to_request(const v1::RecordCountRequest& from);
[[nodiscard]] api::PutSkuRequest to_request(const v1::PutSkuRequest& from);
[[nodiscard]] api::TransferListRequest to_request(const v1::ListTransfersRequest& from);
[[nodiscard]] api::StrandedRequest to_request(const v1::ListStrandedRequest& from);

// read_policies.cpp
[[nodiscard]] api::PutClassRequest to_request(const v1::PutSkuClassRequest& from);
[[nodiscard]] api::PutPoolRequest to_request(const v1::PutPoolRequest& from);
[[nodiscard]] api::PutCapsRequest to_request(const v1::PutCapsRequest& from);
[[nodiscard]] api::SellingRequest to_request(const v1::StopSellingRequest& from);
[[nodiscard]] api::SellingRequest to_request(const v1::ResumeSellingRequest& from);
[[nodiscard]] api::PageRequest to_request(const v1::SuggestSkuClassesRequest& from);

// read_history.cpp
[[nodiscard]] api::ResolveRequest to_request(const v1::ResolveCaseRequest& from);
[[nodiscard]] api::CaseListRequest to_request(const v1::ListCasesRequest& from);
[[nodiscard]] api::HistoryRequest to_request(const v1::ListEventsRequest& from);
[[nodiscard]] api::MomentRequest to_request(const v1::GetStockRequest& from);
[[nodiscard]] api::ExplainRequest to_request(const v1::ExplainStockRequest& from);
[[nodiscard]] api::OwnersRequest to_request(const v1::ListOwnersRequest& from);

}  // namespace holdfast::transport::grpc
