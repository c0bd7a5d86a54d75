// FakeRpc: a call of a method without gRPC, for tests. It CHECKs what is so of every answer: a
// unary call is answered once, messages can be read back, a "no" fits into a trailer.
//
//     auto rpc = std::make_shared<FakeRpc>(context, principal, false);
//     methods()[i].unary(rpc, body);
//
// With the readers of messages, for tests from outside this folder.
// Thread rule: one thread. Context and principal outlive it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/check.hpp"
#include "transport/grpc/commands_internal.hpp"
#include "transport/grpc/methods_internal.hpp"
#include "transport/grpc/replies_internal.hpp"
#include "transport/grpc/requests_internal.hpp"

namespace holdfast::transport::grpc::testing {

inline constexpr std::size_t kTrailerBytesMax = 8192;

class FakeRpc final : public Rpc {
  public:
    FakeRpc(const RpcContext& context, const api::Principal& principal, bool streams)
        : context_(context), principal_(principal), streams_(streams) {}

    [[nodiscard]] const RpcContext& context() const override { return context_; }
    [[nodiscard]] const api::Principal& principal() const override { return principal_; }
    [[nodiscard]] const std::optional<std::string>& key() const override { return key_; }

    void finish(const google::protobuf::MessageLite& reply) override {
        CHECK(is_readable(reply), "an answer that nobody can read");
        end();
    }
    void fail(const api::Problem& problem) override {
        const StatusParts status = to_status(problem);
        CHECK(status.code > 0, "a refusal with the status OK");
        CHECK(status.message.size() + status.details.size() <= kTrailerBytesMax,
              "a refusal that does not fit into a trailer");
        v1::Refusal refusal;
        write_refusal(problem, refusal);
        CHECK(is_readable(refusal), "a refusal that nobody can read");
        end();
    }
    void end() override {
        CHECK(!ended_ || streams_, "answered twice");
        ended_ = true;
    }
    void read() override {}
    void write(std::string /*message*/) override {
        CHECK(streams_, "a stream's message in a unary call");
        ++written_;
    }

    [[nodiscard]] bool ended() const { return ended_; }
    [[nodiscard]] int written() const { return written_; }

  private:
    static bool is_readable(const google::protobuf::MessageLite& message) {
        const std::unique_ptr<google::protobuf::MessageLite> again(message.New());
        return again->ParseFromString(message.SerializeAsString());
    }

    const RpcContext& context_;
    const api::Principal& principal_;
    bool streams_;
    bool ended_ = false;
    int written_ = 0;
    std::optional<std::string> key_ = "key-of-the-call";
};

}  // namespace holdfast::transport::grpc::testing
