// Calls of holdfast.v1.Policies.
#include <array>

#include "transport/grpc/methods_internal.hpp"
#include "transport/grpc/replies_internal.hpp"
#include "transport/grpc/requests_internal.hpp"
#include "transport/grpc/unary_internal.hpp"
#include "transport/grpc/words_internal.hpp"

namespace holdfast::transport::grpc {
namespace {

using api::Scope;

void write_rehearsal(const api::ClassRehearsal& view, v1::SkuClassRehearsal& out) {
    write_class(view.policy, *out.mutable_sku_class());
    for (const auto& change : view.changes) {
        auto& to = *out.add_changes();
        to.mutable_field()->assign(change.field);
        to.set_before(change.before);
        to.set_after(change.after);
    }
    out.set_skus(view.skus);
    out.set_holds_beyond(view.holds_beyond);
    for (const auto& offer : view.offers) {
        auto& to = *out.add_sellable();
        to.set_sku(offer.sku);
        to.set_before(offer.before);
        to.set_after(offer.after);
    }
    out.set_sellable_before(view.sellable_before);
    out.set_sellable_after(view.sellable_after);
    out.set_position(view.position);
}

void rehearse(RpcPtr rpc, const v1::PutSkuClassRequest& message) {
    Rpc& call = *rpc;
    call.service().policies.rehearse(
        call.principal(), to_request(message),
        [rpc = std::move(rpc)](std::expected<api::ClassRehearsal, api::Problem> found) {
            if (!found) {
                rpc->fail(inside_sku_class(std::move(found).error()));
                return;
            }
            v1::SkuClassRehearsal out;
            write_rehearsal(*found, out);
            rpc->finish(out);
        });
}

void get_class(RpcPtr rpc, const v1::GetSkuClassRequest& message) {
    const auto view = rpc->service().policies.sku_class(rpc->principal(), message.name());
    if (!view) {
        rpc->fail(view.error());
        return;
    }
    v1::SkuClass out;
    write_class(view->policy, out);
    rpc->finish(out);
}

void list_classes(RpcPtr rpc, const v1::ListSkuClassesRequest& /*message*/) {
    const auto list = rpc->service().policies.classes(rpc->principal());
    v1::ListSkuClassesResponse out;
    for (const auto& view : list.classes) {
        write_class(view.policy, *out.add_sku_classes());
    }
    out.set_position(list.position);
    rpc->finish(out);
}

void write_suggestions(const api::SuggestionList& list, v1::SuggestSkuClassesResponse& out) {
    for (const auto& view : list.suggestions) {
        auto& to = *out.add_suggestions();
        to.mutable_sku()->assign(view.sku);
        to.mutable_present_class()->assign(view.present);
        to.mutable_suggested_class()->assign(view.suggested);
        to.set_reason(view.reason);
        to.set_received(view.figures.received);
        to.set_sold(view.figures.sold);
        to.set_expired(view.figures.expired);
        to.set_holds(view.figures.holds);
        to.set_refused(view.figures.refused);
        set_time(*to.mutable_first_seen(), view.figures.first_seen);
        set_time(*to.mutable_last_seen(), view.figures.last_seen);
    }
    out.set_next_page_token(list.next_cursor);
    out.set_position(list.position);
    set_time(*out.mutable_as_of(), list.as_of);
}

void suggest(RpcPtr rpc, const v1::SuggestSkuClassesRequest& message) {
    Rpc& call = *rpc;
    call.service().insights.suggestions(call.principal(), to_request(message),
                                        answer_to(std::move(rpc), write_suggestions));
}

void get_pool(RpcPtr rpc, const v1::GetPoolRequest& message) {
    const auto view = rpc->service().policies.pool(rpc->principal(), message.name());
    if (!view) {
        rpc->fail(view.error());
        return;
    }
    v1::Pool out;
    write_pool(*view, out);
    rpc->finish(out);
}

void list_pools(RpcPtr rpc, const v1::ListPoolsRequest& /*message*/) {
    const auto list = rpc->service().policies.pools(rpc->principal());
    v1::ListPoolsResponse out;
    for (const auto& view : list.pools) {
        write_pool(view, *out.add_pools());
    }
    out.set_position(list.position);
    rpc->finish(out);
}

void get_caps(RpcPtr rpc, const v1::GetCapsRequest& /*message*/) {
    const auto caps = rpc->service().policies.caps(rpc->principal());
    v1::CapsResponse out;
    write_caps(caps.caps.caps, *out.mutable_caps());
    out.set_position(caps.position);
    rpc->finish(out);
}

// Notes are read from a disk, which the threads of calls must not.
void list_stops(RpcPtr rpc, const v1::ListStopsRequest& /*message*/) {
    auto& executor = rpc->service().context.replies;
    api::post(executor, [rpc = std::move(rpc)] {
        const auto list = rpc->service().policies.stops(rpc->principal());
        v1::ListStopsResponse out;
        for (const auto& view : list.stops) {
            write_selling(view, *out.add_stops());
        }
        out.set_position(list.position);
        rpc->finish(out);
    });
}

template <typename Message>
constexpr auto kCommand = unary<Message, command<Message>>;

constexpr std::array kMethods = {
    Method{"/holdfast.v1.Policies/PutSkuClass", Scope::stock, kCommand<v1::PutSkuClassRequest>},
    Method{"/holdfast.v1.Policies/RehearseSkuClass", Scope::stock,
           unary<v1::PutSkuClassRequest, rehearse>},
    Method{"/holdfast.v1.Policies/GetSkuClass", Scope::read,
           unary<v1::GetSkuClassRequest, get_class>},
    Method{"/holdfast.v1.Policies/ListSkuClasses", Scope::read,
           unary<v1::ListSkuClassesRequest, list_classes>},
    Method{"/holdfast.v1.Policies/SuggestSkuClasses", Scope::stock,
           unary<v1::SuggestSkuClassesRequest, suggest>},
    Method{"/holdfast.v1.Policies/PutPool", Scope::stock, kCommand<v1::PutPoolRequest>},
    Method{"/holdfast.v1.Policies/GetPool", Scope::read, unary<v1::GetPoolRequest, get_pool>},
    Method{"/holdfast.v1.Policies/ListPools", Scope::read, unary<v1::ListPoolsRequest, list_pools>},
    Method{"/holdfast.v1.Policies/PutCaps", Scope::admin, kCommand<v1::PutCapsRequest>},
    Method{"/holdfast.v1.Policies/GetCaps", Scope::read, unary<v1::GetCapsRequest, get_caps>},
    Method{"/holdfast.v1.Policies/StopSelling", Scope::stock, kCommand<v1::StopSellingRequest>},
    Method{"/holdfast.v1.Policies/ResumeSelling", Scope::stock, kCommand<v1::ResumeSellingRequest>},
    Method{"/holdfast.v1.Policies/ListStops", Scope::read, unary<v1::ListStopsRequest, list_stops>},
};

}  // namespace

std::span<const Method> policy_methods() { return kMethods; }

}  // namespace holdfast::transport::grpc
