// Metadata as one text: a JSON object of texts, sorted by name, without spaces.
//
// Equal metadata has one form whatever order it was sent in, because the form's digest stands for
// it in the ledger. Thread rule: free functions.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "api/validation.hpp"

namespace holdfast::api {

using Metadata = std::vector<std::pair<std::string, std::string>>;

// Problems go to `check` under "/metadata". No pairs: an empty text.
[[nodiscard]] std::string canonical_metadata(Metadata metadata, Validator& check);

}  // namespace holdfast::api
