// Call: an Rpc over gRPC's generic service; CallHost: what all calls of a server share.
//
// A call exists from when gRPC may hand one over until its last event was taken; each operation
// that is under way keeps it alive. All events of a call come on one thread, that of its completion
// queue. Operations may start on any thread, under the call's lock, as long as the call is not
// over. Thread rule: CallHost any thread.
#pragma once

#include <grpcpp/completion_queue.h>
#include <grpcpp/generic/async_generic_service.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include "api/api_keys.hpp"
#include "transport/grpc/method_metrics.hpp"
#include "transport/grpc/methods_internal.hpp"

namespace holdfast::transport::grpc {

class Call;

struct CallHost {
    CallHost(api::Service& service, api::OperationsPort& operations, const api::Authenticator& keys,
             base::Metrics& metrics);

    RpcContext context;
    const api::Authenticator& authenticator;
    ::grpc::AsyncGenericService generic;
    std::vector<std::unique_ptr<MethodMetrics>> method_metrics;  // like methods()
    MethodMetrics other_metrics;
    std::atomic<bool> draining{false};

    // Calls that arrived and are not over, and those of them that are streams.
    void add_call();
    void remove_call(Call& call);
    // False: draining began meanwhile.
    [[nodiscard]] bool add_stream(Call& call);
    void drain_streams();
    [[nodiscard]] bool wait_for_no_calls(base::Duration limit);

  private:
    std::mutex mutex_;
    std::condition_variable none_;
    std::size_t calls_ = 0;
    std::set<Call*> streams_;
};

class Call final : public Rpc, public std::enable_shared_from_this<Call> {
  public:
    // What an operation that is under way says at its end; its address is gRPC's tag.
    struct Event {
        void (Call::*handle)(bool ok) = nullptr;
        std::shared_ptr<Call> call{};
        // From `start` to `handle`. gRPC's queue takes the event from one thread to another; this
        // also says so to sanitizers, which do not see how.
        std::atomic<bool> is_under_way{false};
    };

    Call(CallHost& host, ::grpc::ServerCompletionQueue& queue);

    // Asks gRPC for the next call of this queue.
    static void await(CallHost& host, ::grpc::ServerCompletionQueue& queue);
    static void handle(Event& event, bool ok);

    [[nodiscard]] const RpcContext& context() const override { return host_.context; }
    [[nodiscard]] const api::Principal& principal() const override { return *principal_; }
    [[nodiscard]] const std::optional<std::string>& key() const override { return key_; }
    void finish(const google::protobuf::MessageLite& reply) override;
    void fail(const api::Problem& problem) override;
    void end() override;
    void read() override;
    void write(std::string message) override;

    void drain_stream();

  private:
    void on_arrived(bool ok);
    void on_read(bool ok);
    void on_written(bool ok);
    void on_finished(bool ok);
    void on_over(bool ok);

    // Nothing if the call may go on; else what it is refused with.
    [[nodiscard]] std::optional<api::Problem> admit();
    [[nodiscard]] std::optional<api::Problem> authenticate();
    [[nodiscard]] std::vector<std::string_view> metadata(std::string_view name) const;
    [[nodiscard]] bool is_late() const;
    void begin();
    void finish_with(const ::grpc::Status& status, const ::grpc::ByteBuffer* reply);
    [[nodiscard]] Event* start(Event& event);

    CallHost& host_;
    ::grpc::ServerCompletionQueue& queue_;
    ::grpc::GenericServerContext context_;
    ::grpc::GenericServerAsyncReaderWriter stream_{&context_};
    ::grpc::ByteBuffer incoming_;
    const Method* method_ = nullptr;
    MethodMetrics* metrics_ = nullptr;
    const api::Principal* principal_ = nullptr;
    std::optional<std::string> key_;
    std::int64_t arrived_ns_ = 0;
    SessionPtr session_;  // of a stream, until the call is over

    std::mutex mutex_;
    bool ended_ = false;  // an end was sent, or nothing can be sent any more
    int code_ = 1;        // what it ended with; CANCELLED unless we said something

    Event arrived_{&Call::on_arrived};
    Event read_{&Call::on_read};
    Event written_{&Call::on_written};
    Event finished_{&Call::on_finished};
    Event over_{&Call::on_over};
};

}  // namespace holdfast::transport::grpc
