// The mark of where a ledger ended: two slots, of which one is always whole.
#include "ledger/tail_mark.hpp"

#include <fstream>

#include "ledger/testing.hpp"

namespace holdfast::ledger {
namespace {

using base::ErrorCode;
using testing::failed_with;
using testing::succeeded;

constexpr std::streamoff kSecondSlot = 4'096;

Mark mark(std::uint64_t last) {
    return {.tail = {.last = model::Sequence(last),
                     .hash = base::sha256(base::as_bytes(std::to_string(last))),
                     .time = base::time_from_ms(static_cast<std::int64_t>(last)),
                     .epoch = model::Epoch(1),
                     .bytes = 10 * last},
            .manifest = {}};
}

class TailMarks : public ::testing::Test {
  protected:
    void SetUp() override {
        ASSERT_TRUE(succeeded(TailMark::create(path_, testing::kPartition, mark(1))));
    }
    // Each in an opening of its own, as a service that is started again does it.
    void write(std::uint64_t last) {
        auto opened = open();
        ASSERT_TRUE(succeeded(opened));
        ASSERT_TRUE(succeeded(opened->write(mark(last))));
    }
    base::Result<TailMark> open() { return TailMark::open(path_, PosixFile::Mode::overwrite); }
    [[nodiscard]] std::uint64_t newest() {
        const auto opened = open();
        EXPECT_TRUE(succeeded(opened));
        return opened ? opened->newest().tail.last.value() : 0;
    }
    void damage(std::streamoff at) {
        std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
        file.seekg(at);
        const int byte = file.get();
        file.seekp(at);
        file.put(static_cast<char>(byte ^ 1));
    }

    testing::TemporaryDirectory directory_;
    std::string path_ = directory_ / "tail";
};

TEST_F(TailMarks, TheNewestIsRead) {
    EXPECT_EQ(newest(), 1u);
    for (const std::uint64_t last : {2, 3, 4}) {
        write(last);
        EXPECT_EQ(newest(), last);
    }
    EXPECT_EQ(open()->newest().tail.bytes, 40u);
    EXPECT_EQ(open()->partition(), testing::kPartition);
}

// Written in turn: what a torn write damages is never the only one.
TEST_F(TailMarks, ADamagedSlotLeavesTheMarkBefore) {
    write(2);
    write(3);  // the first slot again
    damage(20);
    EXPECT_EQ(newest(), 2u);
}

TEST_F(TailMarks, DamageOfTheOlderSlotIsHarmless) {
    write(2);
    write(3);
    damage(kSecondSlot + 20);
    EXPECT_EQ(newest(), 3u);
}

TEST_F(TailMarks, WithBothSlotsDamagedNothingIsBelieved) {
    write(2);
    damage(20);
    damage(kSecondSlot + 20);
    EXPECT_TRUE(failed_with(open(), ErrorCode::corrupted));
}

}  // namespace
}  // namespace holdfast::ledger
