#include "ledger/memory_ledger.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "ledger/append_check.hpp"

namespace holdfast::ledger {

using SharedBytes = std::shared_ptr<const base::Buffer>;

// The batches are shared, so that a visitor runs outside the lock and may call the ledger again.
class MemoryDisk {
  public:
    struct Record {
        model::Sequence last;
        SharedBytes sealed;
    };

    std::mutex mutex;
    Tail tail;
    std::vector<Record> batches;
    std::map<model::Sequence, std::vector<SharedBytes>> checkpoints;
    std::map<base::Digest128, std::string> private_texts;
};

namespace {

SharedBytes copy_of(std::span<const std::byte> bytes) {
    return std::make_shared<const base::Buffer>(bytes.begin(), bytes.end());
}

class MemoryCheckpointWriter final : public CheckpointWriter {
  public:
    MemoryCheckpointWriter(std::shared_ptr<MemoryDisk> disk, model::Sequence at)
        : disk_(std::move(disk)), at_(at) {}

    base::Result<void> add(std::span<const std::byte> chunk) override {
        chunks_.push_back(copy_of(chunk));
        return {};
    }

    base::Result<void> commit() override {
        const std::scoped_lock lock(disk_->mutex);
        disk_->checkpoints[at_] = std::move(chunks_);
        while (disk_->checkpoints.size() > 2) {
            disk_->checkpoints.erase(disk_->checkpoints.begin());
        }
        return {};
    }

  private:
    std::shared_ptr<MemoryDisk> disk_;
    model::Sequence at_;
    std::vector<SharedBytes> chunks_;
};

class MemoryLedger final : public Ledger {
  public:
    MemoryLedger(std::shared_ptr<MemoryDisk> disk, model::PartitionId partition)
        : disk_(std::move(disk)), partition_(partition) {
        const std::scoped_lock lock(disk_->mutex);
        disk_->tail.epoch = epoch_ = model::Epoch(disk_->tail.epoch.value() + 1);
    }

    base::Result<void> append(const Append& append) override {
        const std::scoped_lock lock(disk_->mutex);
        if (disk_->tail.epoch != epoch_) {
            return base::failure(base::ErrorCode::conflict,
                                 "the ledger was opened again by a newer epoch");
        }
        TRY(const Batch batch, check_append(append, disk_->tail, partition_));
        // Costs nothing that matters here, and finds a caller with a wrong hash in simulation.
        CHECK(append.hash == base::Sha256{} || append.hash == base::sha256(append.batch));
        disk_->batches.push_back({batch.last(), copy_of(append.batch)});
        for (const PrivateText& text : append.private_texts) {
            disk_->private_texts.insert_or_assign(text.digest, std::string(text.text));
        }
        disk_->tail = tail_after(append, batch, disk_->tail);
        return {};
    }

    base::Result<void> read_from(model::Sequence first, std::size_t batches,
                                 const BytesVisitor& visit) override {
        for (const SharedBytes& sealed : find(first, batches)) {
            TRY_VOID(visit(*sealed));
        }
        return {};
    }

    base::Result<Tail> tail() override {
        const std::scoped_lock lock(disk_->mutex);
        return disk_->tail;
    }

    base::Result<std::unique_ptr<CheckpointWriter>> begin_checkpoint(model::Sequence at) override {
        const std::scoped_lock lock(disk_->mutex);
        if (at > disk_->tail.last) {
            return base::failure(base::ErrorCode::invalid_input,
                                 "a checkpoint cannot be ahead of the ledger");
        }
        return std::make_unique<MemoryCheckpointWriter>(disk_, at);
    }

    base::Result<std::optional<model::Sequence>> read_newest_checkpoint(
        model::Sequence before, const BytesVisitor& visit) override {
        std::unique_lock lock(disk_->mutex);
        const auto next = disk_->checkpoints.lower_bound(before);
        if (next == disk_->checkpoints.begin()) {
            return std::nullopt;
        }
        const auto [at, chunks] = *std::prev(next);
        lock.unlock();
        for (const SharedBytes& chunk : chunks) {
            TRY_VOID(visit(*chunk));
        }
        return at;
    }

    base::Result<std::optional<std::string>> private_text(base::Digest128 digest) override {
        const std::scoped_lock lock(disk_->mutex);
        const auto found = disk_->private_texts.find(digest);
        if (found == disk_->private_texts.end()) {
            return std::nullopt;
        }
        return found->second;
    }

    base::Result<void> forget(std::span<const base::Digest128> digests) override {
        const std::scoped_lock lock(disk_->mutex);
        for (const base::Digest128 digest : digests) {
            disk_->private_texts.erase(digest);
        }
        return {};
    }

  private:
    std::vector<SharedBytes> find(model::Sequence first, std::size_t batches) {
        const std::scoped_lock lock(disk_->mutex);
        auto at = std::ranges::lower_bound(disk_->batches, first, {}, &MemoryDisk::Record::last);
        std::vector<SharedBytes> found;
        for (; at != disk_->batches.end() && found.size() < batches; ++at) {
            found.push_back(at->sealed);
        }
        return found;
    }

    std::shared_ptr<MemoryDisk> disk_;
    model::PartitionId partition_;
    model::Epoch epoch_;
};

}  // namespace

std::shared_ptr<MemoryDisk> make_memory_disk() { return std::make_shared<MemoryDisk>(); }

std::unique_ptr<Ledger> make_memory_ledger(std::shared_ptr<MemoryDisk> disk,
                                           model::PartitionId partition) {
    return std::make_unique<MemoryLedger>(std::move(disk), partition);
}

}  // namespace holdfast::ledger
