#include <utility>

#include "base/check.hpp"
#include "transport/http/etag.hpp"
#include "transport/http/handler_support.hpp"
#include "transport/http/handlers.hpp"
#include "transport/http/request_fields.hpp"

namespace holdfast::transport::http {
namespace {

using model::Operation;

// A verb of one reservation. A body is only needed where a field of it is.
void change(CallPtr call, Operation operation, BodyRule rule) {
    HttpCall& c = *call;
    auto request = read_request(c, rule, [operation](JsonValue body, Findings& findings) {
        return read_change(body, operation, findings);
    });
    if (!request) {
        c.send_problem(request.error());
        return;
    }
    request->reservation = c.parameter(0);
    c.service().reservations.change(c.principal(), std::move(*request), reply_to(std::move(call)));
}

// The one it has is a strong validator: an unchanged reservation needs no body.
void send_unless_known(HttpCall& call, const api::Reply& reply) {
    const auto* const view = std::get_if<api::ReservationView>(&reply.body);
    const auto known = call.header("If-None-Match");
    if (view == nullptr || !names_version(known, view->version)) {
        call.send_reply(reply);
        return;
    }
    net::HttpResponse response;
    response.status = 304;
    response.headers.add("ETag", to_etag(view->version));
    call.send(std::move(response));
}

api::ListRequest read_list(QueryFields& fields) {
    api::ListRequest out{.state = fields.text("state"),
                         .reference = fields.text("reference"),
                         .owner = fields.text("owner"),
                         .customer_id = fields.text("customer_id"),
                         .expires_before = fields.text("expires_before"),
                         .limit = fields.integer("limit"),
                         .cursor = fields.text("cursor")};
    fields.finish();
    return out;
}

std::string next_page(const HttpCall& call, const std::string& cursor) {
    std::string out = "</inventory/v1/reservations?";
    const auto parameters = net::parse_query(call.request().query());
    CHECK(parameters.has_value(), "it was read before");
    for (const auto& parameter : *parameters) {
        if (parameter.name != "cursor") {
            out += net::percent_encode(parameter.name) + '=' +
                   net::percent_encode(parameter.value) + '&';
        }
    }
    return out + "cursor=" + cursor + ">; rel=\"next\"";
}

void send_list(HttpCall& call, const api::ListRequest& request) {
    const auto list = call.service().lists.list(call.principal(), request);
    if (!list) {
        call.send_problem(list.error());
        return;
    }
    net::HttpResponse response;
    response.headers.add("Content-Type", kJsonType);
    if (!list->next_cursor.empty()) {
        response.headers.add("Link", next_page(call, list->next_cursor));
    }
    JsonWriter json(response.body);
    write_list(json, *list);
    call.send(std::move(response));
}

}  // namespace

void create_reservation(CallPtr call) {
    HttpCall& c = *call;
    const auto request = read_request(c, BodyRule::required, read_create);
    if (!request) {
        c.send_problem(request.error());
        return;
    }
    c.service().reservations.create(c.principal(), *request, reply_to(std::move(call)));
}

void read_reservation(CallPtr call) {
    HttpCall& c = *call;
    auto parameters = read_query(c);
    if (!parameters) {
        c.send_problem(parameters.error());
        return;
    }
    Findings findings;
    QueryFields fields(std::move(*parameters), findings);
    const auto wait_seconds = fields.integer("wait_seconds");
    fields.finish();
    if (!findings.ok()) {
        c.send_problem(findings.take());
        return;
    }
    c.service().reservations.read(
        c.principal(), c.parameter(0), wait_seconds,
        [call = std::move(call)](const api::Reply& reply) { send_unless_known(*call, reply); });
}

// Lists wait for a disk, which io threads must not.
void list_reservations(CallPtr call) {
    auto parameters = read_query(*call);
    if (!parameters) {
        call->send_problem(parameters.error());
        return;
    }
    Findings findings;
    QueryFields fields(std::move(*parameters), findings);
    auto request = read_list(fields);
    if (!findings.ok()) {
        call->send_problem(findings.take());
        return;
    }
    auto& executor = call->service().context.replies;
    api::post(executor, [call = std::move(call), request = std::move(request)] {
        send_list(*call, request);
    });
}

void release_by_name(CallPtr call) {
    HttpCall& c = *call;
    const auto request = read_request(c, BodyRule::required, read_release_by_name);
    if (!request) {
        c.send_problem(request.error());
        return;
    }
    c.service().reservations.release_by_name(c.principal(), *request, reply_to(std::move(call)));
}

void delete_reservation(CallPtr call) {
    if (!call->request().body.empty()) {
        call->send_problem(api::make_problem(model::RefusalCode::malformed_request,
                                             "DELETE takes no body; use POST .../release."));
        return;
    }
    change(std::move(call), Operation::release, BodyRule::optional);
}

void begin_payment(CallPtr call) {
    change(std::move(call), Operation::begin_payment, BodyRule::optional);
}
void commit_reservation(CallPtr call) {
    change(std::move(call), Operation::commit, BodyRule::optional);
}
void release_reservation(CallPtr call) {
    change(std::move(call), Operation::release, BodyRule::optional);
}
void extend_reservation(CallPtr call) {
    change(std::move(call), Operation::extend, BodyRule::required);
}
void ship_reservation(CallPtr call) {
    change(std::move(call), Operation::ship, BodyRule::optional);
}
void cancel_reservation(CallPtr call) {
    change(std::move(call), Operation::cancel, BodyRule::required);
}
void return_units(CallPtr call) {
    change(std::move(call), Operation::return_units, BodyRule::required);
}
void reallocate_units(CallPtr call) {
    change(std::move(call), Operation::reallocate, BodyRule::required);
}
void close_short(CallPtr call) {
    change(std::move(call), Operation::close_short, BodyRule::required);
}

}  // namespace holdfast::transport::http
