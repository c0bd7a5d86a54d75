// What unary handlers share: reading the request whole, answering later.
//
// Thread rule: free functions.
#pragma once

#include <google/protobuf/message.h>

#include <expected>
#include <utility>

#include "api/command_runner.hpp"
#include "transport/grpc/commands_internal.hpp"
#include "transport/grpc/rpc_internal.hpp"

namespace holdfast::transport::grpc {

[[nodiscard]] api::Problem unreadable_message();

// `Handle` with the message, or a "no" if it cannot be read.
template <typename Message, void (*Handle)(RpcPtr, const Message&)>
void unary(RpcPtr rpc, Body& body) {
    Message message;
    if (!message.ParseFromZeroCopyStream(&body)) {
        rpc->fail(unreadable_message());
    } else if (has_unknown_fields(message)) {
        rpc->fail(unknown_fields());
    } else {
        Handle(std::move(rpc), message);
    }
}

// Sends the reply as it comes.
[[nodiscard]] api::Callback reply_to(RpcPtr rpc);

// A command's unary call.
template <typename Message>
void command(RpcPtr rpc, const Message& message) {
    Rpc& call = *rpc;
    run({.service = call.service(), .principal = call.principal(), .key = call.key()}, message,
        reply_to(std::move(rpc)));
}

// Sends what comes, as the message that `write` makes of it.
template <typename Message, typename T>
[[nodiscard]] auto answer_to(RpcPtr rpc, void (*write)(const T&, Message&)) {
    return [rpc = std::move(rpc), write](std::expected<T, api::Problem> found) {
        if (!found) {
            rpc->fail(found.error());
            return;
        }
        Message message;
        write(*found, message);
        rpc->finish(message);
    };
}

}  // namespace holdfast::transport::grpc
