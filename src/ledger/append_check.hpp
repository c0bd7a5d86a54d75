// check_append: the condition of the conditional append, the same for every implementation.
//
// Thread rule: a free function, any thread.
#pragma once

#include "base/result.hpp"
#include "ledger/format.hpp"
#include "ledger/ledger.hpp"

namespace holdfast::ledger {

// The opened batch if it may follow `tail`. Errors: conflict (another tail, epoch or history),
// invalid_input (the batch is damaged or contradicts the Append around it).
[[nodiscard]] base::Result<Batch> check_append(const Append& append, const Tail& tail,
                                               model::PartitionId partition);

// The tail after that batch became durable.
[[nodiscard]] Tail tail_after(const Append& append, const Batch& batch, const Tail& before);

}  // namespace holdfast::ledger
