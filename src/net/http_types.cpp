#include "net/http_types.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace holdfast::net {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

int hex_value(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const char l = lower(c);
    return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

bool is_unreserved(char c) {
    const char l = lower(c);
    return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
           c == '~';
}

void append_two_digits(std::string& out, unsigned value) {
    out += static_cast<char>('0' + value / 10);
    out += static_cast<char>('0' + value % 10);
}

std::optional<std::string> decode_form(std::string_view text) {
    std::string spaced(text);
    std::ranges::replace(spaced, '+', ' ');
    return percent_decode(spaced);
}

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                              [](char x, char y) { return lower(x) == lower(y); });
}

void Headers::reserve(std::size_t text_bytes, std::size_t fields) {
    text_.reserve(text_bytes);
    places_.reserve(fields);
}

void Headers::add(std::string_view name, std::string_view value) {
    const auto name_at = static_cast<std::uint32_t>(text_.size());
    text_.append(name);
    const auto value_at = static_cast<std::uint32_t>(text_.size());
    text_.append(value);
    places_.push_back({name_at, value_at, static_cast<std::uint32_t>(text_.size())});
}

Headers::Field Headers::operator[](std::size_t index) const {
    const Place& place = places_[index];
    const std::string_view text = text_;
    return {text.substr(place.name_at, place.value_at - place.name_at),
            text.substr(place.value_at, place.end - place.value_at)};
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
    for (const Field field : *this) {
        if (equal_ignoring_case(field.name, name)) {
            return field.value;
        }
    }
    return std::nullopt;
}

std::size_t Headers::count(std::string_view name) const {
    std::size_t found = 0;
    for (const Field field : *this) {
        found += equal_ignoring_case(field.name, name) ? 1 : 0;
    }
    return found;
}

std::string_view HttpRequest::path() const {
    return std::string_view(target).substr(0, target.find('?'));
}

std::string_view HttpRequest::query() const {
    const auto mark = target.find('?');
    return mark == std::string::npos ? std::string_view()
                                     : std::string_view(target).substr(mark + 1);
}

HttpResponse problem_response(const ProtocolError& error) {
    HttpResponse response;
    response.status = error.status;
    response.headers.add("Content-Type", "application/problem+json");
    response.body.append(R"({"type":"about:blank","title":")");
    response.body.append(status_text(error.status));
    response.body.append(R"(","status":)").append(std::to_string(error.status));
    response.body.append(R"(,"code":")").append(error.code);
    response.body.append(R"(","detail":")").append(error.detail).append("\"}");
    return response;
}

std::string_view status_text(int status) {
    static constexpr std::pair<int, std::string_view> kTexts[] = {
        {100, "Continue"},
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {411, "Length Required"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {417, "Expectation Failed"},
        {421, "Misdirected Request"},
        {422, "Unprocessable Content"},
        {428, "Precondition Required"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {505, "HTTP Version Not Supported"},
        {507, "Insufficient Storage"},
    };
    const auto found = std::ranges::find(kTexts, status, &std::pair<int, std::string_view>::first);
    return found == std::end(kTexts) ? "Unknown" : found->second;
}

std::string http_date(base::Time time) {
    static constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed",
                                                              "Thu", "Fri", "Sat"};
    static constexpr std::array<std::string_view, 12> kMonths = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));

    std::string out;
    out.append(kDays[std::chrono::weekday(day).c_encoding()]).append(", ");
    append_two_digits(out, static_cast<unsigned>(date.day()));
    out.append(" ").append(kMonths[static_cast<unsigned>(date.month()) - 1]).append(" ");
    out.append(std::to_string(static_cast<int>(date.year()))).append(" ");
    append_two_digits(out, static_cast<unsigned>(clock.hours().count()));
    out += ':';
    append_two_digits(out, static_cast<unsigned>(clock.minutes().count()));
    out += ':';
    append_two_digits(out, static_cast<unsigned>(clock.seconds().count()));
    return out.append(" GMT");
}

std::optional<std::string> percent_decode(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            out += text[at];
            continue;
        }
        const int high = at + 2 < text.size() ? hex_value(text[at + 1]) : -1;
        const int low = at + 2 < text.size() ? hex_value(text[at + 2]) : -1;
        if (high < 0 || low < 0) {
            return std::nullopt;
        }
        out += static_cast<char>(high * 16 + low);
        at += 2;
    }
    return out;
}

std::string percent_encode(std::string_view text) {
    static constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        if (is_unreserved(c)) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += kDigits[byte >> 4];
        out += kDigits[byte & 15];
    }
    return out;
}

std::optional<std::vector<QueryParameter>> parse_query(std::string_view query) {
    std::vector<QueryParameter> parameters;
    while (!query.empty()) {
        const auto end = query.find('&');
        const std::string_view part = query.substr(0, end);
        query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
        if (part.empty()) {
            continue;
        }
        const auto equals = part.find('=');
        auto name = decode_form(part.substr(0, equals));
        auto value = decode_form(equals == std::string_view::npos ? "" : part.substr(equals + 1));
        if (!name || !value) {
            return std::nullopt;
        }
        parameters.push_back({*std::move(name), *std::move(value)});
    }
    return parameters;
}

}  // namespace holdfast::net
