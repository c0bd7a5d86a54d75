// Recovery on more than one core.
//
// A state is recovered by one thread; what is in its way is done by others meanwhile: reading
// batches ahead and checking their sums and the chain of hashes, and making the memory ready that
// the tables will grow into (the kernel clears each page at its first use). Results and errors are
// those of partition::recover. Thread rule: one caller; the threads end before it returns.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "ledger/feed.hpp"
#include "ledger/ledger.hpp"
#include "partition/recovery.hpp"

namespace holdfast::app {

[[nodiscard]] base::Result<partition::Recovered> recover_ahead(
    ledger::Ledger& ledger, partition::Archive* archive = nullptr,
    const partition::ArchiverOptions& options = {});

// A ledger::Feed whose batches were read and checked by a thread of its own. Reads up to the tail
// as it is, once: after the end, or an error, there is no more.
class FeedAhead {
  public:
    FeedAhead(ledger::Ledger& ledger, model::Sequence after);
    ~FeedAhead();
    FeedAhead(const FeedAhead&) = delete;
    FeedAhead& operator=(const FeedAhead&) = delete;

    // As Feed::next_batches; an error of the reading comes after all batches before it.
    [[nodiscard]] base::Result<std::size_t> next_batches(std::size_t batches,
                                                         const ledger::BatchVisitor& visit);

  private:
    struct Item {
        ledger::BatchHeader header;
        base::Buffer payload;
    };

    void run(ledger::Ledger& ledger, model::Sequence after);
    base::Result<void> put(const ledger::Batch& batch);
    base::Result<bool> take();

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Item> waiting_;
    std::vector<Item> used_;  // whose buffers are filled again
    std::size_t waiting_bytes_ = 0;
    std::optional<base::Result<void>> ended_;  // the tail was reached, or an error
    bool closed_ = false;

    std::vector<Item> taken_;  // the consumer's, from `at_` on
    std::size_t at_ = 0;
    std::thread thread_;  // last: starts when the rest is there
};

}  // namespace holdfast::app
