#include "transport/http/router.hpp"

#include <algorithm>
#include <optional>

#include "api/text.hpp"
#include "net/http_types.hpp"

namespace holdfast::transport::http {
namespace {

std::vector<std::string_view> split(std::string_view path) {
    std::vector<std::string_view> out;
    path.remove_prefix(path.starts_with('/') ? 1 : 0);
    while (true) {
        const auto slash = path.find('/');
        out.push_back(path.substr(0, slash));
        if (slash == std::string_view::npos) {
            return out;
        }
        path.remove_prefix(slash + 1);
    }
}

bool is_parameter(std::string_view segment) { return segment.starts_with('{'); }

// Decoded segments; nothing if one is no text that any name of ours could be.
std::optional<std::vector<std::string>> decode(std::string_view path) {
    std::vector<std::string> out;
    for (const auto raw : split(path)) {
        auto segment = net::percent_decode(raw);
        if (!segment || !api::is_utf8(*segment) || api::has_control_characters(*segment)) {
            return std::nullopt;
        }
        out.push_back(std::move(*segment));
    }
    return out;
}

// How many literal segments matched; nothing if the path does not fit.
std::optional<std::size_t> literals(std::span<const std::string_view> pattern,
                                    std::span<const std::string> path) {
    if (pattern.size() != path.size()) {
        return std::nullopt;
    }
    std::size_t count = 0;
    for (std::size_t i = 0; i < path.size(); ++i) {
        const bool literal = !is_parameter(pattern[i]);
        if (literal ? pattern[i] != path[i] : path[i].empty()) {
            return std::nullopt;
        }
        count += literal ? 1 : 0;
    }
    return count;
}

void allow(std::string& list, std::string_view method) {
    list.append(list.empty() ? "" : ", ").append(method);
    if (method == "GET") {
        list.append(", HEAD");
    }
}

}  // namespace

Router::Router(std::span<const RoutePath> routes) {
    for (const auto& route : routes) {
        patterns_.push_back({.method = route.method, .segments = split(route.path)});
    }
}

RouteMatch Router::match(std::string_view method, std::string_view path) const {
    RouteMatch out;
    const auto segments = decode(path);
    if (!segments) {
        out.kind = RouteMatch::Kind::malformed;
        return out;
    }
    const std::string_view wanted = method == "HEAD" ? "GET" : method;
    std::size_t most_literals = 0;
    for (std::size_t i = 0; i < patterns_.size(); ++i) {
        const auto count = literals(patterns_[i].segments, *segments);
        if (!count) {
            continue;
        }
        allow(out.allow, patterns_[i].method);
        if (patterns_[i].method == wanted && *count >= most_literals) {
            most_literals = *count;
            out.route = i;
            out.kind = RouteMatch::Kind::found;
        }
    }
    if (out.kind == RouteMatch::Kind::found) {
        const auto& pattern = patterns_[out.route].segments;
        for (std::size_t i = 0; i < pattern.size(); ++i) {
            if (is_parameter(pattern[i])) {
                out.parameters.push_back((*segments)[i]);
            }
        }
    } else if (!out.allow.empty()) {
        out.kind = RouteMatch::Kind::unknown_method;
        out.allow += ", OPTIONS";
    }
    return out;
}

}  // namespace holdfast::transport::http
