#include "transport/http/json_document.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <utility>

namespace holdfast::transport::http {
namespace {

namespace json = boost::json;

// Receives the grammar's events and builds the nodes. Its names are the parser's, not ours.
class Builder {
  public:
    static constexpr std::size_t max_object_size = kJsonMembersMax;
    static constexpr std::size_t max_array_size = kJsonItemsMax;
    static constexpr std::size_t max_key_size = 4096;
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

    bool on_document_begin(json::error_code&) { return true; }
    bool on_document_end(json::error_code&) { return true; }
    bool on_object_begin(json::error_code& ec) { return open(JsonKind::object, ec); }
    bool on_object_end(std::size_t count, json::error_code&) { return close(count); }
    bool on_array_begin(json::error_code& ec) { return open(JsonKind::array, ec); }
    bool on_array_end(std::size_t count, json::error_code&) { return close(count); }

    bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
        texts_.append(part);
        return true;
    }
    bool on_key(json::string_view part, std::size_t size, json::error_code& ec) {
        texts_.append(part);
        name_size_ = static_cast<std::uint32_t>(size);
        name_at_ = static_cast<std::uint32_t>(texts_.size() - size);
        if (!is_new_name()) {
            error_ = {
                .detail = "The name occurs twice.", .pointer = pointer_here(), .has_pointer = true};
            ec = json::error::syntax;
            return false;
        }
        return true;
    }
    bool on_string_part(json::string_view part, std::size_t, json::error_code&) {
        texts_.append(part);
        return true;
    }
    bool on_string(json::string_view part, std::size_t size, json::error_code& ec) {
        texts_.append(part);
        return add({.kind = JsonKind::text,
                    .text_at = static_cast<std::uint32_t>(texts_.size() - size),
                    .text_size = static_cast<std::uint32_t>(size)},
                   ec);
    }
    bool on_number_part(json::string_view part, json::error_code&) {
        number_.append(part);
        return true;
    }
    bool on_int64(std::int64_t value, json::string_view, json::error_code& ec) {
        number_.clear();
        return add({.kind = JsonKind::integer, .integer = value}, ec);
    }
    bool on_uint64(std::uint64_t, json::string_view, json::error_code& ec) {
        number_.clear();
        return add({.kind = JsonKind::big_number}, ec);
    }
    // Whole numbers beyond 64 bits arrive here too.
    bool on_double(double, json::string_view part, json::error_code& ec) {
        number_.append(part);
        const bool whole = number_.find_first_of(".eE") == std::string::npos;
        texts_.append(number_);
        return add({.kind = whole ? JsonKind::big_number : JsonKind::fraction,
                    .text_at = static_cast<std::uint32_t>(texts_.size() - number_.size()),
                    .text_size = static_cast<std::uint32_t>(std::exchange(number_, {}).size())},
                   ec);
    }
    bool on_bool(bool value, json::error_code& ec) {
        return add({.kind = JsonKind::boolean, .integer = value ? 1 : 0}, ec);
    }
    bool on_null(json::error_code& ec) { return add({.kind = JsonKind::null}, ec); }
    bool on_comment_part(json::string_view, json::error_code&) { return true; }
    bool on_comment(json::string_view, json::error_code&) { return true; }

    [[nodiscard]] const JsonError& error() const { return error_; }
    [[nodiscard]] JsonDocument take() { return {std::move(nodes_), std::move(texts_)}; }

  private:
    bool add(JsonNode node, json::error_code& ec) {
        if (nodes_.size() == kJsonValuesMax) {
            error_.detail = "The document has too many values.";
            ec = json::error::array_too_large;
            return false;
        }
        node.name_at = name_at_;
        node.name_size = std::exchange(name_size_, 0);
        node.end = static_cast<std::uint32_t>(nodes_.size() + 1);
        nodes_.push_back(node);
        return true;
    }
    bool open(JsonKind kind, json::error_code& ec) {
        if (!add({.kind = kind}, ec)) {
            return false;
        }
        open_.push_back(static_cast<std::uint32_t>(nodes_.size() - 1));
        return true;
    }
    bool close(std::size_t count) {
        JsonNode& node = nodes_[open_.back()];
        node.end = static_cast<std::uint32_t>(nodes_.size());
        node.text_size = static_cast<std::uint32_t>(count);
        open_.pop_back();
        return true;
    }
    [[nodiscard]] std::string_view name_of(const JsonNode& node) const {
        return std::string_view(texts_).substr(node.name_at, node.name_size);
    }
    [[nodiscard]] std::string_view name_here() const {
        return std::string_view(texts_).substr(name_at_, name_size_);
    }
    // Objects are small (kJsonMembersMax), so looking at all members is cheap.
    [[nodiscard]] bool is_new_name() const {
        for (std::uint32_t i = open_.back() + 1; i < nodes_.size(); i = nodes_[i].end) {
            if (name_of(nodes_[i]) == name_here()) {
                return false;
            }
        }
        return true;
    }
    // The way down the open containers to the name just read.
    [[nodiscard]] std::string pointer_here() const {
        std::string out;
        for (std::size_t depth = 1; depth < open_.size(); ++depth) {
            const JsonNode& parent = nodes_[open_[depth - 1]];
            out =
                parent.kind == JsonKind::object
                    ? pointer_to(out, name_of(nodes_[open_[depth]]))
                    : pointer_to(out, std::to_string(items_before(open_[depth - 1], open_[depth])));
        }
        return pointer_to(out, name_here());
    }
    [[nodiscard]] std::size_t items_before(std::uint32_t array, std::uint32_t item) const {
        std::size_t count = 0;
        for (std::uint32_t i = array + 1; i != item; i = nodes_[i].end) {
            ++count;
        }
        return count;
    }

    std::vector<JsonNode> nodes_;
    std::string texts_;
    std::string number_;
    std::vector<std::uint32_t> open_;
    std::uint32_t name_at_ = 0;
    std::uint32_t name_size_ = 0;
    JsonError error_;
};

std::string explain(json::error_code ec, std::size_t at) {
    if (ec == json::error::too_deep) {
        return "Nested deeper than " + std::to_string(kJsonDepthMax) + " levels.";
    }
    if (ec == json::error::object_too_large) {
        return "An object has more than " + std::to_string(kJsonMembersMax) + " members.";
    }
    if (ec == json::error::array_too_large) {
        return "An array has more than " + std::to_string(kJsonItemsMax) + " items.";
    }
    if (ec == json::error::incomplete) {
        return "The JSON ends too early.";
    }
    if (ec == json::error::extra_data) {
        return "Something follows the JSON value at byte " + std::to_string(at) + ".";
    }
    return "Not JSON at byte " + std::to_string(at) + ": " + ec.message() + ".";
}

}  // namespace

std::expected<JsonDocument, JsonError> JsonDocument::parse(std::string_view text) {
    json::parse_options options;
    options.max_depth = kJsonDepthMax;
    json::basic_parser<Builder> parser(options);
    json::error_code ec;
    const std::size_t used = parser.write_some(false, text.data(), text.size(), ec);
    if (!ec && used < text.size()) {
        ec = json::error::extra_data;
    }
    if (!ec) {
        return parser.handler().take();
    }
    JsonError error = parser.handler().error();
    if (error.detail.empty()) {
        error.detail = explain(ec, used);
    }
    return std::unexpected(std::move(error));
}

const JsonNode& JsonValue::node() const { return document_->nodes_[index_]; }

std::string_view JsonValue::text() const {
    return std::string_view(document_->texts_).substr(node().text_at, node().text_size);
}

std::string_view JsonValue::name() const {
    return std::string_view(document_->texts_).substr(node().name_at, node().name_size);
}

std::vector<JsonValue> JsonValue::children() const {
    std::vector<JsonValue> out;
    if (kind() != JsonKind::array && kind() != JsonKind::object) {
        return out;
    }
    out.reserve(size());
    for (std::uint32_t i = index_ + 1; i < node().end; i = document_->nodes_[i].end) {
        out.emplace_back(*document_, i);
    }
    return out;
}

std::string pointer_to(std::string_view parent, std::string_view name) {
    std::string out(parent);
    out += '/';
    for (const char c : name) {
        if (c == '~') {
            out += "~0";
        } else if (c == '/') {
            out += "~1";
        } else {
            out += c;
        }
    }
    return out;
}

}  // namespace holdfast::transport::http
