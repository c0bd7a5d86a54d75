// Rpc: one call of a client, as handlers see it; nothing of gRPC's own shows here.
//
// A unary handler gets the call and its request, and answers it once, on any thread, then or later.
// A stream is a StreamSession: it is told what comes and asks for what goes, one read and one
// write at a time. An answer to a call that is over is dropped.
// Thread rule: `finish`, `fail`, `end`, `read` and `write` from any thread; a session is told
// things by one thread at a time, except for `on_drain`.
#pragma once

#include <google/protobuf/io/zero_copy_stream.h>
#include <google/protobuf/message_lite.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/operations_port.hpp"
#include "api/principal.hpp"
#include "api/service.hpp"

namespace holdfast::transport::grpc {

using Body = google::protobuf::io::ZeroCopyInputStream;

// What handlers work with; outlives every call.
struct RpcContext {
    api::Service& service;
    api::OperationsPort& operations;
};

class Rpc {
  public:
    virtual ~Rpc() = default;

    [[nodiscard]] virtual const RpcContext& context() const = 0;
    // Not of calls that are open to everybody.
    [[nodiscard]] virtual const api::Principal& principal() const = 0;
    // The metadata `idempotency-key`.
    [[nodiscard]] virtual const std::optional<std::string>& key() const = 0;

    // The end, once: with a reply, with a "no", or with OK after the last message of a stream.
    virtual void finish(const google::protobuf::MessageLite& reply) = 0;
    virtual void fail(const api::Problem& problem) = 0;
    virtual void end() = 0;
    // Streams: the next message, if the one before was told.
    virtual void read() = 0;
    // A message, if the one before was written.
    virtual void write(std::string message) = 0;

    [[nodiscard]] api::Service& service() const { return context().service; }
};

using RpcPtr = std::shared_ptr<Rpc>;

class StreamSession {
  public:
    virtual ~StreamSession() = default;

    virtual void on_message(Body& body) = 0;
    // The client will send no more.
    virtual void on_last_message() = 0;
    virtual void on_written() = 0;
    // The client has gone, or the deadline has passed: nothing can be sent any more.
    virtual void on_gone() = 0;
    // The service stops: end soon. On any thread.
    virtual void on_drain() = 0;
};

using SessionPtr = std::shared_ptr<StreamSession>;

}  // namespace holdfast::transport::grpc
