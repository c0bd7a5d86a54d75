#include "app/ledger_damage.hpp"

#include "ledger/feed.hpp"

namespace holdfast::app {
namespace {

constexpr std::uint64_t kEventsMax = 1'000'000;  // more than any view reads in one step
constexpr std::size_t kBatchesPerRead = 64;

// False: nothing is left.
base::Result<bool> read_some(ledger::Feed& feed) {
    TRY(const auto count,
        feed.next_batches(kBatchesPerRead,
                          [](const ledger::Batch&) -> base::Result<void> { return {}; }));
    return count > 0;
}

}  // namespace

bool is_ledger_damaged(ledger::Ledger& ledger, model::Sequence after) {
    ledger::Feed feed(ledger, after);
    base::Result<bool> more = true;
    while (more && *more && feed.position().value() - after.value() < kEventsMax) {
        more = read_some(feed);
    }
    return !more && more.error().code == base::ErrorCode::corrupted;
}

base::Result<void> read_whole(ledger::Ledger& ledger) {
    ledger::Feed feed(ledger, model::Sequence(0));
    while (true) {
        TRY(const bool more, read_some(feed));
        if (!more) {
            return {};
        }
    }
}

}  // namespace holdfast::app
