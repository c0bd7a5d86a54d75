// What the readers of messages share: fields that many messages have.
//
// Thread rule: free functions.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/requests.hpp"
#include "api/stock_requests.hpp"
#include "transport/grpc/words_internal.hpp"

namespace holdfast::transport::grpc {

template <typename T>
[[nodiscard]] std::optional<T> field(bool told, const T& value) {
    return told ? std::optional<T>(value) : std::nullopt;
}

// request_id, or source and source_sequence.
template <typename Message>
[[nodiscard]] api::Attempt read_attempt(const Message& from) {
    return {
        .header_key = {},
        .body_key = field(from.has_request_id(), from.request_id()),
        .source = field(from.has_source(), from.source()),
        .source_sequence = field<std::int64_t>(from.has_source_sequence(), from.source_sequence())};
}

template <typename Message>
[[nodiscard]] std::optional<std::vector<std::uint32_t>> read_version(const Message& from) {
    return from.has_expected_version() ? std::optional(std::vector{from.expected_version()})
                                       : std::nullopt;
}

template <typename Message>
[[nodiscard]] api::PageRequest read_page(const Message& from) {
    return {.limit = field<std::int64_t>(from.has_page_size(), from.page_size()),
            .cursor = field(from.has_page_token(), from.page_token())};
}

template <typename Message>
[[nodiscard]] std::optional<std::string> read_occurred(const Message& from) {
    return from.has_occurred_at() ? std::optional(time_text(from.occurred_at())) : std::nullopt;
}

}  // namespace holdfast::transport::grpc
