// GrpcServer: the gRPC interface of the service, listening.
//
// Every method is a row of one table (methods_internal.hpp), served through gRPC's generic service;
// what a client can ask and gets is described in proto/holdfast/v1. Without API keys everybody may
// do everything, which the app allows on loopback only.
//
//     TRY(auto server, GrpcServer::start(options, service, operations, authenticator, metrics));
//     ...
//     server->announce_drain();       // not serving, streams end
//     server->drain(limit);           // everything taken is answered
//
// Thread rule: start, announce_drain, drain and destruction on one thread. Everything handed in
// outlives it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "api/api_keys.hpp"
#include "api/operations_port.hpp"
#include "api/service.hpp"
#include "base/metrics.hpp"
#include "base/result.hpp"

namespace holdfast::transport::grpc {

struct GrpcServerOptions {
    std::string address = "127.0.0.1";  // an IPv4 or IPv6 literal
    std::uint16_t port = 0;             // 0: any free one
    int threads = 1;                    // each with a completion queue of its own
};

// One message that a client sends; a larger one ends its call with RESOURCE_EXHAUSTED.
inline constexpr int kMessageBytesMax = 16 * 1024 * 1024;

class GrpcServer {
  public:
    // Errors: unavailable (the address cannot be bound).
    [[nodiscard]] static base::Result<std::unique_ptr<GrpcServer>> start(
        const GrpcServerOptions& options, api::Service& service, api::OperationsPort& operations,
        const api::Authenticator& authenticator, base::Metrics& metrics);
    ~GrpcServer();
    GrpcServer(const GrpcServer&) = delete;
    GrpcServer& operator=(const GrpcServer&) = delete;

    [[nodiscard]] std::uint16_t port() const;

    // New calls are refused as draining, streams are told to end. Does not block.
    void announce_drain();
    // Blocks until every call is over, at most `limit`, then cuts off the rest; false if there was
    // a rest.
    bool drain(base::Duration limit);

  private:
    struct Parts;
    explicit GrpcServer(std::unique_ptr<Parts> parts);

    std::unique_ptr<Parts> parts_;
};

}  // namespace holdfast::transport::grpc
