// What restoring and salvaging share: a ledger made from what is left of another.
//
// It is built in a directory beside the one that was asked for, moved on, and only then given its
// name. Thread rule: free functions, on the main thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "model/ids.hpp"

namespace holdfast::app {

struct NewLedgerPlace {
    std::string target;
    std::string work;  // beside it, where the ledger is built
};

// `suffix` makes the second name of the first. Neither may hold anything, and the one can be
// renamed to the other. Errors: invalid_input.
[[nodiscard]] base::Result<NewLedgerPlace> find_place(std::string target, std::string_view suffix);

// Positions, and the ids made from them, that the old ledger has given out or may have, must never
// mean something else. So the new ledger's first own events, which change nothing, use up those to
// `until`. They also say, once more, which state it begins with. Returns the position that the
// service will take next.
[[nodiscard]] base::Result<model::Sequence> move_on(const std::string& directory,
                                                    std::uint64_t state_hash,
                                                    model::Sequence until);

}  // namespace holdfast::app
