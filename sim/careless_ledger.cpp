#include "sim/careless_ledger.hpp"

#include <optional>
#include <utility>

#include "ledger/format.hpp"

namespace holdfast::sim {
namespace {

using base::Result;

class CarelessLedger final : public ledger::Ledger {
  public:
    explicit CarelessLedger(std::unique_ptr<Ledger> inner) : inner_(std::move(inner)) {}

    Result<void> append(const ledger::Append& append) override {
        TRY_VOID(write_kept());
        TRY(const auto batch, ledger::open_sealed(append.batch));
        kept_ = Kept{.bytes = {append.batch.begin(), append.batch.end()},
                     .expected = append.expected_last,
                     .epoch = append.epoch,
                     .tail = {.last = batch.last(),
                              .hash = append.hash,
                              .time = batch.header.time,
                              .epoch = append.epoch}};
        return {};
    }
    Result<void> read_from(model::Sequence first, std::size_t batches,
                           const ledger::BytesVisitor& visit) override {
        TRY_VOID(inner_->read_from(first, batches, visit));
        return kept_ && kept_->tail.last >= first ? visit(kept_->bytes) : Result<void>();
    }
    Result<ledger::Tail> tail() override {
        return kept_ ? Result<ledger::Tail>(kept_->tail) : inner_->tail();
    }
    Result<std::unique_ptr<ledger::CheckpointWriter>> begin_checkpoint(
        model::Sequence at) override {
        TRY_VOID(write_kept());
        return inner_->begin_checkpoint(at);
    }
    Result<std::optional<model::Sequence>> read_newest_checkpoint(
        model::Sequence before, const ledger::BytesVisitor& visit) override {
        return inner_->read_newest_checkpoint(before, visit);
    }
    Result<std::optional<std::string>> private_text(base::Digest128 digest) override {
        return inner_->private_text(digest);
    }
    Result<void> forget(std::span<const base::Digest128> digests) override {
        return inner_->forget(digests);
    }

  private:
    struct Kept {
        base::Buffer bytes;
        model::Sequence expected;
        model::Epoch epoch;
        ledger::Tail tail;
    };

    Result<void> write_kept() {
        if (!kept_) {
            return {};
        }
        const auto written = inner_->append({.expected_last = kept_->expected,
                                             .epoch = kept_->epoch,
                                             .batch = kept_->bytes,
                                             .private_texts = {},
                                             .hash = kept_->tail.hash});
        kept_.reset();
        return written;
    }

    std::unique_ptr<Ledger> inner_;
    std::optional<Kept> kept_;
};

}  // namespace

std::unique_ptr<ledger::Ledger> make_careless_ledger(std::unique_ptr<ledger::Ledger> inner) {
    return std::make_unique<CarelessLedger>(std::move(inner));
}

}  // namespace holdfast::sim
