#include "ledger/faulty_ledger.hpp"

#include <atomic>
#include <utility>

namespace holdfast::ledger {
namespace {

using base::ErrorCode;
using base::failure;

enum class Health { well, wounded, dead };

class FaultyLedger final : public Ledger {
  public:
    FaultyLedger(std::unique_ptr<Ledger> inner, FaultPlan plan)
        : inner_(std::move(inner)), plan_(std::move(plan)) {}

    base::Result<void> append(const Append& append) override {
        TRY_VOID(alive());
        if (health_ == Health::wounded) {
            return failure(ErrorCode::outcome_unknown, "injected: an earlier append is in doubt");
        }
        const auto planned = plan_.find(++appends_);
        return planned == plan_.end() ? inner_->append(append) : fail(planned->second, append);
    }

    base::Result<void> read_from(model::Sequence first, std::size_t batches,
                                 const BytesVisitor& visit) override {
        TRY_VOID(alive());
        return inner_->read_from(first, batches, visit);
    }

    base::Result<Tail> tail() override {
        TRY_VOID(alive());
        return inner_->tail();
    }

    base::Result<std::unique_ptr<CheckpointWriter>> begin_checkpoint(model::Sequence at) override {
        TRY_VOID(alive());
        return inner_->begin_checkpoint(at);
    }

    base::Result<std::optional<model::Sequence>> read_newest_checkpoint(
        model::Sequence before, const BytesVisitor& visit) override {
        TRY_VOID(alive());
        return inner_->read_newest_checkpoint(before, visit);
    }

    base::Result<std::optional<std::string>> private_text(base::Digest128 digest) override {
        TRY_VOID(alive());
        return inner_->private_text(digest);
    }

    base::Result<void> forget(std::span<const base::Digest128> digests) override {
        TRY_VOID(alive());
        return inner_->forget(digests);
    }

  private:
    [[nodiscard]] base::Result<void> alive() const {
        if (health_ == Health::dead) {
            return failure(ErrorCode::unavailable, "injected: the process crashed");
        }
        return {};
    }

    base::Result<void> fail(Fault fault, const Append& append) {
        switch (fault) {
            case Fault::storage_full:
                return failure(ErrorCode::storage_full, "injected: no space left");
            case Fault::unavailable:
                return failure(ErrorCode::unavailable, "injected: the disk does not answer");
            case Fault::unknown_nothing_written: health_ = Health::wounded; break;
            case Fault::crash_nothing_kept: health_ = Health::dead; break;
            case Fault::unknown_all_written:
                TRY_VOID(inner_->append(append));
                health_ = Health::wounded;
                break;
            case Fault::crash_all_kept:
                TRY_VOID(inner_->append(append));
                health_ = Health::dead;
                break;
        }
        return failure(ErrorCode::outcome_unknown, "injected: the append is in doubt");
    }

    std::unique_ptr<Ledger> inner_;
    FaultPlan plan_;
    std::uint64_t appends_ = 0;
    std::atomic<Health> health_ = Health::well;
};

}  // namespace

std::unique_ptr<Ledger> make_faulty_ledger(std::unique_ptr<Ledger> inner, FaultPlan plan) {
    return std::make_unique<FaultyLedger>(std::move(inner), std::move(plan));
}

}  // namespace holdfast::ledger
