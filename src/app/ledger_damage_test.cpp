#include "app/ledger_damage.hpp"

#include <gtest/gtest.h>

#include "ledger/memory_ledger.hpp"
#include "ledger/testing.hpp"

namespace holdfast::app {
namespace {

using model::Sequence;

// A ledger that damages what is read of one batch.
class Damaging final : public ledger::Ledger {
  public:
    explicit Damaging(ledger::Ledger& inner) : inner_(inner) {}
    base::Result<void> append(const ledger::Append& append) override {
        return inner_.append(append);
    }
    base::Result<void> read_from(Sequence first, std::size_t batches,
                                 const ledger::BytesVisitor& visit) override {
        return inner_.read_from(first, batches, [&](std::span<const std::byte> sealed) {
            base::Buffer bytes(sealed.begin(), sealed.end());
            const auto batch = ledger::open_sealed(sealed);
            if (batch && batch->header.first == damaged) {
                bytes.back() ^= std::byte{1};
            }
            return visit(bytes);
        });
    }
    base::Result<ledger::Tail> tail() override { return inner_.tail(); }
    base::Result<std::unique_ptr<ledger::CheckpointWriter>> begin_checkpoint(Sequence at) override {
        return inner_.begin_checkpoint(at);
    }
    base::Result<std::optional<Sequence>> read_newest_checkpoint(
        Sequence before, const ledger::BytesVisitor& visit) override {
        return inner_.read_newest_checkpoint(before, visit);
    }
    base::Result<std::optional<std::string>> private_text(base::Digest128 digest) override {
        return inner_.private_text(digest);
    }
    base::Result<void> forget(std::span<const base::Digest128> digests) override {
        return inner_.forget(digests);
    }

    Sequence damaged;

  private:
    ledger::Ledger& inner_;
};

// Three batches of two events.
class LedgerDamage : public ::testing::Test {
  protected:
    LedgerDamage() {
        for (int i = 0; i < 3; ++i) {
            EXPECT_TRUE(ledger::testing::append_one(*inner_, 2, "events").has_value());
        }
    }
    std::unique_ptr<ledger::Ledger> inner_ =
        ledger::make_memory_ledger(ledger::make_memory_disk(), ledger::testing::kPartition);
    Damaging ledger_{*inner_};
};

TEST_F(LedgerDamage, IsNoneWhereEverythingReadsWell) {
    for (std::uint64_t after = 0; after <= 6; ++after) {
        EXPECT_FALSE(is_ledger_damaged(ledger_, Sequence(after)));
    }
}

TEST_F(LedgerDamage, IsFoundBehindTheView) {
    ledger_.damaged = Sequence(3);
    EXPECT_TRUE(is_ledger_damaged(ledger_, Sequence(0)));
    EXPECT_TRUE(is_ledger_damaged(ledger_, Sequence(2)));
    EXPECT_TRUE(is_ledger_damaged(ledger_, Sequence(4))) << "the batch that ends there vouches";
    EXPECT_FALSE(is_ledger_damaged(ledger_, Sequence(6))) << "nobody reads that any more";
}

TEST_F(LedgerDamage, AnywhereIsTooMuchToMakeAViewAgain) {
    EXPECT_TRUE(read_whole(ledger_).has_value());
    for (const std::uint64_t first : {1, 3, 5}) {
        ledger_.damaged = Sequence(first);
        const auto read = read_whole(ledger_);
        ASSERT_FALSE(read.has_value());
        EXPECT_EQ(read.error().code, base::ErrorCode::corrupted);
    }
}

}  // namespace
}  // namespace holdfast::app
