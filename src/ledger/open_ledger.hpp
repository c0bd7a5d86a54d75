// open_ledger: a ledger on disk of whichever kind, for everybody who does not care which.
//
// Thread rule: free functions, any thread.
#pragma once

#include <memory>
#include <optional>

#include "ledger/ledger.hpp"
#include "ledger/ledger_directory.hpp"
#include "ledger/rocksdb_store.hpp"

namespace holdfast::ledger {

// Opens what FORMAT says is there; a directory without a ledger becomes one of `kind`, if the
// options ask for that. With `kind` a ledger of another kind is refused: invalid_input.
// Errors otherwise: those of the kind's own opening.
[[nodiscard]] base::Result<std::unique_ptr<Ledger>> open_ledger(
    const LedgerOptions& options, std::optional<LedgerKind> kind = std::nullopt);

// To read only, whatever partition it is of.
[[nodiscard]] base::Result<std::unique_ptr<Ledger>> open_ledger_to_read(const std::string& path,
                                                                        Warn warn);

// All private texts, once each, of a ledger that may be served meanwhile; changes nothing.
[[nodiscard]] base::Result<void> each_private_text(const std::string& path,
                                                   const PrivateTextVisitor& visit);

}  // namespace holdfast::ledger
