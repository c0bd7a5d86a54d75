// Power cuts in the middle of an append, as every legal state of the disk afterwards.
//
// What was synced is there. Of what was not, any sector may have been written, or not, in any
// order: of the segment (or of the next one, which the append begins) and of the tail mark, which
// is synced rarely. The mark of an append is written after its sync, so it can only be on the disk
// if all of the append is.

#include <set>

#include "base/prng.hpp"
#include "ledger/damage_testing.hpp"
#include "ledger/segment_format.hpp"
#include "ledger/segment_ledger.hpp"
#include "ledger/tail_mark.hpp"

namespace holdfast::ledger {
namespace {

using testing::append_one;
using testing::Content;
using testing::content_of;
using testing::Image;
using testing::image_of;
using testing::succeeded;
using testing::write_image;

constexpr std::size_t kSector = 512;
constexpr std::string_view kBabbage = "Charles Babbage, Dorset Street";

struct Life {
    SegmentSizes sizes;
    std::vector<Image> durable;  // after each append
    std::vector<Content> content;
};

base::Result<std::unique_ptr<Ledger>> open(const std::string& path, const SegmentSizes& sizes) {
    return open_segment_ledger(
        {.path = path, .partition = testing::kPartition, .create_if_missing = true}, sizes);
}

// Where the newest batch begins.
RecordPlace newest_place(const Image& image) {
    const testing::TemporaryDirectory directory(testing::fast_directory());
    write_image(directory.path(), image);
    return TailMark::open(directory / "tail", PosixFile::Mode::read)->newest().place;
}

// Some appends, the last of them with texts, and the disk after each as if all were synced.
Life live(const SegmentSizes& sizes, const std::vector<std::size_t>& batches) {
    const testing::TemporaryDirectory directory(testing::fast_directory());
    const std::string path = directory / "ledger";
    Life life{.sizes = sizes, .durable = {}, .content = {}};
    const auto ledger = open(path, sizes);
    EXPECT_TRUE(succeeded(ledger));
    for (std::size_t at = 0; at < batches.size(); ++at) {
        std::vector<PrivateText> texts;
        if (at + 1 == batches.size()) {
            texts.push_back({testing::kBob, kBabbage});
        }
        const std::string payload(batches[at], static_cast<char>('a' + at));
        EXPECT_TRUE(succeeded(append_one(**ledger, 1, payload, texts)));
        life.durable.push_back(image_of(path));
        life.content.push_back(content_of(**ledger).value());
    }
    return life;
}

// For a sector of a file: whether the new content reached the disk.
using Chosen = std::function<bool(const std::string& name, std::size_t sector)>;

std::string mix(const std::string& old_bytes, const std::string& new_bytes,
                const std::function<bool(std::size_t)>& chosen) {
    std::string mixed = old_bytes;
    mixed.resize(std::max(old_bytes.size(), new_bytes.size()), '\0');
    std::size_t size = old_bytes.size();
    for (std::size_t at = 0; at < new_bytes.size(); at += kSector) {
        if (chosen(at / kSector)) {
            const std::size_t length = std::min(kSector, new_bytes.size() - at);
            mixed.replace(at, length, new_bytes, at, length);
            size = std::max(size, at + length);
        }
    }
    mixed.resize(size);
    return mixed;
}

// The disk after a power cut in the last append of a life.
Image cut(const Image& before, const Image& after, const Chosen& chosen) {
    Image image = before;
    for (const auto& [name, bytes] : after) {
        const auto old = before.find(name);
        const std::string was = old == before.end() ? "" : old->second;
        if (name.find(".segment") != std::string::npos) {
            image[name] = mix(was, bytes, [&](std::size_t sector) { return chosen(name, sector); });
        }
    }
    return image;
}

// What is left serves what was there before the append, or all of it, and goes on.
void expect_recovery(const Life& life, const Image& image) {
    const testing::TemporaryDirectory directory(testing::fast_directory());
    const std::string path = directory / "ledger";
    write_image(path, image);
    Content before = life.content[life.content.size() - 2];
    Content after = life.content.back();
    auto ledger = open(path, life.sizes);
    ASSERT_TRUE(succeeded(ledger));
    const auto seen = content_of(**ledger);
    ASSERT_TRUE(succeeded(seen));
    before.epoch = after.epoch = seen->epoch;
    EXPECT_TRUE(*seen == before || *seen == after) << "neither the one nor the other";
    EXPECT_EQ(seen->epoch, life.content.back().epoch + 1);
    if (*seen == before) {
        EXPECT_FALSE(testing::holds(image_of(path), "Babbage")) << "a text that never came";
    }
    ASSERT_TRUE(succeeded(append_one(**ledger, 1, "goes on")));
    ledger->reset();
    ledger = open(path, life.sizes);
    ASSERT_TRUE(succeeded(ledger));
    auto expected = seen->payloads;
    expected.emplace_back("goes on");
    EXPECT_EQ(testing::payloads(**ledger).value(), expected);
}

std::size_t changed_sectors(const Life& life) {
    std::size_t changed = 0;
    const Image& before = life.durable[life.durable.size() - 2];
    for (const auto& [name, bytes] : life.durable.back()) {
        if (name.find(".segment") != std::string::npos) {
            changed = std::max(changed, bytes.size() / kSector + 1);
        }
    }
    EXPECT_FALSE(before.empty());
    return changed;
}

void expect_all_power_cuts(const Life& life) {
    std::set<Image> tried;
    const auto expect_once = [&](Image image) {
        if (tried.insert(image).second) {
            expect_recovery(life, image);
        }
    };
    const Image& before = life.durable[life.durable.size() - 2];
    const Image& after = life.durable.back();
    const std::size_t sectors = changed_sectors(life);
    for (std::size_t k = 0; k <= sectors; ++k) {
        for (const int how : {0, 1, 2, 3}) {
            const auto chosen = [&](const std::string&, std::size_t sector) {
                switch (how) {
                    case 0: return sector < k;    // written up to there
                    case 1: return sector >= k;   // written from there: reordered
                    case 2: return sector != k;   // one is missing
                    default: return sector == k;  // one is all there is
                }
            };
            expect_once(cut(before, after, chosen));
        }
    }
    base::Prng dice(20261121);
    for (int round = 0; round < 40; ++round) {
        const auto share = dice.below(100);
        const auto chosen = [&](const std::string&, std::size_t) {
            return dice.below(100) < share;
        };
        expect_once(cut(before, after, chosen));
    }
    EXPECT_GT(tried.size(), 20U);
}

TEST(SegmentTorn, AnAppendThatWasCutOffIsAllThereOrNotAtAll) {
    expect_all_power_cuts(live({.least = 8192, .most = 8192, .at_once = true}, {700, 100, 2000}));
}

TEST(SegmentTorn, SoIsOneThatBeginsASegment) {
    const Life life = live({.least = 6144, .most = 6144, .at_once = true}, {1500, 1500});
    ASSERT_TRUE(life.durable.back().contains("segments/00000000000000000002.segment"));
    ASSERT_EQ(newest_place(life.durable.back()).segment, 2U);
    expect_all_power_cuts(life);
}

TEST(SegmentTorn, SoIsOneThatMakesItsFileGrow) {
    expect_all_power_cuts(live({.least = 1 << 20, .most = 1 << 20}, {300, 3000}));
}

TEST(SegmentTorn, GarbageInsteadOfSectorsIsNotTakenForABatch) {
    const Life life = live({.least = 8192, .most = 8192, .at_once = true}, {700, 100, 2000});
    base::Prng dice(3);
    for (int round = 0; round < 30; ++round) {
        Image image = life.durable[1];
        std::string& segment = image["segments/00000000000000000001.segment"];
        const std::string& full = life.durable[2].at("segments/00000000000000000001.segment");
        segment.resize(std::max(segment.size(), full.size()));
        const auto old_end = segment.find_last_not_of('\0') / 8 * 8 + 8;
        for (std::size_t at = old_end; at < full.size(); ++at) {
            segment[at] = static_cast<char>(dice.below(256));
        }
        expect_recovery(life, image);
    }
}

// The mark is older than the ledger after a power cut; everything synced is found all the same.
TEST(SegmentTorn, AnOldMarkLosesNothing) {
    const Life life =
        live({.least = 6144, .most = 6144, .at_once = true}, {1500, 400, 2500, 100, 2000});
    for (std::size_t old = 0; old + 1 < life.durable.size(); ++old) {
        Image image = life.durable.back();
        image["tail"] = life.durable[old].at("tail");
        const testing::TemporaryDirectory directory(testing::fast_directory());
        const std::string path = directory / "ledger";
        write_image(path, image);
        const auto ledger = open(path, life.sizes);
        ASSERT_TRUE(succeeded(ledger));
        EXPECT_EQ(testing::payloads(**ledger).value(), life.content.back().payloads);
    }
}

// Behind an old mark, too, a batch that whole ones follow was durable: its damage is refused. Only
// what reaches into the newest one, too, cannot be told from a power cut.
void expect_damage_is_refused(const SegmentSizes& sizes) {
    const Life life = live(sizes, {1500, 400, 2500, 1100, 2000});
    const Image& whole = life.durable.back();
    const RecordPlace newest = newest_place(whole);
    // The append of a segment's first batch writes the header, too.
    const std::size_t begin = newest.offset == kSegmentHeaderBytes ? 0 : newest.offset;
    std::uint64_t refused = 0;
    for (const auto& [name, bytes] : whole) {
        const auto number = name.find(std::to_string(newest.segment) + ".segment");
        for (std::size_t at = 0; at + kSector <= bytes.size(); at += kSector) {
            Image image = whole;
            image["tail"] = life.durable[0].at("tail");
            image[name].replace(at, kSector, kSector, '\0');
            const bool may_be_cut = number != std::string::npos && at + kSector > begin;
            if (name.find(".segment") == std::string::npos || image[name] == bytes || may_be_cut) {
                continue;
            }
            const testing::TemporaryDirectory directory(testing::fast_directory());
            const std::string path = directory / "ledger";
            write_image(path, image);
            const auto ledger = open(path, life.sizes);
            const auto seen =
                ledger ? testing::payloads(**ledger) : std::unexpected(base::Error{ledger.error()});
            EXPECT_TRUE(!seen || *seen == life.content.back().payloads)
                << name << " byte " << at << ", " << (seen ? seen->size() : 0);
            refused += ledger ? 0 : 1;
        }
    }
    EXPECT_GE(refused, 7U);
}

TEST(SegmentTorn, DamageBehindAnOldMarkIsNotTakenForAPowerCut) {
    expect_damage_is_refused({.least = 6144, .most = 6144, .at_once = true});
    expect_damage_is_refused({.least = 16384, .most = 16384, .at_once = true});
}

}  // namespace
}  // namespace holdfast::ledger
