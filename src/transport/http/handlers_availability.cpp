#include <utility>

#include "transport/http/handler_support.hpp"
#include "transport/http/handlers.hpp"

namespace holdfast::transport::http {
namespace {

struct Asked {
    std::vector<std::string> skus;
    std::optional<std::string> min_position;
};

OrProblem<Asked> read_asked(const HttpCall& call, bool in_path) {
    auto parameters = read_query(call);
    if (!parameters) {
        return std::unexpected(std::move(parameters).error());
    }
    Findings findings;
    QueryFields fields(std::move(*parameters), findings);
    Asked out;
    out.skus = in_path ? std::vector{call.parameter(0)} : fields.texts("sku");
    out.min_position = fields.text("min_position");
    fields.finish();
    if (!findings.ok()) {
        return std::unexpected(findings.take());
    }
    return out;
}

OrProblem<api::AvailabilityView> read(const HttpCall& call, bool in_path) {
    auto asked = read_asked(call, in_path);
    if (!asked) {
        return std::unexpected(std::move(asked).error());
    }
    return call.service().availability.read(call.principal(), asked->skus, asked->min_position);
}

}  // namespace

void read_availability(CallPtr call) {
    const auto view = read(*call, true);
    if (!view) {
        call->send_problem(view.error());
        return;
    }
    if (view->skus.empty()) {
        call->send_problem(
            api::make_problem(model::RefusalCode::not_found, "The SKU is not registered."));
        return;
    }
    std::string body;
    JsonWriter json(body);
    write_availability(json, view->skus.front(), view->freshness);
    call->send_json(200, std::move(body));
}

void read_availabilities(CallPtr call) {
    const auto view = read(*call, false);
    if (!view) {
        call->send_problem(view.error());
        return;
    }
    std::string body;
    JsonWriter json(body);
    write_availabilities(json, *view);
    call->send_json(200, std::move(body));
}

}  // namespace holdfast::transport::http
