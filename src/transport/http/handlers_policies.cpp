// Classes, pools, caps, where selling is stopped.
#include <utility>

#include "transport/http/etag.hpp"
#include "transport/http/handler_support.hpp"
#include "transport/http/handlers.hpp"
#include "transport/http/policy_fields.hpp"

namespace holdfast::transport::http {
namespace {

// Sends what `write` writes, or 304 if the client has that version.
template <typename Write>
void send_versioned(HttpCall& call, std::uint32_t version, Write write) {
    net::HttpResponse response;
    response.headers.add("ETag", to_etag(version));
    if (names_version(call.header("If-None-Match"), version)) {
        response.status = 304;
    } else {
        response.headers.add("Content-Type", kJsonType);
        JsonWriter json(response.body);
        write(json);
    }
    call.send(std::move(response));
}

template <typename Write>
void send_body(HttpCall& call, Write write) {
    std::string body;
    JsonWriter json(body);
    write(json);
    call.send_json(200, std::move(body));
}

// For what takes no parameters: false if it was refused.
bool accept_query(HttpCall& call) {
    const auto problem = refuse_query(call);
    if (problem) {
        call.send_problem(*problem);
    }
    return !problem;
}

void rehearse(CallPtr call, const api::PutClassRequest& request) {
    HttpCall& c = *call;
    c.service().policies.rehearse(
        c.principal(), request,
        [call = std::move(call)](const std::expected<api::ClassRehearsal, api::Problem>& reply) {
            if (!reply) {
                call->send_problem(reply.error());
                return;
            }
            send_body(*call, [&](JsonWriter& json) { write_rehearsal(json, *reply); });
        });
}

void change_selling(CallPtr call, bool stop) {
    HttpCall& c = *call;
    const auto request = read_request(
        c, BodyRule::required,
        [stop](JsonValue body, Findings& findings) { return read_selling(body, stop, findings); });
    if (!request) {
        c.send_problem(request.error());
        return;
    }
    c.service().policies.change_selling(c.principal(), *request, reply_to(std::move(call)));
}

}  // namespace

void put_class(CallPtr call) {
    HttpCall& c = *call;
    auto request = read_request(c, BodyRule::optional, read_put_class);
    if (!request) {
        c.send_problem(request.error());
        return;
    }
    request->name = c.parameter(0);
    if (request->dry_run.value_or(false)) {
        rehearse(std::move(call), *request);
        return;
    }
    c.service().policies.put_class(c.principal(), std::move(*request), reply_to(std::move(call)));
}

void read_classes(CallPtr call) {
    if (accept_query(*call)) {
        const auto list = call->service().policies.classes(call->principal());
        send_body(*call, [&](JsonWriter& json) { write_classes(json, list); });
    }
}

void read_class(CallPtr call) {
    if (!accept_query(*call)) {
        return;
    }
    const auto view = call->service().policies.sku_class(call->principal(), call->parameter(0));
    if (!view) {
        call->send_problem(view.error());
        return;
    }
    send_versioned(*call, view->policy.version,
                   [&](JsonWriter& json) { write_class(json, *view, {}); });
}

void put_pool(CallPtr call) {
    HttpCall& c = *call;
    auto request = read_request(c, BodyRule::optional, read_put_pool);
    if (!request) {
        c.send_problem(request.error());
        return;
    }
    request->name = c.parameter(0);
    c.service().policies.put_pool(c.principal(), std::move(*request), reply_to(std::move(call)));
}

void read_pools(CallPtr call) {
    if (accept_query(*call)) {
        const auto list = call->service().policies.pools(call->principal());
        send_body(*call, [&](JsonWriter& json) { write_pools(json, list); });
    }
}

void read_pool(CallPtr call) {
    if (!accept_query(*call)) {
        return;
    }
    const auto view = call->service().policies.pool(call->principal(), call->parameter(0));
    if (!view) {
        call->send_problem(view.error());
        return;
    }
    send_versioned(*call, view->pool.version,
                   [&](JsonWriter& json) { write_pool(json, *view, {}); });
}

void put_caps(CallPtr call) {
    HttpCall& c = *call;
    const auto request = read_request(c, BodyRule::required, read_put_caps);
    if (!request) {
        c.send_problem(request.error());
        return;
    }
    c.service().policies.put_caps(c.principal(), *request, reply_to(std::move(call)));
}

void read_caps(CallPtr call) {
    if (accept_query(*call)) {
        const auto caps = call->service().policies.caps(call->principal());
        send_body(*call, [&](JsonWriter& json) { write_caps(json, caps.caps, caps.position); });
    }
}

void stop_selling(CallPtr call) { change_selling(std::move(call), true); }

void resume_selling(CallPtr call) { change_selling(std::move(call), false); }

// Notes are read from a disk, which io threads must not.
void read_stops(CallPtr call) {
    if (!accept_query(*call)) {
        return;
    }
    auto& executor = call->service().context.replies;
    api::post(executor, [call = std::move(call)] {
        const auto list = call->service().policies.stops(call->principal());
        send_body(*call, [&](JsonWriter& json) { write_stops(json, list); });
    });
}

void release_matching(CallPtr call) {
    HttpCall& c = *call;
    const auto request = read_request(c, BodyRule::required, read_release_matching);
    if (!request) {
        c.send_problem(request.error());
        return;
    }
    c.service().bulk_release.run(
        c.principal(), *request, [call = std::move(call)](const api::BulkReleaseReply& reply) {
            if (!reply) {
                call->send_problem(reply.error());
                return;
            }
            send_body(*call, [&](JsonWriter& json) { write_bulk_release(json, *reply); });
        });
}

void issue_token(CallPtr call) {
    HttpCall& c = *call;
    const auto request = read_request(c, BodyRule::optional, read_token);
    if (!request) {
        c.send_problem(request.error());
        return;
    }
    const auto token = c.service().tokens.issue(c.principal(), *request);
    if (!token) {
        c.send_problem(token.error());
        return;
    }
    std::string body;
    JsonWriter json(body);
    write_token(json, *token);
    c.send_json(201, std::move(body));
}

}  // namespace holdfast::transport::http
