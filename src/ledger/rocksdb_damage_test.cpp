// One flipped bit, anywhere in the files of a closed ledger: noticed, or without any effect.

#include "base/prng.hpp"
#include "ledger/damage_testing.hpp"
#include "ledger/rocksdb_ledger.hpp"

namespace holdfast::ledger {
namespace {

namespace fs = std::filesystem;
using testing::append_one;
using testing::files_of;
using testing::flip;
using testing::kAda;
using testing::read_all;
using testing::succeeded;

void fill(const std::string& path) {
    const std::vector<PrivateText> text = {{kAda, "Ada"}};
    // Twice, so that there are table and blob files from the first round and a log from the second.
    for (int round = 0; round < 2; ++round) {
        const auto ledger = open_rocksdb_ledger(
            {.path = path, .partition = testing::kPartition, .create_if_missing = true});
        ASSERT_TRUE(succeeded(ledger));
        ASSERT_TRUE(succeeded(append_one(**ledger, 2, "small", text)));
        ASSERT_TRUE(succeeded(append_one(**ledger, 3, std::string(5000, 'x'))));
        ASSERT_TRUE(succeeded(append_one(**ledger, 1, "last of the round")));
        ASSERT_TRUE(succeeded(
            testing::save_checkpoint(**ledger, static_cast<std::uint64_t>(3 + round), {"state"})));
    }
}

// Text that nobody reads back, zeros between the slots of the mark, content under a checksum: a
// sample will do. Of the rest every byte is tried, of table
// files every third.
std::uint64_t stride(const std::string& name, std::uint64_t offset) {
    if (name.starts_with("LOG") || name.starts_with("OPTIONS")) {
        return 977;
    }
    const bool is_gap = name == "tail" && offset % 4096 >= 96;
    const bool is_content = (name.ends_with(".blob") || name.ends_with(".log")) && offset > 300;
    if (is_gap || is_content) {
        return 61;
    }
    return name.ends_with(".sst") ? 3 : 1;
}

// Debian builds RocksDB with its assertions on, and the highest bit of a length in a table's
// properties meets one before their checksum is looked at: the process would end with its words.
unsigned bits_tried(const std::string& name) { return name.ends_with(".sst") ? 7 : 8; }

TEST(RocksdbDamage, OneFlippedBitIsNoticedOrHarmless) {
    const testing::TemporaryDirectory directory;
    const std::string path = directory / "ledger";
    fill(path);
    bool is_warned = false;
    const auto intact = read_all(path, is_warned);
    ASSERT_TRUE(succeeded(intact));
    ASSERT_EQ(intact->payloads.size(), 6U);

    base::Prng dice(20101201);
    std::uint64_t tried = 0;
    std::uint64_t noticed = 0;
    for (const fs::path& file : files_of(path)) {
        const std::string name = file.filename();
        const std::uint64_t size = fs::file_size(file);
        for (std::uint64_t at = 0; at < size; at += stride(name, at)) {
            const auto bit = static_cast<unsigned>(dice.below(bits_tried(name)));
            flip(file, at, bit);
            is_warned = false;
            const auto seen = read_all(path, is_warned);
            flip(file, at, bit);
            ++tried;
            noticed += !seen || is_warned ? 1 : 0;
            EXPECT_TRUE(!seen || is_warned || *seen == *intact)
                << "silently different: " << file << " byte " << at << " bit " << bit;
        }
    }
    EXPECT_GT(noticed, tried / 2) << "of " << tried;
    RecordProperty("tried", static_cast<int>(tried));
    RecordProperty("noticed", static_cast<int>(noticed));
}

}  // namespace
}  // namespace holdfast::ledger
