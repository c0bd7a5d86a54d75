// What restoring and salvaging share: a ledger made from what is left of another.
//
// It is built in a directory beside the one that was asked for, moved on, and only then given its
// name. Thread rule: free functions, on the main thread.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "model/ids.hpp"

namespace holdfast::app {

// Neither may hold anything. Errors: invalid_input.
[[nodiscard]] base::Result<void> expect_free(const std::string& target, const std::string& work);

// Positions, and the ids made from them, that the old ledger has given out or may have, must never
// mean something else. So the new ledger's first own events, which change nothing, use up those to
// `until`. They also say, once more, which state it begins with. Returns the position that the
// service will take next.
[[nodiscard]] base::Result<model::Sequence> move_on(const std::string& directory,
                                                    std::uint64_t state_hash,
                                                    model::Sequence until);

}  // namespace holdfast::app
