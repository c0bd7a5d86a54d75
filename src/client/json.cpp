#include "client/json.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <charconv>

namespace holdfast::client {
namespace {

namespace bj = boost::json;

Json from_boost(const bj::value& value);

Json from_boost_array(const bj::array& array) {
    Json::Array items;
    items.reserve(array.size());
    for (const auto& item : array) {
        items.push_back(from_boost(item));
    }
    return items;
}

Json from_boost_object(const bj::object& object) {
    Json::Object members;
    members.reserve(object.size());
    for (const auto& member : object) {
        members.emplace_back(std::string(member.key()), from_boost(member.value()));
    }
    return members;
}

Json from_boost(const bj::value& value) {
    switch (value.kind()) {
        case bj::kind::null: return {};
        case bj::kind::bool_: return value.get_bool();
        case bj::kind::int64: return value.get_int64();
        case bj::kind::uint64: return static_cast<double>(value.get_uint64());
        case bj::kind::double_: return value.get_double();
        case bj::kind::string: return std::string_view(value.get_string());
        case bj::kind::array: return from_boost_array(value.get_array());
        case bj::kind::object: return from_boost_object(value.get_object());
    }
    return {};
}

// Numbers without an exponent, which not every reader of whole or decimal numbers takes.
struct Writer {
    std::string& out;

    void operator()(std::monostate) const { out += "null"; }
    void operator()(bool value) const { out += value ? "true" : "false"; }
    void operator()(std::int64_t value) const { out += std::to_string(value); }
    void operator()(double value) const {
        std::array<char, 512> digits{};
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value,
                                       std::chars_format::fixed);
        out.append(digits.data(), end.ptr);
    }
    void operator()(const std::string& value) const { out += bj::serialize(bj::string(value)); }
    void operator()(const Json::Array& items) const {
        out += '[';
        for (const auto& item : items) {
            out += &item == items.data() ? "" : ",";
            std::visit(*this, item.value());
        }
        out += ']';
    }
    void operator()(const Json::Object& members) const {
        out += '{';
        for (const auto& member : members) {
            out += &member == members.data() ? "" : ",";
            (*this)(member.first);
            out += ':';
            std::visit(*this, member.second.value());
        }
        out += '}';
    }
};

}  // namespace

base::Result<Json> Json::parse(std::string_view text) {
    boost::system::error_code error;
    const bj::value value = bj::parse({text.data(), text.size()}, error);
    if (error) {
        return base::failure(base::ErrorCode::invalid_input, "not JSON: " + error.message());
    }
    return from_boost(value);
}

std::string Json::dump() const {
    std::string out;
    std::visit(Writer{out}, value_);
    return out;
}

const Json& Json::operator[](std::string_view name) const {
    static const Json none;
    const Object& all = members();
    const auto found = std::ranges::find(all, name, &Member::first);
    return found == all.end() ? none : found->second;
}

void Json::set(std::string_view name, Json value) {
    if (!is_object()) {
        value_ = Object();
    }
    Object& all = std::get<Object>(value_);
    const auto found = std::ranges::find(all, name, &Member::first);
    if (found == all.end()) {
        all.emplace_back(std::string(name), std::move(value));
    } else {
        found->second = std::move(value);
    }
}

void Json::erase(std::string_view name) {
    if (auto* all = std::get_if<Object>(&value_)) {
        std::erase_if(*all, [&](const Member& member) { return member.first == name; });
    }
}

std::string_view Json::text() const {
    const auto* found = std::get_if<std::string>(&value_);
    return found != nullptr ? std::string_view(*found) : std::string_view();
}

std::int64_t Json::number() const {
    const auto* found = std::get_if<std::int64_t>(&value_);
    return found != nullptr ? *found : 0;
}

bool Json::flag() const {
    const auto* found = std::get_if<bool>(&value_);
    return found != nullptr && *found;
}

const Json::Array& Json::items() const {
    static const Array none;
    const auto* found = std::get_if<Array>(&value_);
    return found != nullptr ? *found : none;
}

const Json::Object& Json::members() const {
    static const Object none;
    const auto* found = std::get_if<Object>(&value_);
    return found != nullptr ? *found : none;
}

std::string Json::display() const {
    if (is_null()) {
        return {};
    }
    const auto* found = std::get_if<std::string>(&value_);
    return found != nullptr ? *found : dump();
}

}  // namespace holdfast::client
