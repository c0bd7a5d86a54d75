// Every gRPC method: the first byte names it, the rest is the message. Whatever is answered can be
// read back, and a "no" fits into a trailer.
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <memory>
#include <optional>
#include <string>

#include "base/check.hpp"
#include "tests/fuzz/shop.hpp"
#include "tests/fuzz/target.hpp"
#include "transport/grpc/methods_internal.hpp"
#include "transport/grpc/replies_internal.hpp"
#include "transport/http/testing.hpp"

namespace holdfast::fuzz {

namespace {

using namespace transport::grpc;
using transport::http::testing::FakeOperations;

constexpr std::size_t kTrailerBytesMax = 8192;
constexpr int kMessagesMax = 4;  // of a stream that would go on for ever

struct GrpcShop {
    Shop shop;
    FakeOperations operations;
    RpcContext context{*shop.world.service, operations};
};

class FakeRpc final : public Rpc {
  public:
    explicit FakeRpc(GrpcShop& shop) : shop_(shop) {}

    [[nodiscard]] const RpcContext& context() const override { return shop_.context; }
    [[nodiscard]] const api::Principal& principal() const override {
        return shop_.shop.world.principal;
    }
    [[nodiscard]] const std::optional<std::string>& key() const override { return key_; }

    void finish(const google::protobuf::MessageLite& reply) override {
        const std::unique_ptr<google::protobuf::MessageLite> again(reply.New());
        CHECK(again->ParseFromString(reply.SerializeAsString()), "an answer nobody can read");
        end();
    }
    void fail(const api::Problem& problem) override {
        const StatusParts status = to_status(problem);
        CHECK(status.code > 0, "a refusal with the status OK");
        CHECK(status.message.size() + status.details.size() <= kTrailerBytesMax,
              "a refusal that does not fit into a trailer");
        v1::Refusal refusal;
        write_refusal(problem, refusal);
        CHECK(v1::Refusal().ParseFromString(refusal.SerializeAsString()), "nobody can read it");
        end();
    }
    void end() override {
        CHECK(!ended || streams, "answered twice");
        ended = true;
    }
    void read() override {}
    void write(std::string message) override {
        CHECK(streams && !message.empty());
        ++written;
    }

    bool streams = false;
    bool ended = false;
    int written = 0;

  private:
    GrpcShop& shop_;
    std::optional<std::string> key_ = "key-of-the-call";
};

void run_stream(GrpcShop& shop, const Method& method, Body& body) {
    const auto rpc = std::make_shared<FakeRpc>(shop);
    rpc->streams = true;
    const SessionPtr session = method.stream(rpc);
    session->on_message(body);
    for (int told = 0; told < kMessagesMax; ++told) {
        shop.shop.world.settle();
        if (rpc->written > told) {
            session->on_written();
        }
    }
    session->on_last_message();
    shop.shop.world.settle();
    session->on_gone();
    shop.shop.world.advance(std::chrono::minutes(1));
}

}  // namespace

void fuzz_grpc(Input input) {
    if (input.empty()) {
        return;
    }
    GrpcShop& shop = next_shop<GrpcShop>();
    const Method& method = methods()[static_cast<std::size_t>(input[0]) % methods().size()];
    google::protobuf::io::ArrayInputStream body(input.data() + 1,
                                                static_cast<int>(input.size() - 1));
    if (method.stream != nullptr) {
        run_stream(shop, method, body);
        return;
    }
    const auto rpc = std::make_shared<FakeRpc>(shop);
    method.unary(rpc, body);
    shop.shop.settle_until([&] { return rpc->ended; });
}

}  // namespace holdfast::fuzz
