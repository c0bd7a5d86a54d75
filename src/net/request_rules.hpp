// judge_request_head: what a server at the edge demands of a header beyond its grammar.
//
// Framing that two readers could take differently is refused (RFC 9112 sections 3.2, 6.1, 6.3),
// and the target is brought to origin-form. Free function, any thread.
#pragma once

#include <optional>

#include "net/http_types.hpp"

namespace holdfast::net {

// Reduces an absolute-form target in place. Nothing if the header is acceptable.
[[nodiscard]] std::optional<ProtocolError> judge_request_head(HttpRequest& request);

}  // namespace holdfast::net
