// What the segment ledger promises beyond the contract: opening, refusing, rolling, forgetting.

#include "ledger/segment_ledger.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <utility>

#include "ledger/damage_testing.hpp"
#include "ledger/tail_mark.hpp"

namespace holdfast::ledger {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;
using testing::append_one;
using testing::failed_with;
using testing::holds;
using testing::image_of;
using testing::kAda;
using testing::kBob;
using testing::payloads;
using testing::succeeded;
using Texts = std::vector<std::string>;

// Two or three batches of the tests below.
constexpr SegmentSizes kSmall{.least = 4500, .most = 4500, .at_once = true};

class SegmentLedgerTest : public ::testing::Test {
  protected:
    LedgerOptions options() {
        return {.path = path_,
                .partition = testing::kPartition,
                .create_if_missing = true,
                .read_only = false,
                .warn = [this](const std::string& text) { warnings_.push_back(text); }};
    }
    std::unique_ptr<Ledger> open() {
        auto opened = open_segment_ledger(options(), kSmall);
        EXPECT_TRUE(succeeded(opened));
        return std::move(opened).value_or(nullptr);
    }
    base::Result<std::unique_ptr<Ledger>> open_read_only() {
        return open_ledger_to_read(path_, [](const std::string&) {});
    }
    Texts fill(int batches, std::span<const PrivateText> texts = {}) {
        const auto ledger = open();
        Texts written;
        for (int at = 0; at < batches; ++at) {
            written.push_back("batch " + std::to_string(at));
            EXPECT_TRUE(succeeded(append_one(*ledger, 10, written.back(), texts)));
        }
        return written;
    }
    // Refused with that code, the message naming all of `words`, and nothing changed on disk.
    void expect_refusal(ErrorCode code, const std::vector<std::string>& words) {
        const auto before = image_of(path_);
        const auto refused = open_segment_ledger(options(), kSmall);
        ASSERT_TRUE(failed_with(refused, code));
        for (const std::string& word : words) {
            EXPECT_NE(refused.error().message.find(word), std::string::npos)
                << "\"" << word << "\" is not in: " << refused.error().message;
        }
        EXPECT_TRUE(image_of(path_) == before) << "the refusal changed something on disk";
    }
    [[nodiscard]] std::string segment(int number) const {
        return path_ + "/segments/" + std::string(19, '0') + std::to_string(number) + ".segment";
    }

    testing::TemporaryDirectory directory_;
    std::string path_ = directory_ / "ledger";
    std::vector<std::string> warnings_;
};

TEST_F(SegmentLedgerTest, GoesOnInTheNextSegmentAndReadsAcrossThem) {
    const Texts written = fill(9);
    ASSERT_TRUE(fs::exists(segment(3)));
    const auto ledger = open();
    EXPECT_EQ(payloads(*ledger).value(), written);
    for (std::uint64_t at = 0; at < 9; ++at) {
        const auto from = payloads(*ledger, at * 10 + 5, 2).value();
        EXPECT_EQ(from.front(), written[at]);
        EXPECT_EQ(from.size(), std::min<std::size_t>(2, 9 - at));
    }
}

TEST_F(SegmentLedgerTest, AFullSegmentIsCutToItsContentAndIndexed) {
    fill(9);
    open()->forget({}).value();
    EXPECT_LT(fs::file_size(segment(1)), kSmall.least);
    const std::string index = segment(1).substr(0, segment(1).size() - 8) + ".index";
    ASSERT_TRUE(fs::exists(index));
    const auto written = payloads(**open_read_only()).value();
    fs::remove(index);
    EXPECT_EQ(payloads(**open_read_only()).value(), written) << "an index only saves time";
}

TEST_F(SegmentLedgerTest, TheOtherKindIsRefusedAndNamed) {
    fill(1);
    const auto before = image_of(path_);
    const auto refused = open_ledger(options(), LedgerKind::rocksdb);
    ASSERT_TRUE(failed_with(refused, ErrorCode::invalid_input));
    EXPECT_NE(refused.error().message.find("of the kind segments, not rocksdb"), std::string::npos);
    EXPECT_TRUE(image_of(path_) == before);
    EXPECT_TRUE(succeeded(open_ledger(options()))) << "without a wish it is what it is";

    path_ = directory_ / "other";
    ASSERT_TRUE(succeeded(open_ledger(options(), LedgerKind::rocksdb)));
    EXPECT_TRUE(failed_with(open_segment_ledger(options()), ErrorCode::invalid_input));
}

TEST_F(SegmentLedgerTest, ASecondOwnerIsLockedOutAndTheFirstGoesOn) {
    const auto ledger = open();
    EXPECT_TRUE(failed_with(open_segment_ledger(options(), kSmall), ErrorCode::already_locked));
    EXPECT_TRUE(succeeded(append_one(*ledger, 1, "1")));
}

TEST_F(SegmentLedgerTest, AMissingSegmentIsRefusedWhereverItWas) {
    fill(9);
    for (const int missing : {1, 2, 3}) {
        fs::rename(segment(missing), directory_ / "aside");
        expect_refusal(ErrorCode::corrupted, {segment(missing)});
        fs::rename(directory_ / "aside", segment(missing));
    }
    fs::rename(path_ + "/segments", directory_ / "aside");
    expect_refusal(ErrorCode::corrupted, {path_ + "/segments", "missing"});
}

TEST_F(SegmentLedgerTest, AShorterNewestSegmentIsRefusedNamingBothEnds) {
    fill(1);
    fs::resize_file(segment(1), 4096 + 50);
    expect_refusal(ErrorCode::corrupted,
                   {"ends before its tail mark", "sequence 10", "holdfast ledger salvage"});
}

TEST_F(SegmentLedgerTest, ASegmentOfAnotherLedgerIsRefused) {
    fill(9);
    const std::string mine = segment(2);
    path_ = directory_ / "other";
    fill(9);
    fs::copy_file(mine, segment(2), fs::copy_options::overwrite_existing);
    const auto ledger = open_segment_ledger(options(), kSmall);
    const auto read = ledger ? payloads(**ledger) : std::unexpected(base::Error{ledger.error()});
    ASSERT_TRUE(failed_with(read, ErrorCode::corrupted));
    EXPECT_NE(read.error().message.find("belongs to ledger"), std::string::npos);
}

TEST_F(SegmentLedgerTest, AnInterruptedCreationIsCompleted) {
    open().reset();
    fs::remove_all(path_ + "/segments");
    EXPECT_EQ(fill(3).size(), 3U);
    EXPECT_EQ(open()->tail()->last, model::Sequence(30));
}

TEST_F(SegmentLedgerTest, OneDamagedMarkSlotNeverBringsAnOlderEpochBack) {
    open().reset();
    open().reset();
    for (const std::uint64_t slot : {0, 4096}) {
        testing::flip(path_ + "/tail", slot + 10, 3);
        EXPECT_EQ((*open_read_only())->tail()->epoch, model::Epoch(2));
        testing::flip(path_ + "/tail", slot + 10, 3);
    }
}

TEST_F(SegmentLedgerTest, ReadingALedgerThatIsServedChangesNothing) {
    const std::vector<PrivateText> ada = {{kAda, "Ada"}};
    const auto ledger = open();
    ASSERT_TRUE(succeeded(append_one(*ledger, 1, "1", ada)));
    const auto reader = open_read_only();
    ASSERT_TRUE(succeeded(reader));
    const auto before = image_of(path_);
    EXPECT_EQ(payloads(**reader).value(), Texts{"1"});
    EXPECT_EQ((*reader)->private_text(kAda).value(), "Ada");
    EXPECT_EQ((*reader)->tail()->epoch, ledger->tail()->epoch);
    EXPECT_TRUE(failed_with(append_one(**reader, 1, "2"), ErrorCode::invalid_input));
    EXPECT_TRUE(failed_with((*reader)->forget({}), ErrorCode::invalid_input));
    EXPECT_TRUE(image_of(path_) == before);
    EXPECT_TRUE(succeeded(append_one(*ledger, 1, "2"))) << "the owner goes on meanwhile";
    EXPECT_EQ(payloads(**reader).value(), Texts{"1"}) << "as of its opening";
}

TEST_F(SegmentLedgerTest, ABatchLargerThanASegmentSurvives) {
    const std::string large(std::size_t{3} << 20, 'x');
    {
        const auto ledger = open();
        ASSERT_TRUE(succeeded(append_one(*ledger, 1, "small")));
        ASSERT_TRUE(succeeded(append_one(*ledger, 8192, large)));
        ASSERT_TRUE(succeeded(append_one(*ledger, 1, "small")));
    }
    EXPECT_TRUE(payloads(*open()).value() == (Texts{"small", large, "small"}));
}

TEST_F(SegmentLedgerTest, TextsOfFullSegmentsMoveAndAreFoundAllTheSame) {
    const std::vector<PrivateText> ada = {{kAda, "Ada Lovelace, St James's Square"}};
    fill(9, ada);
    const auto ledger = open();
    ASSERT_TRUE(succeeded(ledger->forget(std::span(&kBob, 1)))) << "waits for all that is to move";
    EXPECT_EQ(ledger->private_text(kAda).value(), "Ada Lovelace, St James's Square");
    EXPECT_EQ(testing::bytes_of(segment(1)).find("Ada Lovelace"), std::string::npos);
    EXPECT_EQ((*open_read_only())->private_text(kAda).value(), "Ada Lovelace, St James's Square");
}

TEST_F(SegmentLedgerTest, AForgottenTextIsInNoFileAnyMore) {
    const std::vector<PrivateText> both = {{kAda, "Ada Lovelace, St James's Square"},
                                           {kBob, "Charles Babbage, Dorset Street"}};
    fill(9, both);
    const auto ledger = open();
    ASSERT_TRUE(succeeded(append_one(*ledger, 1, "newest", both)));
    ASSERT_TRUE(holds(image_of(path_), "Ada Lovelace"));
    ASSERT_TRUE(succeeded(ledger->forget(std::span(&kAda, 1))));
    EXPECT_FALSE(holds(image_of(path_), "Ada Lovelace"));
    EXPECT_TRUE(holds(image_of(path_), "Charles Babbage"));
    EXPECT_EQ(ledger->private_text(kAda).value(), std::nullopt);
    EXPECT_EQ(ledger->private_text(kBob).value(), "Charles Babbage, Dorset Street");
    ASSERT_TRUE(succeeded(append_one(*ledger, 1, "comes back", both)));
    EXPECT_EQ(ledger->private_text(kAda).value(), "Ada Lovelace, St James's Square");
}

// Whatever the moment a forgetting was killed: nothing else is lost, and the next one succeeds.
TEST_F(SegmentLedgerTest, AnErasureThatWasCutOffIsCompletedOnOpening) {
    const std::vector<PrivateText> ada = {{kAda, "Ada Lovelace, St James's Square"}};
    const Texts written = fill(1, ada);
    const auto live = image_of(path_);
    ASSERT_TRUE(succeeded(open()->forget(std::span(&kBob, 1))));
    auto erased = image_of(path_);
    const std::string name = "segments/00000000000000000001.segment";
    const std::size_t text_at = live.at(name).find("LIVE");
    ASSERT_NE(text_at, std::string::npos);
    // Marked as moved, and zeroed up to somewhere.
    for (std::size_t zeroed = 4; zeroed < 50; zeroed += 7) {
        auto half = erased;
        half[name].replace(text_at, 4, "\xb9\xb6\xa9\xab");
        half[name].replace(text_at + zeroed, 50 - zeroed, live.at(name), text_at + zeroed,
                           50 - zeroed);
        ASSERT_TRUE(holds(half, "Square")) << zeroed;
        testing::write_image(path_, half);
        const auto ledger = open();
        ASSERT_NE(ledger, nullptr);
        EXPECT_EQ(testing::bytes_of(segment(1)).find("Square"), std::string::npos);
        EXPECT_EQ(ledger->private_text(kAda).value(), "Ada Lovelace, St James's Square");
        EXPECT_EQ(payloads(*ledger).value(), written);
    }
}

// Parent and child of a test that lets a process die: see rocksdb_ledger_test.cpp.
class DyingSegments : public SegmentLedgerTest {
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

    static int append_until_failure(Ledger& ledger, int most) {
        int done = 0;
        while (done < most && append_one(ledger, 1, std::to_string(done) + kPadding)) {
            ++done;
        }
        return done;
    }
    // Files that cannot grow are as good as a broken disk. Exits 0 if the ledger behaved.
    [[noreturn]] void run_into_a_limit() {
        const auto opened =
            open_segment_ledger(options(), {.least = 65'536, .most = 65'536, .at_once = true});
        Ledger& ledger = **opened;
        rlimit limit{};
        ::getrlimit(RLIMIT_FSIZE, &limit);
        const rlim_t before = std::exchange(limit.rlim_cur, rlim_t{30'000});
        ::signal(SIGXFSZ, SIG_IGN);
        ::setrlimit(RLIMIT_FSIZE, &limit);
        const int done = append_until_failure(ledger, 1000);
        limit.rlim_cur = before;
        ::setrlimit(RLIMIT_FSIZE, &limit);
        const bool is_stopped = failed_with(append_one(ledger, 1, "x"), ErrorCode::outcome_unknown);
        const bool is_readable = payloads(ledger)->size() == static_cast<std::size_t>(done);
        std::ofstream(path_ + ".done") << done << std::flush;
        ::_exit(is_stopped && is_readable ? 0 : 1);
    }

    static constexpr const char* kVariable = "HOLDFAST_SEGMENTS_OF_DYING_CHILD";
    static inline const std::string kPadding = std::string(200, '.');
};

TEST_F(DyingSegments, EverythingAcknowledgedIsThereAfterwards) {
    EXPECT_EXIT(
        {
            const auto ledger = open();
            ::_exit(append_until_failure(*ledger, 50) == 50 ? 0 : 1);
        },
        ::testing::ExitedWithCode(0), "");
    const auto read = payloads(*open()).value();
    ASSERT_EQ(read.size(), 50U);
    EXPECT_EQ(read.back(), "49" + kPadding);
}

TEST_F(DyingSegments, AFailedWriteIsInDoubtAndSoIsEveryAppendAfterIt) {
    EXPECT_EXIT(run_into_a_limit(), ::testing::ExitedWithCode(0), "");
    const auto done = std::stoul(testing::bytes_of(path_ + ".done"));
    EXPECT_GT(done, 10U);
    EXPECT_EQ(payloads(*open())->size(), done);
}

}  // namespace
}  // namespace holdfast::ledger
