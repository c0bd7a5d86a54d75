// Calls of holdfast.v1.Reservations.
#include <array>

#include "transport/grpc/methods_internal.hpp"
#include "transport/grpc/replies_internal.hpp"
#include "transport/grpc/requests_internal.hpp"
#include "transport/grpc/unary_internal.hpp"
#include "transport/grpc/words_internal.hpp"

namespace holdfast::transport::grpc {
namespace {

using api::Scope;

// Lists wait for a disk, which the threads of calls must not.
void list(RpcPtr rpc, const v1::ListRequest& message) {
    auto& executor = rpc->service().context.replies;
    api::post(executor, [rpc = std::move(rpc), request = to_request(message)] {
        const auto page = rpc->service().lists.list(rpc->principal(), request);
        if (!page) {
            rpc->fail(page.error());
            return;
        }
        v1::ListResponse out;
        write_list(*page, out);
        rpc->finish(out);
    });
}

void write_matching(const api::BulkReleaseView& view, v1::ReleaseMatchingResponse& out) {
    out.set_dry_run(view.dry_run);
    out.set_matched(view.matched);
    out.set_units(view.units);
    for (const auto& id : view.released) {
        out.add_released(id);
    }
    out.set_more(view.more);
    out.set_position(view.position);
}

void release_matching(RpcPtr rpc, const v1::ReleaseMatchingRequest& message) {
    Rpc& call = *rpc;
    auto request = to_request(message);
    request.attempt.header_key = call.key();
    call.service().bulk_release.run(call.principal(), request,
                                    answer_to(std::move(rpc), write_matching));
}

void issue_token(RpcPtr rpc, const v1::IssueCheckoutTokenRequest& message) {
    const auto token = rpc->service().tokens.issue(rpc->principal(), to_request(message));
    if (!token) {
        rpc->fail(token.error());
        return;
    }
    v1::CheckoutToken out;
    out.set_token(token->token);
    set_time(*out.mutable_expires_at(), token->expires_at);
    rpc->finish(out);
}

template <typename Message>
constexpr auto kCommand = unary<Message, command<Message>>;

constexpr std::array kMethods = {
    Method{"/holdfast.v1.Reservations/Create", Scope::reserve, kCommand<v1::CreateRequest>},
    Method{"/holdfast.v1.Reservations/Get", Scope::read, kCommand<v1::GetRequest>},
    Method{"/holdfast.v1.Reservations/List", Scope::read, unary<v1::ListRequest, list>},
    Method{"/holdfast.v1.Reservations/BeginPayment", Scope::reserve,
           kCommand<v1::BeginPaymentRequest>},
    Method{"/holdfast.v1.Reservations/Commit", Scope::reserve, kCommand<v1::CommitRequest>},
    Method{"/holdfast.v1.Reservations/Release", Scope::reserve, kCommand<v1::ReleaseRequest>},
    Method{"/holdfast.v1.Reservations/ReleaseByName", Scope::reserve,
           kCommand<v1::ReleaseByNameRequest>},
    Method{"/holdfast.v1.Reservations/ReleaseMatching", Scope::reserve,
           unary<v1::ReleaseMatchingRequest, release_matching>},
    Method{"/holdfast.v1.Reservations/Extend", Scope::reserve, kCommand<v1::ExtendRequest>},
    Method{"/holdfast.v1.Reservations/Ship", Scope::reserve, kCommand<v1::ShipRequest>},
    Method{"/holdfast.v1.Reservations/Cancel", Scope::reserve, kCommand<v1::CancelRequest>},
    Method{"/holdfast.v1.Reservations/Return", Scope::reserve, kCommand<v1::ReturnRequest>},
    Method{"/holdfast.v1.Reservations/Reallocate", Scope::reserve, kCommand<v1::ReallocateRequest>},
    Method{"/holdfast.v1.Reservations/CloseShort", Scope::reserve, kCommand<v1::CloseShortRequest>},
    Method{"/holdfast.v1.Reservations/IssueCheckoutToken", Scope::reserve,
           unary<v1::IssueCheckoutTokenRequest, issue_token>},
};

}  // namespace

std::span<const Method> reservation_methods() { return kMethods; }

}  // namespace holdfast::transport::grpc
