// The damaging ledger: another ledger, of which one batch is damaged whenever it is read.
//
// For tests of those who read old batches. Thread rule: as the port says, but `damaged` is set
// while nobody reads.
#pragma once

#include <memory>
#include <utility>

#include "ledger/format.hpp"
#include "ledger/ledger.hpp"

namespace holdfast::ledger::testing {

class DamagingLedger final : public Ledger {
  public:
    explicit DamagingLedger(std::unique_ptr<Ledger> inner) : inner_(std::move(inner)) {}

    base::Result<void> append(const Append& append) override { return inner_->append(append); }
    base::Result<void> read_from(model::Sequence first, std::size_t batches,
                                 const BytesVisitor& visit) override {
        return inner_->read_from(first, batches, [&](std::span<const std::byte> sealed) {
            base::Buffer bytes(sealed.begin(), sealed.end());
            const auto batch = open_sealed(sealed);
            if (batch && batch->header.first == damaged) {
                bytes.back() ^= std::byte{1};
            }
            return visit(bytes);
        });
    }
    base::Result<Tail> tail() override { return inner_->tail(); }
    base::Result<std::unique_ptr<CheckpointWriter>> begin_checkpoint(model::Sequence at) override {
        return inner_->begin_checkpoint(at);
    }
    base::Result<std::optional<model::Sequence>> read_newest_checkpoint(
        model::Sequence before, const BytesVisitor& visit) override {
        return inner_->read_newest_checkpoint(before, visit);
    }
    base::Result<std::optional<std::string>> private_text(base::Digest128 digest) override {
        return inner_->private_text(digest);
    }
    base::Result<void> forget(std::span<const base::Digest128> digests) override {
        return inner_->forget(digests);
    }

    model::Sequence damaged;  // where the batch begins; 0: none is

  private:
    std::unique_ptr<Ledger> inner_;
};

}  // namespace holdfast::ledger::testing
