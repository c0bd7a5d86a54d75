// Many creates in one request: each stands for itself, none waits for another.
#include <atomic>
#include <utility>

#include "api/idempotency.hpp"
#include "model/limits.hpp"
#include "transport/http/handler_support.hpp"
#include "transport/http/handlers.hpp"
#include "transport/http/request_fields.hpp"

namespace holdfast::transport::http {
namespace {

// Collects the results; whoever brings the last one sends them.
class Batch {
  public:
    Batch(CallPtr call, std::size_t size) : call_(std::move(call)), results_(size), open_(size) {}

    void settle(std::size_t index, const api::Reply& reply) {
        const auto* const problem = reply.problem();
        if (problem != nullptr) {
            call_->service().metrics.count_refusal(problem->code);
        }
        JsonWriter json(results_[index]);
        std::string body;
        JsonWriter inner(body);
        write_reply(inner, reply, {.request_id = call_->problem_context().request_id});
        json.begin_object();
        json.number("status", std::int64_t{status_of(reply)});
        if (reply.replayed) {
            json.flag("replayed", true);
        }
        json.raw("body", body);
        json.end_object();
        if (open_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
            send();
        }
    }

  private:
    void send() {
        std::string body;
        JsonWriter json(body);
        json.begin_object();
        json.begin_array("results");
        for (const auto& result : results_) {
            json.raw({}, result);
        }
        json.end_array();
        json.end_object();
        call_->send_json(200, std::move(body));
    }

    CallPtr call_;
    std::vector<std::string> results_;
    std::atomic<std::size_t> open_;
};

OrProblem<std::vector<JsonValue>> read_items(const HttpCall& call, const JsonDocument& document) {
    if (!call.header(api::kKeyHeader).empty()) {
        return std::unexpected(api::malformed_parameter(
            std::string(api::kKeyHeader),
            "Each reservation of a batch has its own \"idempotency_key\" instead."));
    }
    Findings findings;
    JsonFields fields(document.root(), "", findings);
    auto items = fields.array("reservations");
    fields.finish();
    if (!findings.ok()) {
        return std::unexpected(findings.take());
    }
    if (!items || items->empty() || items->size() > model::kBatchItemsMax) {
        return std::unexpected(api::invalid_body(
            "/reservations",
            "Must have 1 to " + std::to_string(model::kBatchItemsMax) + " reservations."));
    }
    return std::move(*items);
}

void create_one(const api::Principal& principal, api::Service& service, JsonValue item,
                const std::shared_ptr<Batch>& batch, std::size_t index) {
    Findings findings;
    const auto request = read_create(item, findings);
    if (!findings.ok()) {
        batch->settle(index, api::problem_reply(findings.take()));
        return;
    }
    service.reservations.create(principal, request, [batch, index](const api::Reply& reply) {
        batch->settle(index, reply);
    });
}

}  // namespace

void create_batch(CallPtr call) {
    const auto document = read_body(call->request(), BodyRule::required);
    if (!document) {
        call->send_problem(document.error());
        return;
    }
    const auto items = read_items(*call, *document);
    if (!items) {
        call->send_problem(items.error());
        return;
    }
    if (const auto problem = refuse_query(*call)) {
        call->send_problem(*problem);
        return;
    }
    const api::Principal& principal = call->principal();
    api::Service& service = call->service();
    const auto batch = std::make_shared<Batch>(std::move(call), items->size());
    for (std::size_t i = 0; i < items->size(); ++i) {
        create_one(principal, service, (*items)[i], batch, i);
    }
}

}  // namespace holdfast::transport::http
