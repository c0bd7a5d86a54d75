#include <utility>

#include "transport/http/handlers.hpp"
#include "transport/http/report_support.hpp"
#include "transport/http/stock_body.hpp"

namespace holdfast::transport::http {
namespace {

api::MomentRequest read_moment(QueryFields& fields) {
    return {.at = fields.text("at"), .position = fields.text("position")};
}

void send_history(CallPtr call, const std::optional<api::HistoryRequest>& request) {
    if (request) {
        HttpCall& c = *call;
        c.service().histories.events(c.principal(), *request,
                                     report_to(std::move(call), write_events));
    }
}

}  // namespace

void sku_history(CallPtr call) {
    HttpCall& c = *call;
    const auto request = read_report(c, [&c](QueryFields& fields) {
        api::HistoryRequest out;
        out.sku = c.parameter(0);
        out.pool = fields.text("pool");
        out.page = read_page(fields);
        return out;
    });
    send_history(std::move(call), request);
}

void reservation_history(CallPtr call) {
    HttpCall& c = *call;
    const auto request = read_report(c, [&c](QueryFields& fields) {
        api::HistoryRequest out;
        out.reservation = c.parameter(0);
        out.page = read_page(fields);
        return out;
    });
    send_history(std::move(call), request);
}

void history(CallPtr call) {
    HttpCall& c = *call;
    const auto request = read_report(c, [](QueryFields& fields) {
        api::HistoryRequest out;
        out.pool = fields.text("pool");
        out.reference = fields.text("reference");
        out.agent = fields.text("agent");
        out.operator_id = fields.text("operator");
        out.customer_id = fields.text("customer_id");
        out.page = read_page(fields);
        return out;
    });
    send_history(std::move(call), request);
}

void stock_at(CallPtr call) {
    HttpCall& c = *call;
    const auto request = read_report(c, read_moment);
    if (request) {
        c.service().histories.stock_at(c.principal(), c.parameter(0), *request,
                                       report_to(std::move(call), write_stock_at));
    }
}

void explain_stock(CallPtr call) {
    HttpCall& c = *call;
    const auto request = read_report(c, [&c](QueryFields& fields) {
        return api::ExplainRequest{.sku = c.parameter(0),
                                   .pool = fields.text("pool"),
                                   .moment = read_moment(fields),
                                   .limit = fields.integer("limit")};
    });
    if (request) {
        c.service().histories.explain(c.principal(), *request,
                                      report_to(std::move(call), write_explanation));
    }
}

void read_events(CallPtr call) {
    HttpCall& c = *call;
    const auto request = read_report(c, [](QueryFields& fields) {
        return api::EventsRequest{.after = fields.text("after"),
                                  .wait_seconds = fields.integer("wait_seconds"),
                                  .limit = fields.integer("limit")};
    });
    if (request) {
        c.service().events.read(c.principal(), *request, report_to(std::move(call), write_feed));
    }
}

}  // namespace holdfast::transport::http
