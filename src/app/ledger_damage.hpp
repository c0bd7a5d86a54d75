// Whether it is the ledger that is damaged where a view calls something so.
//
// A view that reads a damaged batch fails as one that is damaged itself does. Making it again would
// not help, and what it knows is not to be thrown away for that. Asked when a view has failed;
// reads as far as a view may have. Thread rule: any thread.
#pragma once

#include <string_view>

#include "ledger/ledger.hpp"

namespace holdfast::app {

// What the process ends with then: nothing is thrown away, and a start would only find it again.
inline constexpr std::string_view kLedgerIsDamaged = "the ledger is damaged; the service stops";

[[nodiscard]] bool is_ledger_damaged(ledger::Ledger& ledger, model::Sequence after);

// Reads every batch from the first. Asked before a view is thrown away that may be sound, and that
// only a whole ledger can make again. Errors: corrupted, unavailable.
[[nodiscard]] base::Result<void> read_whole(ledger::Ledger& ledger);

}  // namespace holdfast::app
