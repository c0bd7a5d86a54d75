// Commands: what can be asked for by a unary call, in a batch and in a pipeline alike.
//
// Thread rule: as CommandRunner; the callback runs on an executor's thread, or at once.
#pragma once

#include <holdfast/v1/commands.pb.h>

#include <optional>
#include <string>

#include "api/command_runner.hpp"
#include "api/service.hpp"

namespace holdfast::transport::grpc {

struct Asker {
    api::Service& service;
    const api::Principal& principal;
    std::optional<std::string> key{};  // of the call's metadata
};

void run(const Asker& asker, const v1::CreateRequest& message, api::Callback callback);
void run(const Asker& asker, const v1::BeginPaymentRequest& message, api::Callback callback);
void run(const Asker& asker, const v1::CommitRequest& message, api::Callback callback);
void run(const Asker& asker, const v1::ReleaseRequest& message, api::Callback callback);
void run(const Asker& asker, const v1::ReleaseByNameRequest& message, api::Callback callback);
void run(const Asker& asker, const v1::ExtendRequest& message, api::Callback callback);
void run(const Asker& asker, const v1::ShipRequest& message, api::Callback callback);
void run(const Asker& asker, const v1::CancelRequest& message, api::Callback callback);
void run(const Asker& asker, const v1::ReturnRequest& message, api::Callback callback);
void run(const Asker& asker, const v1::ReallocateRequest& message, api::Callback callback);
void run(const Asker& asker, const v1::CloseShortRequest& message, api::Callback callback);
void run(const Asker& asker, const v1::GetRequest& message, api::Callback callback);
void run(const Asker& asker, const v1::ReceiveRequest& message, api::Callback callback);
void run(const Asker& asker, const v1::AdjustRequest& message, api::Callback callback);
void run(const Asker& asker, const v1::MarkUnavailableRequest& message, api::Callback callback);
void run(const Asker& asker, const v1::SetSafetyStockRequest& message, api::Callback callback);
void run(const Asker& asker, const v1::SendTransferRequest& message, api::Callback callback);
void run(const Asker& asker, const v1::ArriveTransferRequest& message, api::Callback callback);
void run(const Asker& asker, const v1::LoseTransferRequest& message, api::Callback callback);
void run(const Asker& asker, const v1::RecordSaleRequest& message, api::Callback callback);
void run(const Asker& asker, const v1::RecordCountRequest& message, api::Callback callback);
void run(const Asker& asker, const v1::PutSkuRequest& message, api::Callback callback);
void run(const Asker& asker, const v1::PutSkuClassRequest& message, api::Callback callback);
void run(const Asker& asker, const v1::PutPoolRequest& message, api::Callback callback);
void run(const Asker& asker, const v1::PutCapsRequest& message, api::Callback callback);
void run(const Asker& asker, const v1::StopSellingRequest& message, api::Callback callback);
void run(const Asker& asker, const v1::ResumeSellingRequest& message, api::Callback callback);
void run(const Asker& asker, const v1::ResolveCaseRequest& message, api::Callback callback);

// Whichever the command is; one that is none, or that the principal may not give, is answered at
// once.
void run(const Asker& asker, const v1::Command& command, api::Callback callback);

// The problems of a class name its fields; in the message they stand inside it.
[[nodiscard]] api::Problem inside_sku_class(api::Problem problem);

// A field that this server does not know may be one that matters: nothing is done then.
[[nodiscard]] bool has_unknown_fields(const google::protobuf::Message& message);
[[nodiscard]] api::Problem unknown_fields();
[[nodiscard]] api::Problem missing_scope(api::Scope scope);

}  // namespace holdfast::transport::grpc
