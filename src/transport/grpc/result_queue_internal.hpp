// ResultQueue: results that wait to be sent, already encoded, in messages of bounded size.
//
// A ResultBatch is nothing but its results one after another, so each result is encoded once, when
// it comes, behind those that wait; a message takes all that came while the one before it was
// being sent.
// Thread rule: one thread at a time.
#pragma once

#include <google/protobuf/arena.h>
#include <holdfast/v1/commands.pb.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "api/reply.hpp"

namespace holdfast::transport::grpc {

class ResultQueue {
  public:
    // Far below what clients take without being told to (4 MiB), with room for one large result.
    static constexpr std::size_t kMessageBytes = 64 * 1024;

    struct Message {
        std::string bytes;
        std::size_t results = 0;
    };

    void push(std::uint64_t correlation, const api::Reply& reply, v1::View view);
    [[nodiscard]] bool empty() const { return messages_.empty(); }
    [[nodiscard]] Message pop();
    void clear() { messages_.clear(); }

  private:
    std::deque<Message> messages_;
    std::array<char, 2048> memory_;  // of the arena, more than a usual result needs
    google::protobuf::Arena arena_{memory_.data(), memory_.size()};
};

}  // namespace holdfast::transport::grpc
