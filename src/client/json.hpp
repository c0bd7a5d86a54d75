// Json: a JSON document as a plain value, for clients of the REST interface.
//
// Members keep their order. Numbers are whole if they fit 64 bits, else doubles. Readers are
// lenient: a member that is absent or of another type reads as empty, so that a client outlives
// fields it does not know. Not for the service itself, which must judge what it reads.
// Thread rule: a value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace holdfast::client {

class Json {
  public:
    using Array = std::vector<Json>;
    using Member = std::pair<std::string, Json>;
    using Object = std::vector<Member>;

    Json() = default;  // null
    // Implicit, so that documents can be written down as they look.
    explicit(false) Json(bool value) : value_(value) {}
    explicit(false) Json(std::int64_t value) : value_(value) {}
    explicit(false) Json(int value) : value_(static_cast<std::int64_t>(value)) {}
    explicit(false) Json(double value) : value_(value) {}
    explicit(false) Json(std::string value) : value_(std::move(value)) {}
    explicit(false) Json(std::string_view value) : value_(std::string(value)) {}
    explicit(false) Json(const char* value) : value_(std::string(value)) {}
    explicit(false) Json(Array value) : value_(std::move(value)) {}
    explicit(false) Json(Object value) : value_(std::move(value)) {}

    // Errors: invalid_input. At most 32 levels deep.
    [[nodiscard]] static base::Result<Json> parse(std::string_view text);
    // One line, no spaces.
    [[nodiscard]] std::string dump() const;

    [[nodiscard]] bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
    [[nodiscard]] bool is_object() const { return std::holds_alternative<Object>(value_); }

    // The member of that name; null if there is none.
    [[nodiscard]] const Json& operator[](std::string_view name) const;
    // Sets or replaces a member of an object; null becomes an object.
    void set(std::string_view name, Json value);
    // Removes a member of an object if it is there.
    void erase(std::string_view name);

    [[nodiscard]] std::string_view text() const;
    [[nodiscard]] std::int64_t number() const;
    [[nodiscard]] bool flag() const;
    [[nodiscard]] const Array& items() const;
    [[nodiscard]] const Object& members() const;
    // A scalar as a person reads it; "" for null; JSON for the rest.
    [[nodiscard]] std::string display() const;

    bool operator==(const Json&) const = default;

    using Value =
        std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object>;
    [[nodiscard]] const Value& value() const { return value_; }

  private:
    Value value_;
};

}  // namespace holdfast::client
