// Calls of holdfast.v1.History and holdfast.v1.Cases.
#include <array>

#include "transport/grpc/methods_internal.hpp"
#include "transport/grpc/replies_internal.hpp"
#include "transport/grpc/requests_internal.hpp"
#include "transport/grpc/unary_internal.hpp"
#include "transport/grpc/words_internal.hpp"

namespace holdfast::transport::grpc {
namespace {

using api::Scope;

void write_events(const api::EventList& list, v1::ListEventsResponse& out) {
    for (const auto& event : list.events) {
        write_event(event, *out.add_events());
    }
    out.set_next_page_token(list.next_cursor);
    out.set_position(list.position);
    set_time(*out.mutable_as_of(), list.as_of);
}

void list_events(RpcPtr rpc, const v1::ListEventsRequest& message) {
    Rpc& call = *rpc;
    call.service().histories.events(call.principal(), to_request(message),
                                    answer_to(std::move(rpc), write_events));
}

void write_pool_stock(const api::CellAtView& at, v1::PoolStock& out) {
    out.mutable_pool()->assign(at.pool);
    write_cell(at.cell, *out.mutable_cell());
    out.set_changed_by(at.changed_by);
    set_time(*out.mutable_changed_at(), at.changed_at);
}

void write_stock_at(const api::StockAtView& view, v1::StockResponse& out) {
    out.mutable_sku()->assign(view.sku);
    for (const auto& pool : view.pools) {
        write_pool_stock(pool, *out.add_pools());
    }
    out.set_position(view.position);
    set_time(*out.mutable_as_of(), view.as_of);
}

void get_stock(RpcPtr rpc, const v1::GetStockRequest& message) {
    Rpc& call = *rpc;
    call.service().histories.stock_at(call.principal(), message.sku(), to_request(message),
                                      answer_to(std::move(rpc), write_stock_at));
}

void write_on_hand(const api::OnHandTermView& term, v1::OnHandTerm& out) {
    out.mutable_term()->assign(term.term);
    out.set_reason(to_word(term.reason));
    out.set_movements(term.movements);
    out.set_units(term.units);
    for (const auto& movement : term.newest) {
        auto& to = *out.add_newest();
        to.set_position(movement.position);
        set_time(*to.mutable_time(), movement.time);
        to.set_units(movement.units);
    }
}

void write_promises(const api::PromiseTermView& term, v1::PromiseTerm& out) {
    out.mutable_kind()->assign(term.kind);
    out.set_promises(term.promises);
    out.set_units(term.units);
    for (const auto& promise : term.newest) {
        auto& to = *out.add_newest();
        to.set_reservation(promise.reservation);
        to.set_line(promise.line);
        to.set_units(promise.units);
        if (promise.expires_at) {
            set_time(*to.mutable_expires_at(), *promise.expires_at);
        }
    }
}

void write_explanation(const api::ExplanationView& view, v1::StockExplanation& out) {
    out.mutable_sku()->assign(view.sku);
    out.mutable_sku_class()->assign(view.sku_class);
    for (const auto& cell : view.pools) {
        auto& pool = *out.add_pools();
        write_pool_stock(cell.at, *pool.mutable_at());
        for (const auto& term : cell.on_hand) {
            write_on_hand(term, *pool.add_on_hand_terms());
        }
        for (const auto& term : cell.unavailable) {
            auto& to = *pool.add_unavailable_terms();
            to.set_reason(to_word(term.reason));
            to.set_units(term.units);
        }
        for (const auto& term : cell.promises) {
            write_promises(term, *pool.add_promise_terms());
        }
        if (cell.offered) {
            pool.set_offered(*cell.offered);
        }
    }
    out.set_partial(view.partial);
    out.set_position(view.position);
    set_time(*out.mutable_as_of(), view.as_of);
}

void explain_stock(RpcPtr rpc, const v1::ExplainStockRequest& message) {
    Rpc& call = *rpc;
    call.service().histories.explain(call.principal(), to_request(message),
                                     answer_to(std::move(rpc), write_explanation));
}

void write_owners(const api::OwnerList& list, v1::ListOwnersResponse& out) {
    for (const auto& owner : list.owners) {
        const auto& figures = owner.figures;
        auto& to = *out.add_owners();
        to.set_kind(to_word<v1::PrincipalKind>(figures.kind));
        to.set_name(owner.name);
        to.set_principal(owner.principal);
        to.set_reservations(figures.reservations);
        to.set_holds(figures.holds);
        to.set_bought(figures.bought);
        to.set_held_units(figures.held_units);
        to.set_committed_units(figures.committed_units);
        to.set_released_units(figures.released_units);
        to.set_expired_units(figures.expired_units);
        to.set_wasted_unit_seconds(figures.wasted_unit_seconds);
        set_time(*to.mutable_last_seen(), figures.last_seen);
    }
    out.set_position(list.position);
    set_time(*out.mutable_as_of(), list.as_of);
}

void list_owners(RpcPtr rpc, const v1::ListOwnersRequest& message) {
    Rpc& call = *rpc;
    call.service().insights.owners(call.principal(), to_request(message),
                                   answer_to(std::move(rpc), write_owners));
}

void write_cases(const api::CasePage& page, v1::ListCasesResponse& out) {
    for (const auto& view : page.cases) {
        write_case(view, *out.add_cases());
    }
    out.set_next_page_token(page.next_cursor);
    out.set_position(page.position);
}

void list_cases(RpcPtr rpc, const v1::ListCasesRequest& message) {
    Rpc& call = *rpc;
    call.service().cases.list(call.principal(), to_request(message),
                              answer_to(std::move(rpc), write_cases));
}

void write_one_case(const api::CasePage& page, v1::Reply& out) {
    write_case(page.cases.front(), *out.mutable_case_());
    out.set_position(page.position);
}

void get_case(RpcPtr rpc, const v1::GetCaseRequest& message) {
    Rpc& call = *rpc;
    call.service().cases.read(call.principal(), message.case_(),
                              answer_to(std::move(rpc), write_one_case));
}

constexpr std::array kMethods = {
    Method{"/holdfast.v1.History/ListEvents", Scope::read,
           unary<v1::ListEventsRequest, list_events>},
    Method{"/holdfast.v1.History/WatchEvents", Scope::read, nullptr, watch_events},
    Method{"/holdfast.v1.History/GetStock", Scope::read, unary<v1::GetStockRequest, get_stock>},
    Method{"/holdfast.v1.History/ExplainStock", Scope::read,
           unary<v1::ExplainStockRequest, explain_stock>},
    Method{"/holdfast.v1.History/ListOwners", Scope::read,
           unary<v1::ListOwnersRequest, list_owners>},
    Method{"/holdfast.v1.Cases/List", Scope::read, unary<v1::ListCasesRequest, list_cases>},
    Method{"/holdfast.v1.Cases/Get", Scope::read, unary<v1::GetCaseRequest, get_case>},
    Method{"/holdfast.v1.Cases/Resolve", Scope::stock,
           unary<v1::ResolveCaseRequest, command<v1::ResolveCaseRequest>>},
};

}  // namespace

std::span<const Method> history_methods() { return kMethods; }

}  // namespace holdfast::transport::grpc
