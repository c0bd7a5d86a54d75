// What the archive says is checked against the ledger; what is hot is not archived.
#include "partition/archive_lookup.hpp"

#include <algorithm>

#include "partition/archiver.hpp"
#include "partition/lookups.hpp"
#include "partition/testing.hpp"

namespace holdfast::partition {
namespace {

using namespace std::chrono_literals;
using model::ReservationId;
using model::Sequence;
using testing::Bench;
using testing::hold;
using testing::receipt;

TEST(ArchiveLookup, ARowThatNamesAnothersEventIsDamage) {
    Bench bench;
    bench.ask(receipt("A", 5, "r"));
    const auto asked = bench.ask(hold("A", 1, "h"));
    const auto image = asked->image();
    core::State state;
    FoundRest found{.rest = {.id = ReservationId(image.id.value() + 1),
                             .version = image.version,
                             .since = asked->answer.sequence},
                    .event = asked->answer.event};
    const auto other_id = put_back(state, found);
    ASSERT_FALSE(other_id.has_value());
    EXPECT_EQ(other_id.error().code, base::ErrorCode::corrupted);
    found.rest = {.id = image.id, .version = image.version + 1, .since = found.rest.since};
    const auto other_version = put_back(state, found);
    ASSERT_FALSE(other_version.has_value());
    EXPECT_EQ(other_version.error().code, base::ErrorCode::corrupted);
}

// Found by the thread that reads, before the writer sees anything of it.
TEST(Lookups, CallAnArchiveDamagedThatNamesWhatIsNotThere) {
    Bench bench;
    bench.ask(receipt("A", 5, "r"));
    const auto asked = bench.ask(hold("A", 1, "h"));
    for (const Sequence named : {Sequence(1), Sequence(1'000'000)}) {
        const auto archive = make_memory_archive();
        ArchiveRows rows;
        rows.rests.push_back({.id = asked->image().id, .version = 1, .since = named});
        ASSERT_TRUE(archive->add(rows, asked->answer.sequence).has_value());
        Lookups lookups(*archive, *bench.ledger);
        Lookup lookup;
        lookup.missing.add(asked->image().id);
        lookups.ask(lookup);
        const auto stepped = lookups.step();
        ASSERT_FALSE(stepped.has_value());
        EXPECT_EQ(stepped.error().code, base::ErrorCode::corrupted);
    }
}

TEST(Archiver, LeavesTheHotWindowAlone) {
    Bench bench;
    for (int i = 0; i < 10; ++i) {
        bench.ask(receipt("A", 1, "r" + std::to_string(i)));
    }
    const auto archive = make_memory_archive();
    Archiver archiver(*bench.ledger, *archive, {.hot_events = 4, .hot_for = 1h, .filter = false});
    while (archiver.step(bench.clock.now().wall).value()) {
    }
    // Each batch is one event: the newest four are hot.
    EXPECT_EQ(archive->position().value(), bench.ledger->tail()->last.value() - 4);
    bench.clock.advance(2h);
    while (archiver.step(bench.clock.now().wall).value()) {
    }
    EXPECT_EQ(archive->position(), bench.ledger->tail()->last);
}

// It needs nothing of lists that it was offered in an earlier life, but the filter is made anew.
TEST(Archiver, TellsEveryChangeOfTheFilterToAStateThatForgotFurther) {
    Bench bench;
    const auto archive = make_memory_archive();
    Archiver archiver(*bench.ledger, *archive, {.hot_events = 0, .hot_for = 0s});
    LeavingQueue queue;
    archiver.offer_to(queue, model::Sequence(1'000'000));
    ArchiveFilter filter;
    std::vector<base::Digest128> keys;
    // All in one part, more than it has room for at first: it is made again while they come.
    for (std::uint64_t key = 0; key < 2'000; ++key) {
        auto command = receipt("A", 1, "r");
        keys.push_back({.high = key, .low = key * 0x9e3779b97f4a7c15});
        command.key.key = keys.back();
        bench.ask(std::move(command));
        if (key % 500 == 499) {
            while (archiver.step(bench.clock.now().wall).value()) {
            }
            while (const auto list = queue.pop(model::Sequence(UINT64_MAX))) {
                std::ranges::for_each(list->filter, [&](const auto& each) { filter.use(each); });
            }
        }
    }
    EXPECT_TRUE(std::ranges::all_of(keys, [&](auto key) { return filter.maybe(key); }));
}

}  // namespace
}  // namespace holdfast::partition
