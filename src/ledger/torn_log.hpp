// Tells a write that a power cut tore from damage, at the end of RocksDB's log.
//
// A disk writes the sectors of an unsynced record in any order, so after a power cut its end may be
// there and its middle not. RocksDB calls that a wrong checksum, as it would call a bit that
// flipped in a record that had been acknowledged. The difference: each of our writes is synced
// before the next one begins, so behind a torn record no other begins, and behind one that had been
// acknowledged another may. What was acknowledged last is told by the tail mark, not from here.
// Thread rule: free functions. Errors: those of posix_file.hpp.
#pragma once

#include <string>

#include "base/result.hpp"

namespace holdfast::ledger {

// True if all logs of the database consist of whole records, except that the newest one ends in
// one that is not, and no record begins behind that.
[[nodiscard]] base::Result<bool> ends_in_torn_write(const std::string& database);

}  // namespace holdfast::ledger
