#include "cli/options.hpp"

namespace holdfast::cli {

bool ListenAddress::is_loopback() const { return host == "::1" || host.starts_with("127."); }

std::string ListenAddress::text() const {
    const bool is_v6 = host.contains(':');
    return (is_v6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

}  // namespace holdfast::cli
