#include <utility>

#include "transport/http/handlers.hpp"
#include "transport/http/report_support.hpp"
#include "transport/http/stock_body.hpp"

namespace holdfast::transport::http {

void list_transfers(CallPtr call) {
    HttpCall& c = *call;
    const auto request = read_report(c, [](QueryFields& fields) {
        return api::TransferListRequest{.sku = fields.text("sku"), .page = read_page(fields)};
    });
    if (request) {
        c.service().insights.transfers(c.principal(), *request,
                                       report_to(std::move(call), write_transfers));
    }
}

void read_owners(CallPtr call) {
    HttpCall& c = *call;
    const auto request = read_report(c, [](QueryFields& fields) {
        return api::OwnersRequest{.sort = fields.text("sort"),
                                  .kind = fields.text("kind"),
                                  .limit = fields.integer("limit")};
    });
    if (request) {
        c.service().insights.owners(c.principal(), *request,
                                    report_to(std::move(call), write_owners));
    }
}

void read_stranded(CallPtr call) {
    HttpCall& c = *call;
    const auto request = read_report(c, [](QueryFields& fields) {
        return api::StrandedRequest{.pool = fields.text("pool"),
                                    .transit_days = fields.integer("transit_days"),
                                    .page = read_page(fields)};
    });
    if (request) {
        c.service().insights.stranded(c.principal(), *request,
                                      report_to(std::move(call), write_stranded));
    }
}

void suggest_classes(CallPtr call) {
    HttpCall& c = *call;
    const auto request = read_report(c, read_page);
    if (request) {
        c.service().insights.suggestions(c.principal(), *request,
                                         report_to(std::move(call), write_suggestions));
    }
}

}  // namespace holdfast::transport::http
