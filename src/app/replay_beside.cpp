#include "app/replay_beside.hpp"

#include <utility>

#include "core/replay.hpp"

namespace holdfast::app {

namespace {

constexpr std::size_t kWaitingBytesMax = std::size_t{32} << 20;

}  // namespace

ReplayBeside::ReplayBeside(Checkpoints checkpoints)
    : checkpoints_(std::move(checkpoints)), thread_([this] { run(); }) {}

void ReplayBeside::feed(std::span<const std::byte> sealed, std::uint32_t hashes) {
    Item item{.sealed = base::Buffer(sealed.begin(), sealed.end()), .hashes = hashes};
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_bytes_ < kWaitingBytesMax || stopped_; });
    if (!stopped_) {
        waiting_bytes_ += item.sealed.size();
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
    const auto batch = ledger::open_sealed(item.sealed);
    const auto done =
        batch ? core::replay(state_, batch->payload, batch->header.first, batch->header.time)
              : base::Result<void>(std::unexpected(batch.error()));
    if (!done) {
        failed_ = Failure{.at = model::Sequence(last_.value() + 1), .text = done.error().message};
        return false;
    }
    last_ = batch->last();
    hashes_ += item.hashes;
    compare_checkpoint();
    return true;
}

void ReplayBeside::compare_checkpoint() {
    const auto found = checkpoints_.find(last_);
    if (found == checkpoints_.end()) {
        return;
    }
    ++compared_;
    if (found->second != state_.hash) {
        different_.push_back(last_);
    }
}

}  // namespace holdfast::app
