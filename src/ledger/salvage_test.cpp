#include "ledger/salvage.hpp"

#include <fstream>

#include "ledger/backup.hpp"
#include "ledger/open_ledger.hpp"
#include "ledger/posix_file.hpp"
#include "ledger/rocksdb_ledger.hpp"
#include "ledger/segment_ledger.hpp"
#include "ledger/tail_mark.hpp"
#include "ledger/testing.hpp"

namespace holdfast::ledger {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;
using testing::append_one;
using testing::failed_with;
using testing::payloads;
using testing::succeeded;
using Texts = std::vector<std::string>;

class Salvage : public ::testing::Test {
  protected:
    void SetUp() override {
        const std::vector<PrivateText> text = {{kAda, "Ada"}};
        const auto ledger = open(source_);
        ASSERT_TRUE(succeeded(ledger));
        ASSERT_TRUE(succeeded(append_one(**ledger, 10, "one", text)));
        ASSERT_TRUE(succeeded(append_one(**ledger, 10, "two")));
        ASSERT_TRUE(succeeded(append_one(**ledger, 10, std::string(10'000, '3'))));
    }
    static base::Result<std::unique_ptr<Ledger>> open(const std::string& path) {
        return open_rocksdb_ledger(
            {.path = path, .partition = testing::kPartition, .create_if_missing = true});
    }
    fs::path log_file() const {
        for (const auto& entry : fs::directory_iterator(source_ + "/db")) {
            if (entry.path().extension() == ".log") {
                return entry.path();
            }
        }
        return {};
    }

    static constexpr base::Digest128 kAda{.high = 1, .low = 1};
    testing::TemporaryDirectory directory_;
    std::string source_ = directory_ / "source";
    std::string target_ = directory_ / "target";
};

TEST_F(Salvage, CopiesAnIntactLedgerWhole) {
    const auto report = salvage_ledger(source_, target_);
    ASSERT_TRUE(succeeded(report));
    EXPECT_EQ(report->kept.last, model::Sequence(30));
    EXPECT_EQ(report->batches, 3U);
    EXPECT_EQ(report->private_texts, 1U);
    EXPECT_EQ(report->missing, 0U);
    EXPECT_EQ(report->stopped, "");
    const auto copy = open(target_);
    ASSERT_TRUE(succeeded(copy));
    EXPECT_EQ(payloads(**copy).value(), (Texts{"one", "two", std::string(10'000, '3')}));
    EXPECT_EQ((*copy)->private_text(kAda).value(), "Ada");
    EXPECT_GT((*copy)->tail()->epoch, model::Epoch(1'000'000))
        << "epochs that the source takes later are never those of the copy";
    EXPECT_TRUE(succeeded(append_one(**copy, 1, "four"))) << "the copy can be served";
}

TEST_F(Salvage, CopiesTheKeyThatFindsPrivateTextsForItsOwnerOnly) {
    EXPECT_FALSE(salvage_ledger(source_, directory_ / "without")->has_key);
    std::ofstream(source_ + "/private.key") << "a key, damaged or not";
    ASSERT_TRUE(salvage_ledger(source_, target_)->has_key);
    EXPECT_EQ(*read_file(target_ + "/private.key"), *read_file(source_ + "/private.key"));
    EXPECT_EQ(fs::status(target_ + "/private.key").permissions(),
              fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(Salvage, KeepsWhatComesBeforeATornTailAndTellsWhatIsMissing) {
    const auto log = log_file();
    fs::resize_file(log, fs::file_size(log) - 5'000);
    ASSERT_TRUE(failed_with(open(source_), ErrorCode::corrupted));
    const auto size = fs::file_size(log);
    const auto report = salvage_ledger(source_, target_);
    ASSERT_TRUE(succeeded(report));
    EXPECT_EQ(report->kept.last, model::Sequence(20));
    EXPECT_EQ(report->marked, model::Sequence(30));
    EXPECT_EQ(report->missing, 10U);
    const auto copy = open(target_);
    ASSERT_TRUE(succeeded(copy));
    EXPECT_EQ(payloads(**copy).value(), (Texts{"one", "two"}));
    EXPECT_EQ(fs::file_size(log), size) << "the source is never touched";
    EXPECT_TRUE(failed_with(open(source_), ErrorCode::corrupted));
}

TEST_F(Salvage, StopsAtDamageInTheMiddleAndSaysWhy) {
    ASSERT_TRUE(succeeded(open(source_)));  // moves the large batch into a blob file
    for (const auto& entry : fs::directory_iterator(source_ + "/db")) {
        if (entry.path().extension() == ".blob") {
            std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
            file.seekp(5'000);
            file << "damage";
        }
    }
    const auto report = salvage_ledger(source_, target_);
    ASSERT_TRUE(succeeded(report));
    EXPECT_EQ(report->kept.last, model::Sequence(20));
    EXPECT_EQ(report->missing, 10U);
    EXPECT_NE(report->stopped.find("RocksDB"), std::string::npos) << report->stopped;
}

TEST_F(Salvage, WorksWithoutFormatAndMark) {
    std::ofstream(source_ + "/FORMAT") << "nonsense";
    fs::remove(source_ + "/tail");
    const auto report = salvage_ledger(source_, target_);
    ASSERT_TRUE(succeeded(report));
    EXPECT_EQ(report->kept.last, model::Sequence(30));
    EXPECT_EQ(report->marked, std::nullopt);
    EXPECT_TRUE(succeeded(open(target_)));
}

TEST_F(Salvage, DoesNotWriteIntoADirectoryThatHoldsSomething) {
    fs::create_directory(target_);
    std::ofstream(target_ + "/thesis.tex") << "years of work";
    EXPECT_TRUE(failed_with(salvage_ledger(source_, target_), ErrorCode::invalid_input));
    EXPECT_TRUE(failed_with(salvage_ledger(source_, source_), ErrorCode::invalid_input));
    EXPECT_EQ(std::distance(fs::directory_iterator(target_), fs::directory_iterator{}), 1);
}

// Of segments, too: up to the damage, with the texts, into a ledger of the same kind.
TEST(SalvageOfSegments, KeepsWhatComesBeforeTheDamage) {
    const testing::TemporaryDirectory directory;
    const std::string source = directory / "source";
    const std::string target = directory / "target";
    constexpr base::Digest128 kBob{.high = 2, .low = 2};
    const std::vector<PrivateText> text = {{kBob, "Bob"}};
    {
        const auto ledger = open_segment_ledger(
            {.path = source, .partition = testing::kPartition, .create_if_missing = true},
            {.least = 4400, .most = 4400, .at_once = true});
        ASSERT_TRUE(succeeded(ledger));
        for (const std::string word : {"one", "two", "three", "four", "five"}) {
            ASSERT_TRUE(succeeded(append_one(**ledger, 10, word, text)));
        }
    }
    fs::remove(source + "/FORMAT");
    std::fstream(source + "/segments/00000000000000000002.segment",
                 std::ios::in | std::ios::out | std::ios::binary)
        .seekp(4096 + 16 + 81)
        .put('?');
    const auto report = salvage_ledger(source, target);
    ASSERT_TRUE(succeeded(report));
    EXPECT_GE(report->batches, 1U);
    EXPECT_EQ(report->kept.last.value() + report->missing, 50U);
    EXPECT_GT(report->missing, 0U);
    EXPECT_NE(report->stopped.find("00000000000000000002.segment"), std::string::npos)
        << report->stopped;
    const auto copy = open_segment_ledger({.path = target, .partition = testing::kPartition}, {});
    ASSERT_TRUE(succeeded(copy));
    EXPECT_EQ(payloads(**copy)->size(), report->batches);
    EXPECT_EQ((*copy)->private_text(kBob).value(), "Bob");
    ASSERT_TRUE(succeeded(append_one(**copy, 1, "goes on")));
}

// Both ways through a backup, and a restored ledger goes on.
TEST(Restore, MakesEitherKindFromEither) {
    const testing::TemporaryDirectory directory;
    std::string from = directory / "first";
    constexpr base::Digest128 kBob{.high = 2, .low = 2};
    const std::vector<PrivateText> text = {{kBob, "Bob"}};
    const LedgerOptions options{
        .path = from, .partition = testing::kPartition, .create_if_missing = true};
    {
        const auto ledger = open_ledger(options, LedgerKind::rocksdb);
        ASSERT_TRUE(succeeded(ledger));
        ASSERT_TRUE(succeeded(append_one(**ledger, 3, "one", text)));
        ASSERT_TRUE(succeeded(append_one(**ledger, 4, std::string(50'000, 'x'))));
    }
    std::size_t batches = 2;
    for (const auto kind : {LedgerKind::segments, LedgerKind::segments, LedgerKind::rocksdb}) {
        const std::string name = directory / std::to_string(batches);
        ASSERT_TRUE(succeeded(back_up({.source = from, .target = name + ".backup"})));
        ASSERT_TRUE(
            succeeded(restore_backup({.backup = name + ".backup", .target = name, .kind = kind})));
        EXPECT_EQ(read_ledger_info(name)->kind, kind);
        const auto ledger = open_ledger({.path = name, .partition = testing::kPartition});
        ASSERT_TRUE(succeeded(ledger));
        EXPECT_EQ(payloads(**ledger)->size(), batches);
        EXPECT_EQ((*ledger)->private_text(kBob).value(), "Bob");
        ASSERT_TRUE(succeeded(append_one(**ledger, 1, "goes on")));
        ++batches;
        from = name;
    }
}

}  // namespace
}  // namespace holdfast::ledger
