#include "transport/grpc/result_queue_internal.hpp"

#include <google/protobuf/io/coded_stream.h>

#include <utility>

#include "transport/grpc/replies_internal.hpp"

namespace holdfast::transport::grpc {
namespace {

using google::protobuf::io::CodedOutputStream;

constexpr std::uint8_t kLengthDelimited = 2;
constexpr std::uint8_t kResultsTag = (v1::ResultBatch::kResultsFieldNumber << 3) | kLengthDelimited;

}  // namespace

void ResultQueue::push(std::uint64_t correlation, const api::Reply& reply, v1::View view) {
    auto& result = *google::protobuf::Arena::CreateMessage<v1::Result>(&arena_);
    result.set_correlation(correlation);
    write_reply(reply, view, *result.mutable_reply());
    const std::size_t size = result.ByteSizeLong();
    if (messages_.empty() || messages_.back().bytes.size() + size > kMessageBytes) {
        messages_.emplace_back().bytes.reserve(kMessageBytes);
    }
    Message& message = messages_.back();
    const std::size_t before = message.bytes.size();
    const auto header = 1 + CodedOutputStream::VarintSize32(static_cast<std::uint32_t>(size));
    message.bytes.resize(before + header + size);
    auto* at = reinterpret_cast<std::uint8_t*>(message.bytes.data()) + before;
    *at++ = kResultsTag;
    at = CodedOutputStream::WriteVarint32ToArray(static_cast<std::uint32_t>(size), at);
    result.SerializeWithCachedSizesToArray(at);
    ++message.results;
    arena_.Reset();
}

ResultQueue::Message ResultQueue::pop() {
    Message out = std::move(messages_.front());
    messages_.pop_front();
    return out;
}

}  // namespace holdfast::transport::grpc
