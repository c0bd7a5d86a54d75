// Many commands in one unary call: each stands for itself, the answers go together.
#include <atomic>
#include <memory>

#include "model/limits.hpp"
#include "transport/grpc/methods_internal.hpp"
#include "transport/grpc/replies_internal.hpp"
#include "transport/grpc/unary_internal.hpp"

namespace holdfast::transport::grpc {
namespace {

// Collects the results; whoever brings the last one sends them.
class Batch {
  public:
    Batch(RpcPtr rpc, const v1::CommandBatch& commands)
        : rpc_(std::move(rpc)),
          view_(commands.view() == v1::VIEW_UNSPECIFIED ? v1::VIEW_FULL : commands.view()),
          open_(static_cast<std::size_t>(commands.commands_size())) {
        for (const v1::Command& command : commands.commands()) {
            results_.add_results()->set_correlation(command.correlation());
        }
    }

    void settle(int index, const api::Reply& reply) {
        if (const auto* const problem = reply.problem()) {
            rpc_->service().metrics.count_refusal(problem->code);
        }
        write_reply(reply, view_, *results_.mutable_results(index)->mutable_reply());
        if (open_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
            rpc_->finish(results_);
        }
    }

  private:
    RpcPtr rpc_;
    v1::View view_;
    v1::ResultBatch results_;
    std::atomic<std::size_t> open_;
};

std::optional<api::Problem> judge(const Rpc& rpc, const v1::CommandBatch& commands) {
    if (rpc.key()) {
        return api::malformed_parameter("idempotency-key",
                                        "Each command of a batch has its own request_id instead.");
    }
    const auto size = static_cast<std::size_t>(commands.commands_size());
    if (size == 0 || size > model::kBatchItemsMax) {
        return api::invalid_body(
            "/commands", "Must have 1 to " + std::to_string(model::kBatchItemsMax) + " commands.");
    }
    if (!v1::View_IsValid(commands.view())) {
        return api::invalid_body("/view", "Must be BASIC or FULL.");
    }
    return std::nullopt;
}

}  // namespace

void batch(RpcPtr rpc, Body& body) {
    v1::CommandBatch message;
    if (!message.ParseFromZeroCopyStream(&body)) {
        rpc->fail(unreadable_message());
        return;
    }
    if (const auto problem = judge(*rpc, message)) {
        rpc->fail(*problem);
        return;
    }
    const Asker asker{.service = rpc->service(), .principal = rpc->principal()};
    const auto results = std::make_shared<Batch>(std::move(rpc), message);
    for (int i = 0; i < message.commands_size(); ++i) {
        run(asker, message.commands(i),
            [results, i](const api::Reply& reply) { results->settle(i, reply); });
    }
}

}  // namespace holdfast::transport::grpc
