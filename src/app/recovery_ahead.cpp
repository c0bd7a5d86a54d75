#include "app/recovery_ahead.hpp"

#include <chrono>
#include <memory>
#include <utility>

#include "app/memory_ahead.hpp"
#include "base/thread_name.hpp"

namespace holdfast::app {

using base::Result;

namespace {

constexpr std::size_t kBatchesPerRead = 16;
constexpr std::size_t kWaitingBytesMax = std::size_t{4} << 20;  // stays near the cores
constexpr auto kMemoryPause = std::chrono::milliseconds(1);

}  // namespace

FeedAhead::FeedAhead(ledger::Ledger& ledger, model::Sequence after)
    : thread_([this, &ledger, after] { run(ledger, after); }) {}

FeedAhead::~FeedAhead() {
    {
        const std::scoped_lock lock(mutex_);
        closed_ = true;
        changed_.notify_all();
    }
    thread_.join();
}

void FeedAhead::run(ledger::Ledger& ledger, model::Sequence after) {
    base::name_this_thread("read-ahead");
    ledger::Feed feed(ledger, after);
    Result<void> end;
    while (true) {
        const auto count = feed.next_batches(
            kBatchesPerRead, [this](const ledger::Batch& batch) { return put(batch); });
        if (!count) {
            end = std::unexpected(count.error());
        }
        if (!count || *count == 0) {
            break;
        }
    }
    const std::scoped_lock lock(mutex_);
    ended_ = std::move(end);
    changed_.notify_all();
}

// Waits while too much is waiting. An error: nobody takes what is read.
Result<void> FeedAhead::put(const ledger::Batch& batch) {
    Item item;
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return waiting_bytes_ < kWaitingBytesMax || closed_; });
        if (closed_) {
            return base::failure(base::ErrorCode::unavailable, "the reader has gone");
        }
        if (!used_.empty()) {
            item = std::move(used_.back());
            used_.pop_back();
        }
    }
    item.header = batch.header;
    item.payload.assign(batch.payload.begin(), batch.payload.end());
    const std::scoped_lock lock(mutex_);
    waiting_bytes_ += item.payload.size();
    waiting_.push_back(std::move(item));
    if (waiting_.size() == 1) {
        changed_.notify_all();
    }
    return {};
}

// Everything that waits. False: there is no more.
Result<bool> FeedAhead::take() {
    std::unique_lock lock(mutex_);
    for (auto& item : taken_) {
        used_.push_back(std::move(item));
    }
    taken_.clear();
    at_ = 0;
    changed_.wait(lock, [&] { return !waiting_.empty() || ended_; });
    if (waiting_.empty() && !*ended_) {
        return std::unexpected(ended_->error());
    }
    taken_.swap(waiting_);
    waiting_bytes_ = 0;
    changed_.notify_all();
    return !taken_.empty();
}

Result<std::size_t> FeedAhead::next_batches(std::size_t batches,
                                            const ledger::BatchVisitor& visit) {
    std::size_t count = 0;
    for (; count < batches; ++count) {
        if (at_ == taken_.size()) {
            TRY(const bool more, take());
            if (!more) {
                break;
            }
        }
        const Item& item = taken_[at_];
        TRY_VOID(visit({.header = item.header, .payload = item.payload}));
        ++at_;
    }
    return count;
}

Result<partition::Recovered> recover_ahead(ledger::Ledger& ledger, partition::Archive* archive,
                                           const partition::ArchiverOptions& options) {
    const MemoryAhead memory(kMemoryPause);
    return partition::recover(
        ledger, archive, options,
        [](ledger::Ledger& from, model::Sequence after) -> partition::NextBatches {
            return [feed = std::make_shared<FeedAhead>(from, after)](
                       std::size_t batches, const ledger::BatchVisitor& visit) {
                return feed->next_batches(batches, visit);
            };
        });
}

}  // namespace holdfast::app
