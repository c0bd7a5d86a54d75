// Every gRPC method: the first byte names it, the rest is the message.
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <memory>

#include "tests/fuzz/shop.hpp"
#include "tests/fuzz/target.hpp"
#include "transport/grpc/testing.hpp"
#include "transport/http/testing.hpp"

namespace holdfast::fuzz {

namespace {

using transport::grpc::Body;
using transport::grpc::Method;
using transport::grpc::methods;
using transport::grpc::RpcContext;
using transport::grpc::SessionPtr;
using transport::grpc::testing::FakeRpc;
using transport::http::testing::FakeOperations;

constexpr int kMessagesMax = 4;  // of a stream that would go on for ever

struct GrpcShop {
    Shop shop;
    FakeOperations operations;
    RpcContext context{*shop.world.service, operations};
};

void run_stream(GrpcShop& grpc, const Method& method, Body& body) {
    auto& world = grpc.shop.world;
    const auto rpc = std::make_shared<FakeRpc>(grpc.context, world.principal, true);
    const SessionPtr session = method.stream(rpc);
    session->on_message(body);
    for (int told = 0; told < kMessagesMax; ++told) {
        world.settle();
        if (rpc->written() > told) {
            session->on_written();
        }
    }
    session->on_last_message();
    world.settle();
    session->on_gone();
    world.advance(std::chrono::minutes(1));
}

}  // namespace

void fuzz_grpc(Input input) {
    GrpcShop& grpc = next_shop<GrpcShop>();
    if (input.empty()) {
        return;
    }
    const Method& method = methods()[static_cast<std::size_t>(input[0]) % methods().size()];
    google::protobuf::io::ArrayInputStream body(input.data() + 1,
                                                static_cast<int>(input.size() - 1));
    if (method.stream != nullptr) {
        run_stream(grpc, method, body);
        return;
    }
    const auto rpc = std::make_shared<FakeRpc>(grpc.context, grpc.shop.world.principal, false);
    method.unary(rpc, body);
    grpc.shop.settle_until([&] { return rpc->ended(); });
}

}  // namespace holdfast::fuzz
