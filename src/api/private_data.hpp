// Personal data on its way in: clear text for the erasable side store, a keyed digest for the
// ledger. Equal texts of two tenants or of two kinds have different digests, so that forgetting one
// never forgets another's. Thread rule: free functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "ledger/ledger.hpp"
#include "model/command.hpp"

namespace holdfast::api {

[[nodiscard]] model::PersonalText customer_text(const base::Buffer& key, std::string_view tenant,
                                                std::string customer_id);
[[nodiscard]] model::PersonalText metadata_text(const base::Buffer& key, std::string_view tenant,
                                                std::string canonical_json);
[[nodiscard]] model::PersonalText note_text(const base::Buffer& key, std::string_view tenant,
                                            std::string note);

// The text of a digest that an event names; nothing if there is none, or it was forgotten, or it
// cannot be read. Reads a disk.
[[nodiscard]] std::optional<std::string> clear_text(ledger::Ledger& ledger, base::Digest128 digest);

// How a customer is found again: by lists, and by whoever has to forget.
[[nodiscard]] base::Digest128 customer_digest(const base::Buffer& key, std::string_view tenant,
                                              std::string_view customer_id);

}  // namespace holdfast::api
