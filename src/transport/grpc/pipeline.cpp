// A stream of commands and a stream of results, with a bounded number of commands in between.
//
// A command counts as in flight until its result was taken by the connection, so a client that
// does not read its results is not read either: memory is bounded by the window and one message.
#include <google/protobuf/arena.h>

#include <memory>
#include <mutex>

#include "transport/grpc/methods_internal.hpp"
#include "transport/grpc/result_queue_internal.hpp"
#include "transport/grpc/unary_internal.hpp"

namespace holdfast::transport::grpc {
namespace {

// Of the message being taken: kept by the stream, so that taking one allocates next to nothing.
constexpr std::size_t kArenaBytes = 64 * 1024;

constexpr std::size_t kCommandsPerMessage = 1'000;
constexpr std::size_t kWindowDefault = 16'384;
constexpr std::size_t kWindowMax = 65'536;

class Pipeline final : public StreamSession, public std::enable_shared_from_this<Pipeline> {
  public:
    explicit Pipeline(RpcPtr rpc)
        : rpc_(std::move(rpc)),
          asker_{.service = rpc_->service(), .principal = rpc_->principal()} {}

    // The first message was asked for by whoever opened the stream.
    void on_message(Body& body) override {
        auto& batch = *google::protobuf::Arena::CreateMessage<v1::CommandBatch>(&arena_);
        if (!batch.ParseFromZeroCopyStream(&body)) {
            close(unreadable_message());
        } else if (auto problem = judge(batch)) {
            close(std::move(*problem));
        } else if (admit(static_cast<std::size_t>(batch.commands_size()))) {
            for (const v1::Command& command : batch.commands()) {
                submit(command);
            }
        }
        arena_.Reset();  // a stream may be silent for hours after a large message
        go_on();
    }

    void on_last_message() override {
        {
            const std::lock_guard lock(mutex_);
            reading_ = false;
            closing_ = true;
        }
        go_on();
    }

    void on_written() override {
        {
            const std::lock_guard lock(mutex_);
            in_flight_ -= writing_;
            writing_ = 0;
        }
        go_on();
    }

    void on_gone() override {
        const std::lock_guard lock(mutex_);
        gone_ = true;
        results_.clear();
    }

    void on_drain() override {
        close(api::make_problem(model::RefusalCode::draining));
        go_on();
    }

  private:
    std::optional<api::Problem> judge(const v1::CommandBatch& batch) {
        const auto size = static_cast<std::size_t>(batch.commands_size());
        if (size == 0 || size > kCommandsPerMessage) {
            return api::invalid_body(
                "/commands",
                "Must have 1 to " + std::to_string(kCommandsPerMessage) + " commands.");
        }
        if (std::exchange(first_, false)) {
            if (rpc_->key()) {
                return api::malformed_parameter("idempotency-key",
                                                "Each command has its own request_id instead.");
            }
            view_ = batch.view() == v1::VIEW_UNSPECIFIED ? v1::VIEW_BASIC : batch.view();
            window_ = batch.has_window() ? batch.window() : kWindowDefault;
            if (window_ == 0 || window_ > kWindowMax) {
                return api::invalid_body("/window",
                                         "Must be 1 to " + std::to_string(kWindowMax) + ".");
            }
        }
        if (!v1::View_IsValid(view_)) {
            return api::invalid_body("/view", "Must be BASIC or FULL.");
        }
        return std::nullopt;
    }

    // False: the stream is ending, nothing is taken any more.
    bool admit(std::size_t commands) {
        const std::lock_guard lock(mutex_);
        reading_ = false;
        if (closing_ || gone_) {
            return false;
        }
        if (unsettled_ == 0) {
            self_ = shared_from_this();
        }
        in_flight_ += commands;
        unsettled_ += commands;
        return true;
    }

    // `self_` keeps this alive for the callbacks, which so are small enough to need no allocation.
    void submit(const v1::Command& command) {
        run(asker_, command, [this, correlation = command.correlation()](const api::Reply& reply) {
            settle(correlation, reply);
        });
    }

    void settle(std::uint64_t correlation, const api::Reply& reply) {
        if (const auto* const problem = reply.problem()) {
            asker_.service.metrics.count_refusal(problem->code);
        }
        std::shared_ptr<Pipeline> last;
        const std::lock_guard lock(mutex_);
        if (--unsettled_ == 0) {
            last = std::move(self_);
        }
        if (gone_) {
            return;
        }
        results_.push(correlation, reply, view_);
        write_some();
    }

    // What ends the stream once everything taken is answered.
    void close(api::Problem problem) {
        const std::lock_guard lock(mutex_);
        reading_ = false;
        if (!closing_) {
            closing_ = true;
            fault_ = std::move(problem);
        }
    }

    void go_on() {
        const std::lock_guard lock(mutex_);
        if (gone_ || ended_) {
            return;
        }
        write_some();
        if (!closing_ && !reading_ && in_flight_ < window_) {
            reading_ = true;
            rpc_->read();
        }
        if (closing_ && in_flight_ == 0) {
            ended_ = true;
            fault_ ? rpc_->fail(*fault_) : rpc_->end();
        }
    }

    void write_some() {
        if (writing_ == 0 && !results_.empty()) {
            auto message = results_.pop();
            writing_ = message.results;
            rpc_->write(std::move(message.bytes));
        }
    }

    RpcPtr rpc_;
    Asker asker_;
    std::unique_ptr<char[]> memory_ = std::make_unique_for_overwrite<char[]>(kArenaBytes);
    google::protobuf::Arena arena_{memory_.get(), kArenaBytes};
    bool first_ = true;

    std::mutex mutex_;
    v1::View view_ = v1::VIEW_BASIC;
    std::size_t window_ = kWindowDefault;
    std::size_t in_flight_ = 0;  // taken, and the result not yet sent
    std::size_t unsettled_ = 0;  // taken, and no result yet
    std::size_t writing_ = 0;    // results in the message that is being sent
    bool reading_ = true;
    bool closing_ = false;
    bool gone_ = false;
    bool ended_ = false;
    std::optional<api::Problem> fault_;
    ResultQueue results_;
    std::shared_ptr<Pipeline> self_;  // while results are to come
};

}  // namespace

SessionPtr pipeline(RpcPtr rpc) { return std::make_shared<Pipeline>(std::move(rpc)); }

}  // namespace holdfast::transport::grpc
