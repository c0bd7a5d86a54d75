// Export: a ledger as one stream of bytes, for backups and for verifying elsewhere.
//
// The stream holds the sealed batches unchanged, so its chain is the ledger's; its end is marked,
// so a stream that was cut off is noticed. Checkpoints and private texts are not in it.
// Format: docs/formats/ledger.md. Thread rule: free functions, any thread.
#pragma once

#include <memory>
#include <string>

#include "ledger/ledger.hpp"

namespace holdfast::ledger {

// Writes everything up to the present tail to `write`, in pieces, and returns that tail. The chain
// is checked on the way. Errors: those of the ledger and of `write`; corrupted.
[[nodiscard]] base::Result<Tail> export_ledger(Ledger& ledger, const BytesVisitor& write);

// An exported file as a read-only ledger. Opening reads all of it and checks the whole chain.
// Errors: not_found, permission_denied, corrupted (naming the byte), newer_format.
[[nodiscard]] base::Result<std::unique_ptr<Ledger>> open_exported(const std::string& path);

}  // namespace holdfast::ledger
