// Words and times of the domain as protobuf has them, in both directions.
//
// Enumerations of the model are those of words.proto plus one, because 0 means "not told" there;
// `Reason` alone has a zero of its own (a test compares all names).
// Thread rule: free functions.
#pragma once

#include <google/protobuf/timestamp.pb.h>
#include <holdfast/v1/words.pb.h>

#include <optional>
#include <string>
#include <type_traits>

#include "base/time.hpp"
#include "model/reason.hpp"

namespace holdfast::transport::grpc {

template <typename Word, typename ModelEnum>
[[nodiscard]] Word to_word(ModelEnum value) {
    static_assert(!std::is_same_v<ModelEnum, model::Reason>);
    return static_cast<Word>(static_cast<int>(value) + 1);
}
[[nodiscard]] inline v1::Reason to_word(model::Reason reason) {
    return static_cast<v1::Reason>(reason);
}

// RESERVATION_STATE_HELD -> "held"; a number that has no name -> "99", which no text of ours is, so
// that it is refused where it is judged. Nothing: not told.
[[nodiscard]] std::optional<std::string> word_text(const google::protobuf::EnumDescriptor& type,
                                                   int value);
template <typename Word>
[[nodiscard]] std::optional<std::string> word_text(Word value) {
    return value == 0 ? std::nullopt
                      : word_text(*google::protobuf::GetEnumDescriptor<Word>(), value);
}

inline void set_time(google::protobuf::Timestamp& out, base::Time time) {
    const std::int64_t ms = base::to_ms(time);
    const std::int64_t rest = ((ms % 1000) + 1000) % 1000;
    out.set_seconds((ms - rest) / 1000);
    out.set_nanos(static_cast<std::int32_t>(rest * 1'000'000));
}

// RFC 3339; one that no time of ours is if it is out of range, so that it is refused.
[[nodiscard]] std::string time_text(const google::protobuf::Timestamp& time);

}  // namespace holdfast::transport::grpc
