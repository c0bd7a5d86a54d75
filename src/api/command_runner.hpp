// CommandRunner: sends a command through the partition and brings back a reply.
//
// One object per command in flight is the submission, later the task on the reply executor, and is
// gone when the callback returns. The writer's thread does nothing but hand it over. A replay is
// fetched from the ledger, and a read of the reservation's present state is sent behind it.
// Thread rule: `run` on any thread. The callback runs on the executor's thread, or at once inside
// `run` if the command was not taken; it must not throw.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "api/api_metrics.hpp"
#include "api/context.hpp"
#include "api/reply.hpp"
#include "model/command.hpp"

namespace holdfast::api {

using Callback = std::move_only_function<void(Reply&&)>;

struct RunOptions {
    std::string lines_pointer{};            // where the request's lines are, for problems
    std::optional<model::Sequence> seen{};  // where the client had looked at availability
    std::int64_t wait_seconds = 0;          // that the client would wait for units
    // Where an unknown name stands if not at the usual place.
    std::string_view sku_pointer{};
    std::string_view pool_pointer{};
    std::string_view class_pointer{};
};

class CommandRunner {
  public:
    CommandRunner(const Context& context, ApiMetrics& metrics)
        : context_(context), metrics_(metrics) {}

    void run(model::Command&& command, RunOptions&& options, Callback&& callback);

    [[nodiscard]] const Context& context() const { return context_; }

  private:
    class Call;

    const Context& context_;
    ApiMetrics& metrics_;
};

}  // namespace holdfast::api
