#include "ledger/append_check.hpp"

#include <string>

#include "base/check.hpp"

namespace holdfast::ledger {

using base::ErrorCode;
using base::failure;

base::Result<Batch> check_append(const Append& append, const Tail& tail,
                                 model::PartitionId partition) {
    if (append.epoch != tail.epoch) {
        return failure(ErrorCode::conflict, "epoch " + std::to_string(append.epoch.value()) +
                                                " lost the ledger, which now belongs to epoch " +
                                                std::to_string(tail.epoch.value()));
    }
    if (append.expected_last != tail.last) {
        return failure(ErrorCode::conflict, "the ledger ends at sequence " +
                                                std::to_string(tail.last.value()) + ", not at " +
                                                std::to_string(append.expected_last.value()));
    }
    auto opened = open_sealed(append.batch);
    if (!opened) {
        return failure(ErrorCode::invalid_input, std::move(opened).error().message);
    }
    const BatchHeader& header = opened->header;
    if (header.previous != tail.hash) {
        return failure(ErrorCode::conflict,
                       "the batch was decided on another history: it names another hash than "
                       "the ledger's for sequence " +
                           std::to_string(tail.last.value()));
    }
    if (header.first.value() != tail.last.value() + 1 || header.epoch != append.epoch ||
        header.partition != partition || header.time < tail.time) {
        return failure(ErrorCode::invalid_input,
                       "the header of batch " + std::to_string(header.first.value()) +
                           " contradicts its append in sequence, epoch, partition or time");
    }
    return opened;
}

Tail tail_after(const Append& append, const Batch& batch, const Tail& before) {
    const bool is_hashed = append.hash != base::Sha256{};
    DCHECK(!is_hashed || append.hash == base::sha256(append.batch),
           "Append::hash is what seal returned for this batch");
    return {.last = batch.last(),
            .hash = is_hashed ? append.hash : base::sha256(append.batch),
            .time = batch.header.time,
            .epoch = before.epoch,
            .bytes = before.bytes + append.batch.size()};
}

}  // namespace holdfast::ledger
