#include <google/protobuf/descriptor.h>
#include <google/protobuf/unknown_field_set.h>

#include <algorithm>
#include <type_traits>
#include <utility>
#include <vector>

#include "transport/grpc/commands_internal.hpp"
#include "transport/grpc/requests_internal.hpp"

namespace holdfast::transport::grpc {
namespace {

using api::Scope;

template <typename Message>
auto request_of(const Asker& asker, const Message& message) {
    auto out = to_request(message);
    out.attempt.header_key = asker.key;
    return out;
}

template <typename Message>
void change(const Asker& asker, const Message& message, api::Callback callback) {
    asker.service.reservations.change(asker.principal, request_of(asker, message),
                                      std::move(callback));
}

template <typename Message>
void move(const Asker& asker, const Message& message, api::Callback callback) {
    asker.service.stock.move(asker.principal, request_of(asker, message), std::move(callback));
}

template <typename Message>
void settle(const Asker& asker, const Message& message, api::Callback callback) {
    asker.service.stock.settle_transfer(asker.principal, request_of(asker, message),
                                        std::move(callback));
}

bool has_own_unknown_fields(const google::protobuf::Message& message) {
    return !message.GetReflection()->GetUnknownFields(message).empty();
}

// As has_unknown_fields. Messages that come by the million have no parts but lines, and are looked
// at without reflection.
template <typename Message>
bool is_unknown_in(const Message& message) {
    constexpr bool kFrequent = std::is_same_v<Message, v1::CreateRequest> ||
                               std::is_same_v<Message, v1::CommitRequest> ||
                               std::is_same_v<Message, v1::ReleaseRequest>;
    if constexpr (kFrequent) {
        return has_own_unknown_fields(message) ||
               std::ranges::any_of(message.lines(), has_own_unknown_fields);
    } else {
        return has_unknown_fields(message);
    }
}

template <typename Message>
void run_judged(const Asker& asker, Scope scope, const Message& message, api::Callback callback) {
    if (!asker.principal.scopes.has(scope)) {
        callback(api::problem_reply(missing_scope(scope)));
    } else if (is_unknown_in(message)) {
        callback(api::problem_reply(unknown_fields()));
    } else {
        run(asker, message, std::move(callback));
    }
}

bool walk_for_unknown(const google::protobuf::Message& message) {
    if (has_own_unknown_fields(message)) {
        return true;
    }
    const auto& reflection = *message.GetReflection();
    std::vector<const google::protobuf::FieldDescriptor*> told;
    reflection.ListFields(message, &told);
    return std::ranges::any_of(told, [&](const auto* field) {
        if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE ||
            field->is_map()) {
            return false;
        }
        if (!field->is_repeated()) {
            return walk_for_unknown(reflection.GetMessage(message, field));
        }
        for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
            if (walk_for_unknown(reflection.GetRepeatedMessage(message, field, i))) {
                return true;
            }
        }
        return false;
    });
}

}  // namespace

void run(const Asker& asker, const v1::CreateRequest& message, api::Callback callback) {
    asker.service.reservations.create(asker.principal, request_of(asker, message),
                                      std::move(callback));
}
void run(const Asker& asker, const v1::BeginPaymentRequest& message, api::Callback callback) {
    change(asker, message, std::move(callback));
}
void run(const Asker& asker, const v1::CommitRequest& message, api::Callback callback) {
    change(asker, message, std::move(callback));
}
void run(const Asker& asker, const v1::ReleaseRequest& message, api::Callback callback) {
    change(asker, message, std::move(callback));
}
void run(const Asker& asker, const v1::ReleaseByNameRequest& message, api::Callback callback) {
    asker.service.reservations.release_by_name(asker.principal, request_of(asker, message),
                                               std::move(callback));
}
void run(const Asker& asker, const v1::ExtendRequest& message, api::Callback callback) {
    change(asker, message, std::move(callback));
}
void run(const Asker& asker, const v1::ShipRequest& message, api::Callback callback) {
    change(asker, message, std::move(callback));
}
void run(const Asker& asker, const v1::CancelRequest& message, api::Callback callback) {
    change(asker, message, std::move(callback));
}
void run(const Asker& asker, const v1::ReturnRequest& message, api::Callback callback) {
    change(asker, message, std::move(callback));
}
void run(const Asker& asker, const v1::ReallocateRequest& message, api::Callback callback) {
    change(asker, message, std::move(callback));
}
void run(const Asker& asker, const v1::CloseShortRequest& message, api::Callback callback) {
    change(asker, message, std::move(callback));
}
void run(const Asker& asker, const v1::GetRequest& message, api::Callback callback) {
    const auto wait = message.has_wait_seconds() ? std::optional(message.wait_seconds())
                                                 : std::optional<std::int64_t>();
    asker.service.reservations.read(asker.principal, message.reservation(), wait,
                                    std::move(callback));
}
void run(const Asker& asker, const v1::ReceiveRequest& message, api::Callback callback) {
    move(asker, message, std::move(callback));
}
void run(const Asker& asker, const v1::AdjustRequest& message, api::Callback callback) {
    move(asker, message, std::move(callback));
}
void run(const Asker& asker, const v1::MarkUnavailableRequest& message, api::Callback callback) {
    move(asker, message, std::move(callback));
}
void run(const Asker& asker, const v1::SetSafetyStockRequest& message, api::Callback callback) {
    asker.service.stock.set_safety_stock(asker.principal, request_of(asker, message),
                                         std::move(callback));
}
void run(const Asker& asker, const v1::SendTransferRequest& message, api::Callback callback) {
    asker.service.stock.transfer(asker.principal, request_of(asker, message), std::move(callback));
}
void run(const Asker& asker, const v1::ArriveTransferRequest& message, api::Callback callback) {
    settle(asker, message, std::move(callback));
}
void run(const Asker& asker, const v1::LoseTransferRequest& message, api::Callback callback) {
    settle(asker, message, std::move(callback));
}
void run(const Asker& asker, const v1::RecordSaleRequest& message, api::Callback callback) {
    asker.service.stock.record_sale(asker.principal, request_of(asker, message),
                                    std::move(callback));
}
void run(const Asker& asker, const v1::RecordCountRequest& message, api::Callback callback) {
    asker.service.counts.count(asker.principal, request_of(asker, message), std::move(callback));
}
void run(const Asker& asker, const v1::PutSkuRequest& message, api::Callback callback) {
    asker.service.stock.put_sku(asker.principal, request_of(asker, message), std::move(callback));
}
void run(const Asker& asker, const v1::PutSkuClassRequest& message, api::Callback callback) {
    asker.service.policies.put_class(
        asker.principal, request_of(asker, message),
        [callback = std::move(callback)](api::Reply reply) mutable {
            if (auto* const problem = std::get_if<api::Problem>(&reply.body)) {
                *problem = inside_sku_class(std::move(*problem));
            }
            callback(std::move(reply));
        });
}
void run(const Asker& asker, const v1::PutPoolRequest& message, api::Callback callback) {
    asker.service.policies.put_pool(asker.principal, request_of(asker, message),
                                    std::move(callback));
}
void run(const Asker& asker, const v1::PutCapsRequest& message, api::Callback callback) {
    asker.service.policies.put_caps(asker.principal, request_of(asker, message),
                                    std::move(callback));
}
void run(const Asker& asker, const v1::StopSellingRequest& message, api::Callback callback) {
    asker.service.policies.change_selling(asker.principal, request_of(asker, message),
                                          std::move(callback));
}
void run(const Asker& asker, const v1::ResumeSellingRequest& message, api::Callback callback) {
    asker.service.policies.change_selling(asker.principal, request_of(asker, message),
                                          std::move(callback));
}
void run(const Asker& asker, const v1::ResolveCaseRequest& message, api::Callback callback) {
    asker.service.cases.resolve(asker.principal, request_of(asker, message), std::move(callback));
}

void run(const Asker& asker, const v1::Command& command, api::Callback callback) {
    // A kind of command that this server does not know is such a field.
    if (has_own_unknown_fields(command)) {
        callback(api::problem_reply(unknown_fields()));
        return;
    }
    const auto give = [&](Scope scope, const auto& message) {
        run_judged(asker, scope, message, std::move(callback));
    };
    switch (command.command_case()) {
        case v1::Command::kCreate: give(Scope::reserve, command.create()); return;
        case v1::Command::kBeginPayment: give(Scope::reserve, command.begin_payment()); return;
        case v1::Command::kCommit: give(Scope::reserve, command.commit()); return;
        case v1::Command::kRelease: give(Scope::reserve, command.release()); return;
        case v1::Command::kReleaseByName: give(Scope::reserve, command.release_by_name()); return;
        case v1::Command::kExtend: give(Scope::reserve, command.extend()); return;
        case v1::Command::kShip: give(Scope::reserve, command.ship()); return;
        case v1::Command::kCancel: give(Scope::reserve, command.cancel()); return;
        case v1::Command::kReturnUnits: give(Scope::reserve, command.return_units()); return;
        case v1::Command::kReallocate: give(Scope::reserve, command.reallocate()); return;
        case v1::Command::kCloseShort: give(Scope::reserve, command.close_short()); return;
        case v1::Command::kGet: give(Scope::read, command.get()); return;
        case v1::Command::kReceive: give(Scope::stock, command.receive()); return;
        case v1::Command::kAdjust: give(Scope::stock, command.adjust()); return;
        case v1::Command::kMarkUnavailable: give(Scope::stock, command.mark_unavailable()); return;
        case v1::Command::kSetSafetyStock: give(Scope::stock, command.set_safety_stock()); return;
        case v1::Command::kSendTransfer: give(Scope::stock, command.send_transfer()); return;
        case v1::Command::kArriveTransfer: give(Scope::stock, command.arrive_transfer()); return;
        case v1::Command::kLoseTransfer: give(Scope::stock, command.lose_transfer()); return;
        case v1::Command::kRecordSale: give(Scope::stock, command.record_sale()); return;
        case v1::Command::kRecordCount: give(Scope::stock, command.record_count()); return;
        case v1::Command::kPutSku: give(Scope::stock, command.put_sku()); return;
        case v1::Command::kPutSkuClass: give(Scope::stock, command.put_sku_class()); return;
        case v1::Command::kPutPool: give(Scope::stock, command.put_pool()); return;
        case v1::Command::kPutCaps: give(Scope::admin, command.put_caps()); return;
        case v1::Command::kStopSelling: give(Scope::stock, command.stop_selling()); return;
        case v1::Command::kResumeSelling: give(Scope::stock, command.resume_selling()); return;
        case v1::Command::kResolveCase: give(Scope::stock, command.resolve_case()); return;
        case v1::Command::COMMAND_NOT_SET: break;
    }
    callback(api::problem_reply(api::invalid_body("/command", "Is required.")));
}

api::Problem inside_sku_class(api::Problem problem) {
    for (auto& error : problem.errors) {
        const bool outside = error.pointer.starts_with("/idempotency_key") ||
                             error.pointer.starts_with("/source") || !error.parameter.empty();
        if (!outside) {
            error.pointer.insert(0, "/sku_class");
        }
    }
    return problem;
}

bool has_unknown_fields(const google::protobuf::Message& message) {
    return walk_for_unknown(message);
}

api::Problem unknown_fields() {
    return api::make_problem(model::RefusalCode::malformed_request,
                             "It has fields that this server does not know; nothing was done.");
}

api::Problem missing_scope(Scope scope) {
    return api::make_problem(
        model::RefusalCode::forbidden,
        "This needs a key with the scope \"" + std::string(api::to_string(scope)) + "\".");
}

}  // namespace holdfast::transport::grpc
