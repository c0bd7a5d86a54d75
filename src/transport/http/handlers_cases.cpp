#include <utility>

#include "transport/http/handlers.hpp"
#include "transport/http/report_support.hpp"
#include "transport/http/stock_body.hpp"
#include "transport/http/stock_fields.hpp"

namespace holdfast::transport::http {
namespace {

void write_one(JsonWriter& json, const api::CasePage& page) {
    write_case(json, page.cases.front(), page.position);
}

}  // namespace

void list_cases(CallPtr call) {
    HttpCall& c = *call;
    const auto request = read_report(c, [](QueryFields& fields) {
        return api::CaseListRequest{
            .kind = fields.text("kind"), .sku = fields.text("sku"), .page = read_page(fields)};
    });
    if (request) {
        c.service().cases.list(c.principal(), *request, report_to(std::move(call), write_cases));
    }
}

void export_cases(CallPtr call) {
    HttpCall& c = *call;
    const auto request = read_report(c, [](QueryFields& fields) {
        return api::CaseListRequest{
            .kind = fields.text("kind"), .sku = fields.text("sku"), .page = {}};
    });
    if (!request) {
        return;
    }
    c.service().cases.list_all(
        c.principal(), *request,
        [call = std::move(call)](std::expected<api::CasePage, api::Problem> page) {
            if (!page) {
                call->send_problem(page.error());
                return;
            }
            net::HttpResponse response;
            response.headers.add("Content-Type", "text/csv; charset=utf-8; header=present");
            response.headers.add("Content-Disposition", "attachment; filename=\"cases.csv\"");
            response.body = cases_as_csv(*page);
            call->send(std::move(response));
        });
}

void read_case(CallPtr call) {
    HttpCall& c = *call;
    if (const auto problem = refuse_query(c)) {
        c.send_problem(*problem);
        return;
    }
    c.service().cases.read(c.principal(), c.parameter(0), report_to(std::move(call), write_one));
}

void resolve_case(CallPtr call) {
    HttpCall& c = *call;
    auto request = read_request(c, BodyRule::required, read_resolve);
    if (!request) {
        c.send_problem(request.error());
        return;
    }
    request->id = c.parameter(0);
    c.service().cases.resolve(c.principal(), *request, reply_to(std::move(call)));
}

}  // namespace holdfast::transport::http
