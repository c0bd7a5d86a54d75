// How long until the first answer: a checkpoint with `live` holds and `tail` events after it; and how
// fast the whole ledger replays from nothing.
#include "base/bounded_queue.hpp"
#include "base/check.hpp"
#include "bench/service/json.hpp"
#include "bench/service/modes.hpp"
#include "bench/service/workshop.hpp"
#include "core/replay.hpp"
#include "ledger/feed.hpp"

namespace holdfast::bench {
namespace {

using std::chrono::steady_clock;

constexpr double kCheckpointLimit = 300;

double seconds_since(steady_clock::time_point begin) {
    return std::chrono::duration<double>(steady_clock::now() - begin).count();
}

std::uint64_t newest_checkpoint(ledger::Ledger& ledger) {
    const auto at = ledger.read_newest_checkpoint(
        [](std::span<const std::byte>) { return base::Result<void>{}; });
    CHECK(at.has_value());
    return at->has_value() ? (*at)->value() : 0;
}

}  // namespace

int run_prepare(const ServiceSettings& given) {
    ServiceSettings settings = given;
    // The only checkpoint falls behind the live holds; the next would come after the end.
    settings.checkpoint_every = settings.skus + settings.live + settings.tail;
    Workshop shop(settings);
    shop.stock();
    shop.hold_live(settings.live);
    auto& writer = shop.host.writer();
    const auto decided = [&] { return writer.figures().decided.value(); };
    const auto go_to = [&](std::uint64_t position) {
        shop.producer.run([&] { return decided() < position; }, [&] { return shop.next(); },
                          [&](const Slot& slot) { shop.look(slot); });
    };
    go_to(settings.checkpoint_every + 10'000);
    // The replayer checkpoints at idle priority: give it the machine.
    std::uint64_t checkpoint = 0;
    const auto begin = steady_clock::now();
    base::BoundedQueue<int> pause(1);
    while (checkpoint == 0 && seconds_since(begin) < kCheckpointLimit) {
        static_cast<void>(pause.wait_for_work(std::chrono::milliseconds(200)));
        checkpoint = newest_checkpoint(shop.host.parts().ledger());
    }
    CHECK(checkpoint != 0);
    go_to(checkpoint + settings.tail);
    Json json;
    json.number("checkpoint", static_cast<double>(checkpoint));
    json.number("events", static_cast<double>(decided()));
    json.flag("audit", shop.audit());
    json.print();
    end_at_once();
}

int run_recovery(const ServiceSettings& settings) {
    const auto opening = steady_clock::now();
    Host host({.ledger = settings.ledger, .checkpoint_every = settings.checkpoint_every});
    const double opened = seconds_since(opening);
    const auto last = host.writer().figures().decided.value();
    const auto live = host.writer().figures().live_holds;
    Commands commands(settings.skus, 43);
    Producer producer(host.writer(), 1);
    bool asked = false;
    producer.run([&] { return !std::exchange(asked, true); },
                 [&] { return commands.hold(3'600); },
                 [](const Slot& slot) {
                     CHECK(slot.answer.kind == partition::AnswerKind::applied);
                 });
    const double answered = seconds_since(opening);

    auto& ledger = host.parts().ledger();
    const auto tail = ledger.tail();
    const auto replaying = steady_clock::now();
    core::State state;
    ledger::Feed feed(ledger, model::Sequence(0));
    while (feed.next_batches(64, [&](const ledger::Batch& batch) {
               return core::replay(state, batch.payload, batch.header.first, batch.header.time);
           }).value_or(0) != 0) {
    }
    const std::uint64_t events = feed.position().value();
    CHECK(events >= last);
    const double replayed = seconds_since(replaying);
    Json json;
    json.number("events", static_cast<double>(last));
    json.number("live", static_cast<double>(live));
    json.number("open_seconds", opened);
    json.number("first_answer_seconds", answered);
    json.number("replayed_events", static_cast<double>(events));
    json.number("replay_per_second", static_cast<double>(events) / replayed);
    json.number("ledger_bytes", static_cast<double>(tail->bytes));
    json.print();
    end_at_once();
}

}  // namespace holdfast::bench
