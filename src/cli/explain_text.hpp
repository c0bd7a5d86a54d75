// What the history says, for a person: why a SKU has the figure it has, and what happened.
// Thread rule: free functions.
#pragma once

#include <string>

#include "client/json.hpp"

namespace holdfast::cli {

// An answer of GET /stock/{sku}/explain as a tree in which every figure stands above what it is the
// sum of. What does not add up is said in its last lines.
[[nodiscard]] std::string explain_text(const client::Json& explanation, bool bold);

// A page of events as a table: position, time, type, subject, and the gist of what changed.
[[nodiscard]] std::string events_text(const client::Json& page, bool bold);

// What an event's data says in a few words: "held, reason damage, delta -2".
[[nodiscard]] std::string gist_of(const client::Json& data);

}  // namespace holdfast::cli
