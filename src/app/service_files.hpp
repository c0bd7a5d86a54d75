// ServiceFiles: the two small files that a service keeps beside its ledger.
//
//   DIR/private.key  32 random bytes in hex and the CRC of the digits, mode 0600: keys the digests
//                    of personal data and the seals of cursors. Outside the ledger, so that a
//                    copied ledger cannot be searched for a person. Lost: stored personal data
//                    cannot be found any more.
//   DIR/alive        when the service is known to have run: UTC milliseconds of the wall clock and
//                    of the partition, and the CRC of both; tells a restart how long it was away
//                    (deadlines of payments move by it) and where time goes on. Earlier versions
//                    wrote the first number only.
//
// Thread rule: one thread per file.
#pragma once

#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "partition/partition_clock.hpp"

namespace holdfast::app {

// Reads the key, or makes one if there is none. Errors: corrupted, permission_denied, unavailable.
// `is_expected`: the ledger has been used, so a missing key is a loss and warned of.
[[nodiscard]] base::Result<base::Buffer> read_or_make_private_key(const std::string& directory,
                                                                  bool is_expected);

// The last beat, as far as it can be read: a hint, never a reason to fail.
[[nodiscard]] partition::SignOfLife read_alive(const std::string& directory);
// Failures are not reported: the next beat comes in a second.
void write_alive(const std::string& directory, const partition::SignOfLife& beat);

}  // namespace holdfast::app
