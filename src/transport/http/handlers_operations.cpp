#include <utility>

#include "transport/http/handler_support.hpp"
#include "transport/http/handlers.hpp"
#include "transport/http/openapi_text.hpp"

namespace holdfast::transport::http {
namespace {

void send_text(HttpCall& call, int status, std::string_view type, std::string body) {
    net::HttpResponse response;
    response.status = status;
    response.headers.add("Content-Type", type);
    response.body = std::move(body);
    call.send(std::move(response));
}

constexpr std::string_view kPlain = "text/plain; charset=utf-8";

// "[+]ledger ok", one line per check; machines look at the status only.
std::string describe(const std::vector<api::ReadyCheck>& checks) {
    std::string out;
    for (const auto& check : checks) {
        out += check.ok ? "[+]" + check.name + " ok\n"
                        : "[-]" + check.name + " failed: " + check.detail + '\n';
    }
    return out;
}

}  // namespace

void live(CallPtr call) {
    const bool ok = call->operations().live();
    send_text(*call, ok ? 200 : 503, kPlain, ok ? "ok\n" : "not live\n");
}

void ready(CallPtr call) {
    const auto checks = call->operations().ready();
    bool ok = true;
    for (const auto& check : checks) {
        ok = ok && check.ok;
    }
    send_text(*call, ok ? 200 : 503, kPlain, describe(checks) + (ok ? "ready\n" : "not ready\n"));
}

void metrics(CallPtr call) {
    send_text(*call, 200, "text/plain; version=0.0.4; charset=utf-8",
              call->operations().metrics_text());
}

void openapi(CallPtr call) { call->send_json(200, std::string(openapi_text())); }

void status(CallPtr call) {
    std::string body;
    JsonWriter json(body);
    write_status(json, call->operations().status());
    call->send_json(200, std::move(body));
}

void confirm_clock(CallPtr call) {
    const bool confirmed = call->operations().confirm_clock();
    std::string body;
    JsonWriter json(body);
    json.begin_object();
    json.flag("confirmed", confirmed);
    json.end_object();
    call->send_json(200, std::move(body));
}

}  // namespace holdfast::transport::http
