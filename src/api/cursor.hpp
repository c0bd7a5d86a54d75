// Cursors: where a list goes on, sealed for one tenant and one set of filters.
//
// base64url of: version, 128-bit seal, the index's own bytes. The seal is a keyed digest over the
// filters and those bytes, so a cursor can neither be forged nor carried to other filters, and
// grants nothing that its tenant's key does not. Thread rule: free functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace holdfast::api {

// `scope`: the tenant and filters the list was asked with.
[[nodiscard]] std::string seal_cursor(const base::Buffer& key, std::string_view scope,
                                      std::string_view resume_after);

// Nothing if it was not made with this key and scope.
[[nodiscard]] std::optional<std::string> open_cursor(const base::Buffer& key,
                                                     std::string_view scope,
                                                     std::string_view cursor);

}  // namespace holdfast::api
