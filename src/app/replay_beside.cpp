#include "app/replay_beside.hpp"

#include <utility>

#include "core/replay.hpp"

namespace holdfast::app {

namespace {

constexpr std::size_t kWaitingBytesMax = std::size_t{32} << 20;

}  // namespace

ReplayBeside::ReplayBeside(std::set<model::Sequence> asked)
    : asked_(std::move(asked)), thread_([this] { run(); }) {}

void ReplayBeside::feed(const ledger::Batch& batch, std::uint32_t hashes) {
    Item item{.header = batch.header,
              .payload = base::Buffer(batch.payload.begin(), batch.payload.end()),
              .hashes = hashes};
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_bytes_ < kWaitingBytesMax || stopped_; });
    if (!stopped_) {
        waiting_bytes_ += item.payload.size();
        waiting_.push_back(std::move(item));
        changed_.notify_all();
    }
}

void ReplayBeside::join() {
    if (!thread_.joinable()) {
        return;
    }
    {
        const std::scoped_lock lock(mutex_);
        closed_ = true;
        changed_.notify_all();
    }
    thread_.join();
}

void ReplayBeside::run() {
    std::deque<Item> taken;
    while (true) {
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [&] { return !waiting_.empty() || closed_; });
            if (waiting_.empty()) {
                return;
            }
            taken.swap(waiting_);
            waiting_bytes_ = 0;
            changed_.notify_all();
        }
        for (const Item& item : taken) {
            if (!replay(item)) {
                const std::scoped_lock lock(mutex_);
                stopped_ = true;
                changed_.notify_all();
                return;
            }
        }
        taken.clear();
    }
}

bool ReplayBeside::replay(const Item& item) {
    const auto done = core::replay(state_, item.payload, item.header.first, item.header.time);
    if (!done) {
        failed_ = Failure{.at = model::Sequence(last_.value() + 1), .text = done.error().message};
        return false;
    }
    last_ = ledger::Batch{.header = item.header, .payload = {}}.last();
    hashes_ += item.hashes;
    if (asked_.contains(last_)) {
        found_.emplace(last_, state_.hash);
    }
    return true;
}

}  // namespace holdfast::app
