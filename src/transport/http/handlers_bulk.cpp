// Many facts in one request, a line each: nothing is applied unless every line can be read; each
// then stands for itself.
#include <atomic>
#include <memory>
#include <utility>

#include "api/idempotency.hpp"
#include "api/reports.hpp"
#include "transport/http/bulk_rows.hpp"
#include "transport/http/handler_support.hpp"
#include "transport/http/handlers.hpp"

namespace holdfast::transport::http {
namespace {

constexpr std::string_view kNdjsonType = "application/x-ndjson";

// Collects the results; whoever brings the last one sends them.
class Results {
  public:
    Results(CallPtr call, std::vector<BulkRow> rows)
        : call_(std::move(call)),
          rows_(std::move(rows)),
          lines_(rows_.size()),
          open_(rows_.size()) {}

    [[nodiscard]] const std::vector<BulkRow>& rows() const { return rows_; }
    [[nodiscard]] const HttpCall& call() const { return *call_; }

    void settle(std::size_t index, const api::Reply& reply) {
        const auto* const problem = reply.problem();
        if (problem != nullptr) {
            call_->service().metrics.count_refusal(problem->code);
        }
        std::string body;
        JsonWriter inner(body);
        write_reply(inner, reply,
                    {.request_id = call_->problem_context().request_id, .instance = {}});
        JsonWriter json(lines_[index]);
        json.begin_object();
        json.number("line", std::uint64_t{rows_[index].line});
        json.text("source", rows_[index].source);
        json.number("row", rows_[index].row);
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
        net::HttpResponse response;
        response.headers.add("Content-Type", kNdjsonType);
        for (const auto& line : lines_) {
            response.body.append(line).append("\n");
        }
        call_->send(std::move(response));
    }

    CallPtr call_;
    std::vector<BulkRow> rows_;
    std::vector<std::string> lines_;
    std::atomic<std::size_t> open_;
};

struct Sender {
    api::Service& service;
    const api::Principal& principal;
    api::Callback callback;

    void operator()(const api::MovementRequest& request) {
        service.stock.move(principal, request, std::move(callback));
    }
    void operator()(const api::CountRequest& request) {
        service.counts.count(principal, request, std::move(callback));
    }
    void operator()(const api::SafetyStockRequest& request) {
        service.stock.set_safety_stock(principal, request, std::move(callback));
    }
    void operator()(const api::PutSkuRequest& request) {
        service.stock.put_sku(principal, request, std::move(callback));
    }
    void operator()(const api::CreateRequest& request) {
        service.reservations.create(principal, request, std::move(callback));
    }
    void operator()(const api::SaleRequest& request) {
        service.stock.record_sale(principal, request, std::move(callback));
    }
};

std::optional<api::Problem> judge_headers(const HttpCall& call) {
    const auto type = call.request().headers.find("Content-Type");
    const std::string_view media = type ? type->substr(0, type->find(';')) : kNdjsonType;
    if (media != kNdjsonType && media != "application/ndjson" && media != "application/jsonl") {
        return api::make_problem(model::RefusalCode::unsupported_media_type,
                                 "Send the header \"Content-Type: application/x-ndjson\".");
    }
    if (!call.header(api::kKeyHeader).empty()) {
        return api::malformed_parameter(std::string(api::kKeyHeader),
                                        "Each line's \"source\" and \"row\" are its key instead.");
    }
    return refuse_query(call);
}

void run(CallPtr call) {
    api::Service& service = call->service();
    auto rows = read_rows(service.context, call->principal(), call->request().body);
    if (!rows) {
        call->send_problem(rows.error());
        return;
    }
    const api::Principal& principal = call->principal();
    const auto results = std::make_shared<Results>(std::move(call), std::move(*rows));
    for (std::size_t i = 0; i < results->rows().size(); ++i) {
        std::visit(Sender{.service = service,
                          .principal = principal,
                          .callback = [results,
                                       i](const api::Reply& reply) { results->settle(i, reply); }},
                   results->rows()[i].request);
    }
}

}  // namespace

void bulk_stock(CallPtr call) {
    if (const auto problem = judge_headers(*call)) {
        call->send_problem(*problem);
        return;
    }
    const api::Context& context = call->service().context;
    api::report(context, [call = std::move(call)]() mutable { run(std::move(call)); });
}

}  // namespace holdfast::transport::http
