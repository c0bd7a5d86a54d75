#include "app/ledger_damage.hpp"

#include "ledger/feed.hpp"

namespace holdfast::app {
namespace {

constexpr std::uint64_t kEventsMax = 1'000'000;  // more than any view reads in one step
constexpr std::size_t kBatchesPerRead = 64;

}  // namespace

bool is_ledger_damaged(ledger::Ledger& ledger, model::Sequence after) {
    ledger::Feed feed(ledger, after);
    while (feed.position().value() - after.value() < kEventsMax) {
        const auto count = feed.next_batches(
            kBatchesPerRead, [](const ledger::Batch&) -> base::Result<void> { return {}; });
        if (!count) {
            return count.error().code == base::ErrorCode::corrupted;
        }
        if (*count == 0) {
            return false;
        }
    }
    return false;
}

}  // namespace holdfast::app
