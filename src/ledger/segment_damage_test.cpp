// Flipped bits, anywhere in the files of a closed segment ledger: noticed, or without any effect;
// and noticed before anything was changed.

#include "base/prng.hpp"
#include "ledger/damage_testing.hpp"
#include "ledger/segment_ledger.hpp"

namespace holdfast::ledger {
namespace {

namespace fs = std::filesystem;
using testing::append_one;
using testing::Content;
using testing::files_of;
using testing::flip;
using testing::image_of;
using testing::read_all;
using testing::succeeded;

// A page of header and little more: three of the batches below.
constexpr SegmentSizes kSmall{.least = 4896, .most = 4896, .at_once = true};

void append(const std::string& path, int batches, std::span<const PrivateText> texts) {
    const auto ledger = open_segment_ledger(
        {.path = path, .partition = testing::kPartition, .create_if_missing = true}, kSmall);
    ASSERT_TRUE(succeeded(ledger));
    for (int at = 0; at < batches; ++at) {
        ASSERT_TRUE(succeeded(append_one(**ledger, 2, "batch " + std::to_string(at), texts)));
    }
    ASSERT_TRUE(succeeded(testing::save_checkpoint(**ledger, 2, {"state"})));
}

// Zeros that nobody reads, text that nobody reads back: a sample will do.
std::uint64_t stride(const fs::path& path, const std::string& bytes, std::uint64_t at) {
    const std::string name = path.filename();
    if (name.starts_with("LOG") || name.starts_with("OPTIONS")) {
        return 977;
    }
    const bool is_far_from_content = bytes.find_first_not_of('\0', at < 16 ? 0 : at - 16) > at + 16;
    return is_far_from_content ? 131 : path.string().contains("/texts/") ? 11 : 1;
}

struct Count {
    std::uint64_t tried = 0;
    std::uint64_t noticed = 0;
};

// `bits` of every byte of the files below `part`, each alone.
Count flip_all(const std::string& path, const std::string& part, const Content& intact,
               unsigned bits) {
    base::Prng dice(20261121);
    Count count;
    for (const fs::path& file : files_of(path + part)) {
        const std::string bytes = testing::bytes_of(file);
        for (std::uint64_t at = 0; at < bytes.size(); at += stride(file, bytes, at)) {
            const auto from = static_cast<unsigned>(dice.below(8));
            for (unsigned bit = 0; bit < bits; ++bit) {
                // Debian's RocksDB meets an assertion for one bit of a table's properties.
                const unsigned chosen = (from + bit) % (file.extension() == ".sst" ? 7 : 8);
                flip(file, at, chosen);
                bool is_warned = false;
                const auto seen = read_all(path, is_warned);
                flip(file, at, chosen);
                ++count.tried;
                count.noticed += !seen || is_warned ? 1 : 0;
                EXPECT_TRUE(!seen || is_warned || *seen == intact)
                    << "silently different: " << file << " byte " << at << " bit " << chosen;
            }
        }
    }
    return count;
}

Content intact_content(const std::string& path) {
    bool is_warned = false;
    const auto intact = read_all(path, is_warned);
    EXPECT_TRUE(succeeded(intact));
    EXPECT_FALSE(is_warned);
    return intact.value_or(Content{});
}

TEST(SegmentDamage, EveryFlippedBitIsNoticedOrHarmless) {
    const testing::TemporaryDirectory directory(testing::fast_directory());
    const std::string path = directory / "ledger";
    append(path, 8, {});
    const std::vector<PrivateText> texts = {{testing::kBob, "Charles Babbage, Dorset Street"}};
    append(path, 1, texts);
    const Content intact = intact_content(path);
    ASSERT_EQ(intact.payloads.size(), 9U);
    ASSERT_EQ(intact.bob, "Charles Babbage, Dorset Street");
    ASSERT_FALSE(fs::exists(path + "/texts")) << "only the files that are our own";

    const Count count = flip_all(path, "", intact, 8);
    EXPECT_GT(count.noticed, count.tried / 2) << "of " << count.tried;
    RecordProperty("tried", static_cast<int>(count.tried));
    RecordProperty("noticed", static_cast<int>(count.noticed));
}

TEST(SegmentDamage, TheStoreOfTextsIsGuardedToo) {
    const testing::TemporaryDirectory directory(testing::fast_directory());
    const std::string path = directory / "ledger";
    const std::vector<PrivateText> ada = {{testing::kAda, "Ada Lovelace, St James's Square"}};
    for (int round = 0; round < 2; ++round) {  // so that the store has table files and a log
        append(path, 8, ada);
        append(path, 8, {});
    }
    {
        const auto ledger =
            open_segment_ledger({.path = path, .partition = testing::kPartition}, kSmall);
        ASSERT_TRUE(succeeded(ledger));
        ASSERT_TRUE(succeeded((*ledger)->forget(std::span(&testing::kBob, 1))));
    }
    const Content intact = intact_content(path);
    ASSERT_EQ(intact.ada, "Ada Lovelace, St James's Square");
    ASSERT_TRUE(fs::exists(path + "/texts"));
    const Count count = flip_all(path, "/texts", intact, 1);
    EXPECT_GT(count.noticed, count.tried / 4) << "of " << count.tried;
}

// Opened to serve, a damaged ledger is refused as it is, or serves what it should.
TEST(SegmentDamage, ARefusedOpeningChangesNothing) {
    const testing::TemporaryDirectory directory(testing::fast_directory());
    const std::string path = directory / "ledger";
    append(path, 6, {});
    const auto intact = intact_content(path);
    const auto image = image_of(path);
    const std::string work = directory / "work";
    base::Prng dice(7);
    for (const auto& [name, bytes] : image) {
        for (std::uint64_t at = dice.below(5); at < bytes.size();
             at += 5 * stride(name, bytes, at)) {
            auto damaged = image;
            damaged[name][at] = static_cast<char>(damaged[name][at] ^ (1 << dice.below(8)));
            testing::write_image(work, damaged);
            const auto opened =
                open_segment_ledger({.path = work, .partition = testing::kPartition}, kSmall);
            if (!opened) {
                EXPECT_TRUE(image_of(work) == damaged) << name << " byte " << at;
                continue;
            }
            auto seen = testing::content_of(**opened);
            if (seen && name.find("checkpoints") == std::string::npos) {
                EXPECT_EQ(seen->epoch, intact.epoch + 1);
                seen->epoch = intact.epoch;
                EXPECT_EQ(*seen, intact) << name << " byte " << at;
            }
        }
    }
}

}  // namespace
}  // namespace holdfast::ledger
