#include "transport/grpc/grpc_server.hpp"

#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <chrono>
#include <thread>

#include "base/log.hpp"
#include "base/thread_name.hpp"
#include "transport/grpc/call_internal.hpp"

namespace holdfast::transport::grpc {
namespace {

// Calls of one connection at the same time; more wait at the client.
constexpr int kCallsPerConnection = 4096;
// Calls that gRPC may hand over before the first of them was looked at.
constexpr int kAwaitedCalls = 128;

// For connections without calls to close by themselves; a client that does not look at them, as one
// without calls need not, must not hold up the end.
constexpr auto kGoodbye = std::chrono::milliseconds(100);

// What messages of all calls together may take; beyond it connections are read more slowly.
constexpr std::size_t kMemoryBytes = 512ULL * 1024 * 1024;

std::string in_url(const std::string& address) {
    return address.find(':') == std::string::npos ? address : '[' + address + ']';
}

// gRPC writes to standard error by itself; what it has to say belongs into our log. So does
// protobuf, a line for every text of a client that is not UTF-8: that is for the client to know.
void take_over_log() {
    google::protobuf::SetLogHandler([](google::protobuf::LogLevel level, const char* /*file*/,
                                       int /*line*/, const std::string& said) {
        if (level == google::protobuf::LOGLEVEL_FATAL) {
            base::log_error("protobuf", {{"detail", said}});
        }
    });
    gpr_set_log_function([](gpr_log_func_args* said) {
        if (said->severity == GPR_LOG_SEVERITY_ERROR) {
            base::log_warning("grpc", {{"detail", said->message}});
        }
    });
}

}  // namespace

struct GrpcServer::Parts {
    Parts(api::Service& service, api::OperationsPort& operations, const api::Authenticator& keys,
          base::Metrics& metrics)
        : host(service, operations, keys, metrics) {}

    void serve(::grpc::ServerCompletionQueue& queue) {
        for (int i = 0; i < kAwaitedCalls; ++i) {
            Call::await(host, queue);
        }
        threads.emplace_back([&queue] {
            base::name_this_thread("grpc");
            void* tag = nullptr;
            bool ok = false;
            while (queue.Next(&tag, &ok)) {
                Call::handle(*static_cast<Call::Event*>(tag), ok);
            }
        });
    }

    // A queue may be shut down once nothing can start an operation on it.
    void stop_queues() {
        static_cast<void>(host.wait_for_no_calls(std::chrono::hours(24)));
        for (const auto& queue : queues) {
            queue->Shutdown();
        }
        threads.clear();
        for (const auto& queue : queues) {
            void* tag = nullptr;
            bool ok = false;
            while (queue->Next(&tag, &ok)) {  // of a queue that never had a thread
            }
        }
    }

    CallHost host;
    int port = 0;
    std::vector<std::unique_ptr<::grpc::ServerCompletionQueue>> queues;
    std::unique_ptr<::grpc::Server> server;
    std::vector<std::jthread> threads;
};

GrpcServer::GrpcServer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

base::Result<std::unique_ptr<GrpcServer>> GrpcServer::start(const GrpcServerOptions& options,
                                                            api::Service& service,
                                                            api::OperationsPort& operations,
                                                            const api::Authenticator& authenticator,
                                                            base::Metrics& metrics) {
    take_over_log();
    auto parts = std::make_unique<Parts>(service, operations, authenticator, metrics);
    const std::string address = in_url(options.address) + ':' + std::to_string(options.port);
    ::grpc::ServerBuilder builder;
    builder.AddListeningPort(address, ::grpc::InsecureServerCredentials(), &parts->port);
    builder.RegisterAsyncGenericService(&parts->host.generic);
    builder.SetMaxReceiveMessageSize(kMessageBytesMax);
    builder.SetResourceQuota(::grpc::ResourceQuota("holdfast").Resize(kMemoryBytes));
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kCallsPerConnection);
    for (int i = 0; i < options.threads; ++i) {
        parts->queues.push_back(builder.AddCompletionQueue());
    }
    parts->server = builder.BuildAndStart();
    if (parts->server == nullptr || parts->port == 0) {
        parts->stop_queues();
        return base::failure(base::ErrorCode::unavailable,
                             "gRPC cannot listen on " + address + "; is the port taken?");
    }
    for (const auto& queue : parts->queues) {
        parts->serve(*queue);
    }
    return std::unique_ptr<GrpcServer>(new GrpcServer(std::move(parts)));
}

GrpcServer::~GrpcServer() {
    announce_drain();
    static_cast<void>(drain(base::Duration{}));
}

std::uint16_t GrpcServer::port() const { return static_cast<std::uint16_t>(parts_->port); }

void GrpcServer::announce_drain() { parts_->host.drain_streams(); }

bool GrpcServer::drain(base::Duration limit) {
    const bool in_time = parts_->host.wait_for_no_calls(limit);
    const auto& clock = parts_->host.context.service.context.clock;
    const std::chrono::system_clock::time_point end = clock.now().wall + kGoodbye;
    parts_->server->Shutdown(end);
    parts_->stop_queues();
    return in_time;
}

}  // namespace holdfast::transport::grpc
