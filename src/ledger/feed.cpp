#include "ledger/feed.hpp"

#include <string>

namespace holdfast::ledger {

// Without a hash from elsewhere the batch that ends at the cursor vouches for the one after it.
base::Result<void> Feed::anchor() {
    if (is_anchored_ || position_.value() == 0) {
        is_anchored_ = true;
        return {};
    }
    bool found = false;
    const auto look = [&](std::span<const std::byte> sealed) -> base::Result<void> {
        ChainReader chain;
        TRY(const Batch batch, chain.next(sealed));
        found = true;
        if (batch.last() == position_) {
            chain_ = chain;
        }
        return {};
    };
    TRY_VOID(ledger_.read_from(position_, 1, look));
    if (!found) {
        return base::failure(
            base::ErrorCode::corrupted,
            "the ledger ends before the reader's position " + std::to_string(position_.value()));
    }
    is_anchored_ = true;
    return {};
}

base::Result<std::size_t> Feed::next_batches(std::size_t batches, const BatchVisitor& visit) {
    TRY_VOID(anchor());
    std::size_t count = 0;
    const auto check = [&](std::span<const std::byte> sealed) -> base::Result<void> {
        ChainReader chain = chain_;
        TRY(const Batch batch, chain.next(sealed));
        TRY_VOID(visit(batch));
        chain_ = chain;
        position_ = batch.last();
        ++count;
        return {};
    };
    TRY_VOID(ledger_.read_from(model::Sequence(position_.value() + 1), batches, check));
    return count;
}

}  // namespace holdfast::ledger
