// JsonDocument: a strictly read JSON text, flat in memory.
//
// Refused: anything after the value, duplicate names, invalid UTF-8, depth or member counts that no
// request of ours has. Numbers keep what matters: a whole number that fits 64 bits, one that does
// not, or one with a fraction or exponent (which no quantity of ours takes, not even 1.0: it must
// mean the same in every language). Names and positions are JSON pointers (RFC 6901).
//
//     auto document = JsonDocument::parse(body);
//     if (!document) return refuse(document.error());
//     for (JsonValue line : document->root().children()) ...
//
// Thread rule: const methods on any thread. Values are handles into the document.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::transport::http {

inline constexpr std::size_t kJsonDepthMax = 12;
inline constexpr std::size_t kJsonMembersMax = 256;       // of one object
inline constexpr std::size_t kJsonItemsMax = 8192;        // of one array
inline constexpr std::size_t kJsonValuesMax = 1'000'000;  // of one document

enum class JsonKind : std::uint8_t {
    null,
    boolean,
    integer,     // fits 64 bits, signed
    big_number,  // whole, but does not fit
    fraction,    // has a fraction or an exponent
    text,
    array,
    object,
};

struct JsonError {
    std::string detail;
    std::string pointer;  // of a duplicate name
    bool has_pointer = false;
};

// A member or item; `end` is the index behind it and everything in it.
struct JsonNode {
    JsonKind kind = JsonKind::null;
    std::uint32_t end = 0;
    std::uint32_t name_at = 0;
    std::uint32_t name_size = 0;
    std::uint32_t text_at = 0;
    std::uint32_t text_size = 0;  // or the number of children; a fraction's are its digits
    std::int64_t integer = 0;     // or the boolean
};

class JsonDocument;

class JsonValue {
  public:
    JsonValue(const JsonDocument& document, std::uint32_t index)
        : document_(&document), index_(index) {}

    [[nodiscard]] JsonKind kind() const { return node().kind; }
    [[nodiscard]] bool boolean() const { return node().integer != 0; }
    [[nodiscard]] std::int64_t integer() const { return node().integer; }
    [[nodiscard]] std::string_view text() const;  // also a fraction, as written
    [[nodiscard]] std::string_view name() const;  // as a member of an object

    // Items or members in order.
    [[nodiscard]] std::vector<JsonValue> children() const;
    [[nodiscard]] std::size_t size() const { return node().text_size; }

  private:
    [[nodiscard]] const JsonNode& node() const;

    const JsonDocument* document_;
    std::uint32_t index_;
};

class JsonDocument {
  public:
    [[nodiscard]] static std::expected<JsonDocument, JsonError> parse(std::string_view text);
    JsonDocument(std::vector<JsonNode> nodes, std::string texts)
        : nodes_(std::move(nodes)), texts_(std::move(texts)) {}

    [[nodiscard]] JsonValue root() const { return {*this, 0}; }

  private:
    friend class JsonValue;
    std::vector<JsonNode> nodes_;  // a parent before its children
    std::string texts_;
};

// Appends "/name" with the escapes of RFC 6901.
[[nodiscard]] std::string pointer_to(std::string_view parent, std::string_view name);

}  // namespace holdfast::transport::http
