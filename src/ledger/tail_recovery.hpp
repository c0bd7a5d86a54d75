// recover_tail: where a stored ledger ends, judged against its tail mark.
//
// Thread rule: a free function; the store is only read.
#pragma once

#include <string>

#include "ledger/ledger.hpp"
#include "ledger/rocksdb_store.hpp"

namespace holdfast::ledger {

// Follows the chain from the mark to the end. The epoch is that of the newest batch.
// Errors: corrupted if the ledger ends before the mark, or the event at the mark is another one
// than the mark remembers; newer_format. Messages name `directory` and both positions.
[[nodiscard]] base::Result<Tail> recover_tail(const std::string& directory, RocksdbStore& store,
                                              const Tail& mark);

}  // namespace holdfast::ledger
