#include <utility>

#include "transport/http/etag.hpp"
#include "transport/http/handler_support.hpp"
#include "transport/http/handlers.hpp"
#include "transport/http/request_fields.hpp"
#include "transport/http/stock_fields.hpp"

namespace holdfast::transport::http {
namespace {

using model::Operation;

void move(CallPtr call, Operation operation) {
    HttpCall& c = *call;
    const auto request =
        read_request(c, BodyRule::required, [operation](JsonValue body, Findings& findings) {
            return read_movement(body, operation, findings);
        });
    if (!request) {
        c.send_problem(request.error());
        return;
    }
    c.service().stock.move(c.principal(), *request, reply_to(std::move(call)));
}

void settle(CallPtr call, bool lost) {
    HttpCall& c = *call;
    auto request = read_request(c, lost ? BodyRule::required : BodyRule::optional,
                                [lost](JsonValue body, Findings& findings) {
                                    return read_settle_transfer(body, lost, findings);
                                });
    if (!request) {
        c.send_problem(request.error());
        return;
    }
    request->transfer = c.parameter(0);
    c.service().stock.settle_transfer(c.principal(), *request, reply_to(std::move(call)));
}

}  // namespace

void receive_stock(CallPtr call) { move(std::move(call), Operation::receive_stock); }

void adjust_stock(CallPtr call) { move(std::move(call), Operation::adjust_stock); }

void mark_unavailable(CallPtr call) { move(std::move(call), Operation::mark_unavailable); }

void send_transfer(CallPtr call) {
    HttpCall& c = *call;
    const auto request = read_request(c, BodyRule::required, read_transfer);
    if (!request) {
        c.send_problem(request.error());
        return;
    }
    c.service().stock.transfer(c.principal(), *request, reply_to(std::move(call)));
}

void arrive_transfer(CallPtr call) { settle(std::move(call), false); }

void lose_transfer(CallPtr call) { settle(std::move(call), true); }

void record_sale(CallPtr call) {
    HttpCall& c = *call;
    const auto request = read_request(c, BodyRule::required, read_sale);
    if (!request) {
        c.send_problem(request.error());
        return;
    }
    c.service().stock.record_sale(c.principal(), *request, reply_to(std::move(call)));
}

void count_stock(CallPtr call) {
    HttpCall& c = *call;
    const auto request = read_request(c, BodyRule::required, read_count);
    if (!request) {
        c.send_problem(request.error());
        return;
    }
    c.service().counts.count(c.principal(), *request, reply_to(std::move(call)));
}

void set_safety_stock(CallPtr call) {
    HttpCall& c = *call;
    const auto request = read_request(c, BodyRule::required, read_safety_stock);
    if (!request) {
        c.send_problem(request.error());
        return;
    }
    c.service().stock.set_safety_stock(c.principal(), *request, reply_to(std::move(call)));
}

void put_sku(CallPtr call) {
    HttpCall& c = *call;
    auto request = read_request(c, BodyRule::optional, read_put_sku);
    if (!request) {
        c.send_problem(request.error());
        return;
    }
    request->sku = c.parameter(0);
    c.service().stock.put_sku(c.principal(), *request, reply_to(std::move(call)));
}

void read_sku(CallPtr call) {
    if (const auto problem = refuse_query(*call)) {
        call->send_problem(*problem);
        return;
    }
    const auto view = call->service().stock.settings(call->principal(), call->parameter(0));
    if (!view) {
        call->send_problem(view.error());
        return;
    }
    net::HttpResponse response;
    response.headers.add("ETag", to_etag(view->version));
    if (names_version(call->header("If-None-Match"), view->version)) {
        response.status = 304;
    } else {
        response.headers.add("Content-Type", kJsonType);
        JsonWriter json(response.body);
        write_sku(json, *view, {});
    }
    call->send(std::move(response));
}

}  // namespace holdfast::transport::http
