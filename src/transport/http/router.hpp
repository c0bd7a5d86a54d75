// Router: which route a method and path mean.
//
// Paths are split at '/' before each segment is decoded, once: an encoded slash stays part of its
// segment. Nothing is normalised: a trailing or doubled slash, "." and ".." are segments like any
// other and match nothing. Literal segments win over parameters. HEAD goes where GET goes.
// Thread rule: const methods on any thread.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::transport::http {

struct RoutePath {
    std::string_view method;
    std::string_view path;  // "/inventory/v1/skus/{sku}"
};

struct RouteMatch {
    enum class Kind : std::uint8_t { found, unknown_path, unknown_method, malformed };
    Kind kind = Kind::unknown_path;
    std::size_t route = 0;                // found
    std::vector<std::string> parameters;  // found: decoded, in order of the path
    std::string allow;                    // unknown_method: value of the Allow header
};

class Router {
  public:
    // The texts outlive the router.
    explicit Router(std::span<const RoutePath> routes);

    // `path` is raw, without the query.
    [[nodiscard]] RouteMatch match(std::string_view method, std::string_view path) const;

  private:
    struct Pattern {
        std::string_view method;
        std::vector<std::string_view> segments;
    };
    std::vector<Pattern> patterns_;
};

}  // namespace holdfast::transport::http
