// What the RocksDB ledger promises beyond the contract: opening, refusing, forgetting, crashing.

#include "ledger/rocksdb_ledger.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>

#include "ledger/free_space.hpp"
#include "ledger/tail_mark.hpp"
#include "ledger/testing.hpp"

namespace holdfast::ledger {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;
using testing::append_one;
using testing::checkpoint_text;
using testing::failed_with;
using testing::payloads;
using testing::save_checkpoint;
using testing::succeeded;
using Texts = std::vector<std::string>;

std::string content(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// Every file below a directory and what is in it.
std::map<std::string, std::string> image(const std::string& directory) {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(directory)) {
        files[entry.path()] = entry.is_regular_file() ? content(entry.path()) : "";
    }
    return files;
}

class RocksdbLedgerTest : public ::testing::Test {
  protected:
    RocksdbOptions options() {
        return {.path = path_,
                .partition = testing::kPartition,
                .create_if_missing = true,
                .read_only = false,
                .warn = [this](const std::string& text) { warnings_.push_back(text); }};
    }
    std::unique_ptr<Ledger> open() {
        auto opened = open_rocksdb_ledger(options());
        EXPECT_TRUE(succeeded(opened));
        return std::move(opened).value_or(nullptr);
    }
    base::Result<std::unique_ptr<Ledger>> open_read_only() {
        auto reading = options();
        reading.read_only = true;
        return open_rocksdb_ledger(reading);
    }
    void fill(int batches) {
        const auto ledger = open();
        for (int at = 0; at < batches; ++at) {
            ASSERT_TRUE(succeeded(append_one(*ledger, 10, "batch " + std::to_string(at))));
        }
    }
    // Refused with that code, the message naming all of `words`, and nothing changed on disk.
    void expect_refusal(ErrorCode code, const std::vector<std::string>& words) {
        const auto before = image(path_);
        const auto refused = open_rocksdb_ledger(options());
        ASSERT_TRUE(failed_with(refused, code));
        for (const std::string& word : words) {
            EXPECT_NE(refused.error().message.find(word), std::string::npos)
                << "\"" << word << "\" is not in: " << refused.error().message;
        }
        EXPECT_TRUE(image(path_) == before) << "the refusal changed something on disk";
    }
    void set_mark(std::uint64_t last) {
        auto mark = TailMark::open(path_ + "/tail", PosixFile::Mode::overwrite);
        ASSERT_TRUE(succeeded(mark));
        Mark ahead = mark->newest();
        ahead.tail.last = model::Sequence(last);
        ASSERT_TRUE(succeeded(mark->write(ahead)));
    }
    std::vector<fs::path> files(const std::string& suffix) {
        std::vector<fs::path> found;
        for (const auto& entry : fs::directory_iterator(path_ + "/db")) {
            if (entry.path().string().ends_with(suffix)) {
                found.push_back(entry.path());
            }
        }
        std::ranges::sort(found);
        return found;
    }

    testing::TemporaryDirectory directory_;
    std::string path_ = directory_ / "ledger";
    std::vector<std::string> warnings_;
};

TEST_F(RocksdbLedgerTest, WithoutCreateAnAbsentLedgerIsNotFoundAndNotMade) {
    auto strict = options();
    strict.create_if_missing = false;
    EXPECT_TRUE(failed_with(open_rocksdb_ledger(strict), ErrorCode::not_found));
    EXPECT_FALSE(fs::exists(path_));
    fs::create_directory(path_);
    EXPECT_TRUE(failed_with(open_rocksdb_ledger(strict), ErrorCode::not_found));
    EXPECT_TRUE(fs::is_empty(path_));
}

TEST_F(RocksdbLedgerTest, ADirectoryOfSomethingElseIsRefused) {
    fs::create_directory(path_);
    std::ofstream(path_ + "/holiday.jpg") << "picture";
    expect_refusal(ErrorCode::corrupted, {path_, "not a ledger directory"});
}

TEST_F(RocksdbLedgerTest, AnInterruptedCreationIsCompleted) {
    fill(0);
    fs::remove_all(path_ + "/db");  // the database is made last
    fill(1);
    fs::remove(path_ + "/FORMAT");  // but a FORMAT lost later is not taken for that
    expect_refusal(ErrorCode::corrupted, {path_ + "/FORMAT"});
}

TEST_F(RocksdbLedgerTest, ASecondOwnerIsLockedOutAndTheFirstGoesOn) {
    const auto ledger = open();
    const auto second = open_rocksdb_ledger(options());
    ASSERT_TRUE(failed_with(second, ErrorCode::already_locked));
    EXPECT_NE(second.error().message.find(path_), std::string::npos);
    EXPECT_TRUE(succeeded(append_one(*ledger, 1, "1")));
    EXPECT_EQ(ledger->tail()->epoch, model::Epoch(1));
}

TEST_F(RocksdbLedgerTest, AnUnreadableLedgerIsPermissionDenied) {
    fill(1);
    GTEST_FLAG_SET(death_test_style, "fast");
    fs::permissions(path_ + "/FORMAT", fs::perms::none);
    fs::permissions(directory_.path(), fs::perms::all);
    fs::permissions(path_, fs::perms::all);
    constexpr uid_t kNobody = 65534;
    EXPECT_EXIT(
        {
            // Root may read anything, so the child gives that up.
            const bool is_root = ::geteuid() == 0;
            const bool is_plain = !is_root || ::setuid(kNobody) == 0;
            const auto refused = open_rocksdb_ledger(options());
            const bool is_named =
                !refused && refused.error().message.find("/FORMAT") != std::string::npos;
            ::_exit(is_plain && is_named && failed_with(refused, ErrorCode::permission_denied) ? 0
                                                                                               : 1);
        },
        ::testing::ExitedWithCode(0), "");
}

TEST_F(RocksdbLedgerTest, ANewerFormatIsRefused) {
    fill(1);
    std::string text = content(path_ + "/FORMAT");
    text.replace(text.find("format 1"), 8, "format 9");
    text.resize(text.find("crc "));
    const std::uint32_t crc = base::crc32c(base::as_bytes(text));
    text += "crc " + base::to_hex(std::as_bytes(std::span(&crc, 1))) + "\n";
    std::ofstream(path_ + "/FORMAT") << text;
    expect_refusal(ErrorCode::newer_format, {path_ + "/FORMAT", "format 9"});
    EXPECT_TRUE(failed_with(open_read_only(), ErrorCode::newer_format));
}

TEST_F(RocksdbLedgerTest, ADamagedFormatFileIsRefused) {
    fill(1);
    std::ofstream(path_ + "/FORMAT", std::ios::app) << "x";
    expect_refusal(ErrorCode::corrupted, {path_ + "/FORMAT"});
}

TEST_F(RocksdbLedgerTest, AnotherPartitionsLedgerIsRefused) {
    fill(1);
    auto other = options();
    other.partition = model::PartitionId(8);
    const auto refused = open_rocksdb_ledger(other);
    ASSERT_TRUE(failed_with(refused, ErrorCode::invalid_input));
    EXPECT_EQ(read_ledger_info(path_)->partition, testing::kPartition);
}

TEST_F(RocksdbLedgerTest, TheDatabaseOfAnotherLedgerIsRefused) {
    fill(1);
    const std::string mine = path_;
    path_ = directory_ / "other";
    fill(1);
    fs::remove_all(path_ + "/db");
    fs::copy(mine + "/db", path_ + "/db", fs::copy_options::recursive);
    expect_refusal(ErrorCode::corrupted, {path_ + "/db", "belongs to ledger"});
}

TEST_F(RocksdbLedgerTest, AnEndBeforeTheTailMarkIsRefusedNamingBoth) {
    fill(3);
    set_mark(45);
    expect_refusal(ErrorCode::corrupted,
                   {path_, "sequence 30", "/tail says 45", "31 to 45", "holdfast ledger salvage"});
    EXPECT_TRUE(failed_with(open_read_only(), ErrorCode::corrupted));
}

TEST_F(RocksdbLedgerTest, AnEndBeyondTheTailMarkIsFine) {
    fill(1);
    const std::string old_mark = content(path_ + "/tail");
    fill(2);
    // As after a power cut: the mark is not synced with each append.
    std::ofstream(path_ + "/tail", std::ios::binary) << old_mark;
    const auto ledger = open();
    ASSERT_NE(ledger, nullptr);
    EXPECT_EQ(ledger->tail()->last, model::Sequence(30));
    std::uint64_t bytes = 0;
    const auto add = [&](std::span<const std::byte> sealed) -> base::Result<void> {
        bytes += sealed.size();
        return {};
    };
    ASSERT_TRUE(succeeded(ledger->read_from(model::Sequence(1), SIZE_MAX, add)));
    EXPECT_EQ(ledger->tail()->bytes, bytes);
}

TEST_F(RocksdbLedgerTest, AnotherHistoryThanTheMarksIsRefused) {
    fill(2);
    auto mark = TailMark::open(path_ + "/tail", PosixFile::Mode::overwrite);
    Mark other = mark->newest();
    other.tail.epoch = model::Epoch(99);  // so that this slot is the newest
    other.tail.hash[0] ^= std::byte{1};
    ASSERT_TRUE(succeeded(mark->write(other)));
    expect_refusal(ErrorCode::corrupted, {"another batch at sequence 20"});
}

TEST_F(RocksdbLedgerTest, AMissingTailMarkIsRefused) {
    fill(1);
    fs::remove(path_ + "/tail");
    EXPECT_TRUE(failed_with(open_rocksdb_ledger(options()), ErrorCode::not_found));
}

TEST_F(RocksdbLedgerTest, AMissingLogFileIsNoticed) {
    fill(2);
    fs::remove(files(".log").back());
    expect_refusal(ErrorCode::corrupted, {path_});
}

TEST_F(RocksdbLedgerTest, AMissingTableFileIsNoticed) {
    fill(2);
    fill(0);  // opening moves the log's content into table files
    fs::remove(files(".sst").front());
    expect_refusal(ErrorCode::corrupted, {path_ + "/db"});
}

TEST_F(RocksdbLedgerTest, AMissingDatabaseIsNoticed) {
    fill(2);
    fs::remove_all(path_ + "/db");
    expect_refusal(ErrorCode::corrupted, {path_ + "/db"});
}

TEST_F(RocksdbLedgerTest, AnEmptiedLogIsNoticed) {
    fill(2);
    fs::resize_file(files(".log").back(), 0);
    expect_refusal(ErrorCode::corrupted, {"ends at sequence 0", "/tail says 20"});
}

TEST_F(RocksdbLedgerTest, ATornRecordAfterTheMarkIsPassedOver) {
    fill(2);
    // As a crash in the middle of an append leaves it: not acknowledged, so not marked.
    std::ofstream(files(".log").back(), std::ios::app | std::ios::binary) << "\x11\x22\x33\x44\x55";
    const auto ledger = open();
    ASSERT_NE(ledger, nullptr);
    EXPECT_EQ(payloads(*ledger).value(), (Texts{"batch 0", "batch 1"}));
}

// A power cut keeps any sectors of what was not synced: its end may be there and its middle not.
class TornRecord : public RocksdbLedgerTest {
  protected:
    // The mark is as old as the first batch: it is not synced with each append.
    void SetUp() override {
        const auto ledger = open();
        ASSERT_TRUE(succeeded(append_one(*ledger, 1, "first")));
        old_mark_ = content(path_ + "/tail");
        ASSERT_TRUE(succeeded(append_one(*ledger, 1, std::string(kLarge, 'a'))));
        ASSERT_TRUE(succeeded(append_one(*ledger, 1, std::string(kLarge, 'b'))));
    }
    void forget_mark() { std::ofstream(path_ + "/tail", std::ios::binary) << old_mark_; }
    void lose_sector(std::size_t before_end) {
        std::fstream log(files(".log").back(), std::ios::in | std::ios::out | std::ios::binary);
        log.seekp(-static_cast<std::ptrdiff_t>(before_end), std::ios::end);
        log << std::string(512, '\0');
    }

    static constexpr std::size_t kLarge = 100'000;  // several blocks of the log
    std::string old_mark_;
};

TEST_F(TornRecord, AtTheEndIsPassedOverInAnyPlace) {
    for (const std::size_t before_end : {600uz, kLarge / 2, kLarge - 600}) {
        lose_sector(before_end);
        forget_mark();
        const auto reading = open_read_only();
        ASSERT_TRUE(succeeded(reading));
        EXPECT_EQ(payloads(**reading).value(), (Texts{"first", std::string(kLarge, 'a')}));
    }
    const auto ledger = open();
    ASSERT_NE(ledger, nullptr);
    EXPECT_EQ(payloads(*ledger).value(), (Texts{"first", std::string(kLarge, 'a')}));
    EXPECT_TRUE(succeeded(append_one(*ledger, 1, "next")));
}

TEST_F(TornRecord, ThatWasAcknowledgedIsRefused) {
    lose_sector(kLarge / 2);
    expect_refusal(ErrorCode::corrupted, {"ends at sequence 2", "/tail says 3"});
}

TEST_F(TornRecord, BehindWhichAnotherBeginsIsDamage) {
    lose_sector(kLarge + kLarge / 2);
    forget_mark();
    expect_refusal(ErrorCode::corrupted, {"checksum mismatch"});
}

TEST_F(RocksdbLedgerTest, ReadingALedgerThatIsServedLocksNothingAndChangesNothing) {
    const auto ledger = open();
    ASSERT_TRUE(succeeded(append_one(*ledger, 1, "1")));
    const auto before = image(path_);
    {
        const auto reader = open_read_only();
        ASSERT_TRUE(succeeded(reader));
        EXPECT_EQ(payloads(**reader).value(), Texts{"1"});
        EXPECT_EQ((*reader)->tail()->epoch, ledger->tail()->epoch);
        EXPECT_TRUE(failed_with(append_one(**reader, 1, "2"), ErrorCode::invalid_input));
        EXPECT_TRUE(failed_with((*reader)->forget({}), ErrorCode::invalid_input));
        EXPECT_TRUE(
            failed_with((*reader)->begin_checkpoint(model::Sequence(1)), ErrorCode::invalid_input));
        EXPECT_TRUE(succeeded(append_one(*ledger, 1, "2"))) << "the owner goes on meanwhile";
        EXPECT_EQ(payloads(**reader).value(), Texts{"1"}) << "as of its opening";
    }
    EXPECT_EQ(image(path_).size(), before.size());
}

// The database itself would take the second append: only the doubt keeps it out.
TEST_F(RocksdbLedgerTest, OnceInDoubtNoAppendIsTriedThoughTheCauseIsGone) {
    {
        const auto ledger = open();
        ASSERT_TRUE(succeeded(append_one(*ledger, 1, "before")));
        fs::rename(path_, path_ + ".away");
        EXPECT_TRUE(failed_with(append_one(*ledger, 1, "meanwhile"), ErrorCode::outcome_unknown));
        fs::rename(path_ + ".away", path_);
        EXPECT_TRUE(failed_with(append_one(*ledger, 1, "after"), ErrorCode::outcome_unknown));
    }
    EXPECT_EQ(payloads(*open()).value(), Texts{"before"});
}

TEST_F(RocksdbLedgerTest, ALargeBatchSurvives) {
    const std::string large(std::size_t{8} << 20, 'x');
    ASSERT_TRUE(succeeded(append_one(*open(), 8192, large)));
    for (int reopened = 0; reopened < 2; ++reopened) {  // from the log, then from a blob file
        const auto ledger = open();
        EXPECT_TRUE(payloads(*ledger).value() == Texts{large});
    }
}

TEST_F(RocksdbLedgerTest, AForgottenTextIsInNoFileAnyMore) {
    const base::Digest128 ada{.high = 1, .low = 1};
    const base::Digest128 bob{.high = 2, .low = 2};
    const std::vector<PrivateText> first = {{ada, "Ada Lovelace, St James's Square"}};
    const std::vector<PrivateText> second = {{ada, "Ada Lovelace, St James's Square"},
                                             {bob, "Charles Babbage, Dorset Street"}};
    const auto holds = [&](const std::string& text) {
        return std::ranges::any_of(image(path_), [&](const auto& file) {
            return file.second.find(text) != std::string::npos;
        });
    };
    ASSERT_TRUE(succeeded(append_one(*open(), 1, "1", first)));
    open().reset();  // now a table file holds it
    const auto ledger = open();
    ASSERT_TRUE(succeeded(append_one(*ledger, 1, "2", second)));  // and the log too
    ASSERT_TRUE(holds("Ada Lovelace"));
    ASSERT_TRUE(succeeded(ledger->forget(std::span(&ada, 1))));
    EXPECT_FALSE(holds("Ada Lovelace"));
    EXPECT_TRUE(holds("Charles Babbage"));
    EXPECT_EQ(ledger->private_text(bob).value(), "Charles Babbage, Dorset Street");
}

TEST_F(RocksdbLedgerTest, ADamagedNewestCheckpointFallsBackToTheOneBefore) {
    const auto ledger = open();
    ASSERT_TRUE(succeeded(append_one(*ledger, 9, "1-9")));
    ASSERT_TRUE(succeeded(save_checkpoint(*ledger, 4, {"older", "state"})));
    ASSERT_TRUE(succeeded(save_checkpoint(*ledger, 9, {"newer", "state"})));
    const std::string newest = path_ + "/checkpoints/00000000000000000009.ckpt";
    const std::string intact = content(newest);
    for (std::size_t at = 0; at <= intact.size(); ++at) {
        std::string damaged = intact;
        if (at < intact.size()) {
            damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
        } else {
            damaged += 'x';
        }
        std::ofstream(newest, std::ios::binary) << damaged;
        warnings_.clear();
        EXPECT_EQ(checkpoint_text(*ledger).value(), "olderstate") << "byte " << at;
        ASSERT_EQ(warnings_.size(), 1U);
        EXPECT_NE(warnings_[0].find(newest), std::string::npos);
    }
    std::ofstream(newest, std::ios::binary) << intact.substr(0, intact.size() / 2);
    EXPECT_EQ(checkpoint_text(*ledger).value(), "olderstate") << "cut off";
    std::ofstream(newest, std::ios::binary) << intact;
    EXPECT_EQ(checkpoint_text(*ledger).value(), "newerstate");
}

TEST_F(RocksdbLedgerTest, ACheckpointAheadOfTheLedgerIsNotUsed) {
    const auto ledger = open();
    ASSERT_TRUE(succeeded(append_one(*ledger, 2, "1-2")));
    ASSERT_TRUE(succeeded(save_checkpoint(*ledger, 2, {"state"})));
    fs::rename(path_ + "/checkpoints/00000000000000000002.ckpt",
               path_ + "/checkpoints/00000000000000000007.ckpt");
    EXPECT_EQ(checkpoint_text(*ledger).value(), std::nullopt);
    EXPECT_EQ(warnings_.size(), 1U);
}

TEST_F(RocksdbLedgerTest, OnlyTwoCheckpointsAreKeptAndRemaindersRemoved) {
    {
        const auto ledger = open();
        ASSERT_TRUE(succeeded(append_one(*ledger, 9, "1-9")));
        for (const std::uint64_t at : {1, 2, 3}) {
            ASSERT_TRUE(succeeded(save_checkpoint(*ledger, at, {"state"})));
        }
    }
    std::ofstream(path_ + "/checkpoints/00000000000000000004.ckpt.tmp") << "half";
    open().reset();
    Texts names;
    for (const auto& entry : fs::directory_iterator(path_ + "/checkpoints")) {
        names.push_back(entry.path().filename());
    }
    std::ranges::sort(names);
    EXPECT_EQ(names, (Texts{"00000000000000000002.ckpt", "00000000000000000003.ckpt"}));
}

// Parent and child of a test that lets a process die: the child is this binary once more, run up
// to the same place, and finds the parent's ledger through the environment.
class DyingProcess : public RocksdbLedgerTest {
  protected:
    void SetUp() override {
        GTEST_FLAG_SET(death_test_style, "threadsafe");
        if (const char* given = std::getenv(kVariable)) {
            path_ = given;
            fs::remove_all(directory_.path());  // the child's own, which it will not live to remove
        }
        ASSERT_EQ(::setenv(kVariable, path_.c_str(), 1), 0);
    }
    void TearDown() override { ASSERT_EQ(::unsetenv(kVariable), 0); }

    // Appends "0", "1", ... with some bytes around until one fails, and returns how many succeeded.
    static int append_until_failure(Ledger& ledger, int most) {
        int done = 0;
        while (done < most && append_one(ledger, 1, std::to_string(done) + kPadding)) {
            ++done;
        }
        return done;
    }
    // Files that cannot grow are as good as a broken disk. Exits 0 if the ledger behaved.
    [[noreturn]] void run_into_a_limit() {
        constexpr rlim_t kFileBytes = 120'000;
        const auto ledger = open();
        rlimit limit{};
        ::getrlimit(RLIMIT_FSIZE, &limit);
        const rlim_t before = std::exchange(limit.rlim_cur, kFileBytes);
        ::signal(SIGXFSZ, SIG_IGN);
        ::setrlimit(RLIMIT_FSIZE, &limit);
        const int done = append_until_failure(*ledger, 1000);
        const auto first = append_one(*ledger, 1, "x");
        limit.rlim_cur = before;
        ::setrlimit(RLIMIT_FSIZE, &limit);
        const auto second = append_one(*ledger, 1, "x");
        const bool is_stopped = failed_with(first, ErrorCode::outcome_unknown) &&
                                failed_with(second, ErrorCode::outcome_unknown);
        const bool is_readable = payloads(*ledger)->size() == static_cast<std::size_t>(done);
        std::ofstream(path_ + ".done") << done << std::flush;
        ::_exit(is_stopped && is_readable ? 0 : 1);
    }
    void expect_payloads(std::size_t count) {
        const auto ledger = open();
        const auto read = payloads(*ledger).value();
        ASSERT_EQ(read.size(), count);
        for (std::size_t at = 0; at < count; ++at) {
            EXPECT_EQ(read[at], std::to_string(at) + kPadding);
        }
    }

    static constexpr const char* kVariable = "HOLDFAST_LEDGER_OF_DYING_CHILD";
    static inline const std::string kPadding = std::string(2000, '.');
};

TEST_F(DyingProcess, EverythingAcknowledgedIsThereAfterwards) {
    EXPECT_EXIT(
        {
            const auto ledger = open();
            ::_exit(append_until_failure(*ledger, 50) == 50 ? 0 : 1);
        },
        ::testing::ExitedWithCode(0), "");
    expect_payloads(50);
}

TEST_F(DyingProcess, AFailedWriteIsInDoubtAndSoIsEveryAppendAfterIt) {
    EXPECT_EXIT(run_into_a_limit(), ::testing::ExitedWithCode(0), "");
    const int done = std::stoi(content(path_ + ".done"));
    EXPECT_GT(done, 10);
    expect_payloads(static_cast<std::size_t>(done));
}

TEST(FreeSpace, IsKnownForAPlaceThatExists) {
    const testing::TemporaryDirectory directory;
    EXPECT_GT(free_bytes(directory.path()).value(), 0U);
    EXPECT_TRUE(failed_with(free_bytes(directory / "nowhere"), ErrorCode::not_found));
}

}  // namespace
}  // namespace holdfast::ledger
