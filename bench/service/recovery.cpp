// How long until the first answer: a checkpoint with `live` holds and `tail` events after it,
// behind a ledger of `before` events more; and how fast the whole ledger replays from nothing.
#include "app/recovery_ahead.hpp"
#include "base/check.hpp"
#include "bench/service/json.hpp"
#include "bench/service/modes.hpp"
#include "bench/service/workshop.hpp"
#include "core/replay.hpp"
#include "ledger/feed.hpp"

namespace holdfast::bench {
namespace {

using std::chrono::steady_clock;

// One after the other: setting what is set already would write nothing.
constexpr std::int64_t kSafetyValues = 1'000;

double seconds_since(steady_clock::time_point begin) {
    return std::chrono::duration<double>(steady_clock::now() - begin).count();
}

// From nothing to the ledger's end.
void replay_all(ledger::Ledger& ledger, std::uint64_t last, Json& json) {
    const auto replaying = steady_clock::now();
    core::State state;
    std::uint64_t events = 0;
    app::FeedAhead feed(ledger, model::Sequence(0));
    while (feed.next_batches(64,
                             [&](const ledger::Batch& batch) {
                                 events = batch.last().value();
                                 return core::replay(state, batch.payload, batch.header.first,
                                                     batch.header.time);
                             })
               .value_or(0) != 0) {
    }
    CHECK(events >= last);
    json.number("replayed_events", static_cast<double>(events));
    json.number("replay_per_second", static_cast<double>(events) / seconds_since(replaying));
}

}  // namespace

int run_prepare(const ServiceSettings& settings) {
    LeanHost host(settings.ledger);
    Workshop shop(host, settings);
    const auto decided = [&] { return host.writer().figures().decided.value(); };
    shop.stock();
    std::int64_t given = 0;
    shop.producer.run([&] { return decided() < settings.before; },
                      [&] { return shop.commands.set_safety(++given % kSafetyValues); },
                      [](const Slot&) {});
    shop.hold_live(settings.live);
    const auto checkpoint = host.checkpoint().value();
    shop.producer.run([&] { return decided() < checkpoint + settings.tail; },
                      [&] { return shop.next(); }, [&](const Slot& slot) { shop.look(slot); });
    Json json;
    json.number("checkpoint", static_cast<double>(checkpoint));
    json.number("events", static_cast<double>(decided()));
    json.flag("audit", shop.audit());
    json.print();
    end_at_once();
}

int run_recovery(const ServiceSettings& settings) {
    const auto opening = steady_clock::now();
    LeanHost host(settings.ledger);
    const double opened = seconds_since(opening);
    const auto last = host.writer().figures().decided.value();
    const auto live = host.writer().figures().live_holds;
    Commands commands(settings.skus, 43);
    Producer producer(host.writer(), 1);
    bool asked = false;
    producer.run(
        [&] { return !std::exchange(asked, true); }, [&] { return commands.hold(3'600); },
        [](const Slot& slot) { CHECK(slot.answer.kind == partition::AnswerKind::applied); });
    const double answered = seconds_since(opening);

    Json json;
    json.number("events", static_cast<double>(last));
    json.number("live", static_cast<double>(live));
    json.number("open_seconds", opened);
    json.number("first_answer_seconds", answered);
    json.number("ledger_bytes", static_cast<double>(host.ledger().tail()->bytes));
    if (settings.replay) {
        replay_all(host.ledger(), last, json);
    }
    json.print();
    end_at_once();
}

}  // namespace holdfast::bench
