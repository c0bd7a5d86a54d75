// gRPC: the first byte names the message or the method, the rest is the message.
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/stubs/logging.h>

#include <array>
#include <memory>

#include "base/check.hpp"
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

// What is taken for a message is one: written again, it has the same fields.
template <typename Message>
void read(Input input) {
    Message message;
    if (!message.ParseFromArray(input.data(), static_cast<int>(input.size()))) {
        return;
    }
    const bool unknown = transport::grpc::has_unknown_fields(message);
    static_cast<void>(transport::grpc::to_request(message));
    Message again;
    CHECK(again.ParseFromString(message.SerializeAsString()), "a message cannot be read again");
    CHECK(again.ByteSizeLong() == message.ByteSizeLong() &&
              transport::grpc::has_unknown_fields(again) == unknown,
          "a message is another one when it is read again");
}

template <typename... Messages>
constexpr std::array<void (*)(Input), sizeof...(Messages)> readers() {
    return {&read<Messages>...};
}

constexpr auto kReaders =
    readers<v1::CreateRequest, v1::BeginPaymentRequest, v1::CommitRequest, v1::ReleaseRequest,
            v1::ExtendRequest, v1::ShipRequest, v1::CancelRequest, v1::ReturnRequest,
            v1::ReallocateRequest, v1::CloseShortRequest, v1::ReleaseByNameRequest,
            v1::ReleaseMatchingRequest, v1::ListRequest, v1::ReceiveRequest, v1::AdjustRequest,
            v1::MarkUnavailableRequest, v1::SetSafetyStockRequest, v1::SendTransferRequest,
            v1::RecordSaleRequest, v1::RecordCountRequest, v1::PutSkuRequest,
            v1::PutSkuClassRequest, v1::PutPoolRequest, v1::PutCapsRequest, v1::StopSellingRequest,
            v1::ResolveCaseRequest, v1::ListEventsRequest, v1::GetStockRequest>();

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

void fuzz_messages(Input input) {
    static const bool quiet = google::protobuf::SetLogHandler(nullptr) == nullptr;
    static_cast<void>(quiet);
    if (!input.empty()) {
        kReaders[static_cast<std::size_t>(input[0]) % kReaders.size()](input.subspan(1));
    }
}

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
