// SalvageSource: what can be read of a damaged ledger of either kind.
//
// Believes neither FORMAT nor tail mark. Internal to this folder. Thread rule: one thread.
#pragma once

#include <memory>
#include <string>

#include "ledger/ledger_directory.hpp"
#include "ledger/rocksdb_store.hpp"

namespace holdfast::ledger {

class SalvageSource {
  public:
    virtual ~SalvageSource() = default;
    [[nodiscard]] virtual LedgerKind kind() const = 0;
    // From the first on. Ends with an error at the first damage, and returns what `visit` does.
    virtual base::Result<void> batches(const BytesVisitor& visit) = 0;
    // As many as can be read; an error tells that there was damage.
    virtual base::Result<void> texts(const PrivateTextVisitor& visit) = 0;
};

// Errors: not_found, corrupted (nothing can be read at all).
[[nodiscard]] base::Result<std::unique_ptr<SalvageSource>> open_salvage_source(
    const std::string& directory);

}  // namespace holdfast::ledger
