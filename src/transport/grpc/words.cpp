#include <google/protobuf/descriptor.h>

#include <algorithm>

#include "api/time_text.hpp"
#include "transport/grpc/words_internal.hpp"

namespace holdfast::transport::grpc {
namespace {

constexpr std::string_view kUnspecified = "UNSPECIFIED";
constexpr std::int64_t kSecondsEnd = 253'402'300'800;  // the year 10000
constexpr std::int32_t kNanosEnd = 1'000'000'000;
constexpr std::int32_t kNanosPerMillisecond = 1'000'000;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

}  // namespace

std::optional<std::string> word_text(const google::protobuf::EnumDescriptor& type, int value) {
    const auto* const found = type.FindValueByNumber(value);
    if (found == nullptr) {
        return std::to_string(value);
    }
    std::string text = found->name().substr(type.value(0)->name().size() - kUnspecified.size());
    std::ranges::transform(text, text.begin(), lower);
    return text;
}

std::string time_text(const google::protobuf::Timestamp& time) {
    const bool told = time.seconds() >= 0 && time.seconds() < kSecondsEnd && time.nanos() >= 0 &&
                      time.nanos() < kNanosEnd;
    if (!told) {
        return std::to_string(time.seconds()) + " s " + std::to_string(time.nanos()) + " ns";
    }
    return api::format_time(base::Time(std::chrono::seconds(time.seconds()) +
                                       base::Duration(time.nanos() / kNanosPerMillisecond)));
}

}  // namespace holdfast::transport::grpc
