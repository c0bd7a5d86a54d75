#include "tests/explore/twin.hpp"

#include <algorithm>
#include <chrono>

#include "base/check.hpp"
#include "core/replay.hpp"
#include "core/snapshot.hpp"
#include "model/event_codec.hpp"
#include "tests/explore/command.hpp"

namespace holdfast::explore {

using namespace model;
using core::Execution;
using core::Outcome;
using core::testing::Answer;
using core::testing::Ask;

namespace {

constexpr std::uint32_t kExpiryBudget = 4'096;
constexpr std::uint32_t kRefusalsMax = 6;
constexpr std::uint32_t kRefusalsPerSecond = 2;

std::unique_ptr<core::State> restored(const core::State& state) {
    core::SnapshotReader reader;
    const auto written = core::write_snapshot(
        state, [&](std::span<const std::byte> chunk) { return reader.add(chunk); });
    auto out = reader.finish();
    CHECK(written && out, "a snapshot does not come back");
    CHECK((*out)->hash == state.hash && (*out)->totals == state.totals,
          "a snapshot comes back as another state");
    return std::move(*out);
}

std::vector<Event> decoded(std::span<const std::byte> payload, Sequence first) {
    std::vector<Event> out;
    EventCursor cursor(payload, first);
    while (true) {
        const auto item = cursor.next();
        CHECK(item.has_value(), "the machine wrote what cannot be read");
        if (!item->has_value()) {
            return out;
        }
        auto event = decode((*item)->bytes);
        CHECK(event.has_value(), "the machine wrote what cannot be read");
        out.push_back(std::move(*event));
    }
}

std::string told(const std::string& what, auto machine, auto naive) {
    return what + ": machine " + std::to_string(machine) + ", model " + std::to_string(naive);
}

}  // namespace

Twin::Twin() : machine_(*state_), now_(kStart) {
    model_.refusals_max = kRefusalsMax;
    model_.refusals_per_second = kRefusalsPerSecond;
    model_.policies[0].settings.ttl = -1;  // the machine's own; the first that is put is another
    append(LedgerCreated{.ledger_id = {.high = 1, .low = 2}, .id_key = {.high = 3, .low = 4}});
    append(TenantRegistered{.tenant = TenantId{0},
                            .recorded_refusals_max = kRefusalsMax,
                            .recorded_refusals_per_second = kRefusalsPerSecond,
                            .tombstones_max = 1'000,
                            .name = "default"});
    append(ClassDefined{.tenant = TenantId{0}, .sku_class = default_class(), .key = {}});
}

Twin::Twin(const Twin& other)
    : state_(restored(*other.state_)),
      machine_(*state_),
      model_(other.model_),
      shelf_(other.shelf_),
      next_(other.next_),
      now_(other.now_),
      batches_(other.batches_),
      ids_(other.ids_),
      answers_(other.answers_),
      keys_(other.keys_) {}

// -- acting -----------------------------------------------------------------------------------

core::OpenBatch Twin::open() {
    payload_.clear();
    touched_.clear();
    names_.clear();
    return {.payload = payload_, .next = next_, .time = now_, .touched = touched_, .names = names_};
}

void Twin::append(const Event& event) {
    core::OpenBatch batch = open();
    machine_->append(event, batch);
    close(batch);
}

void Twin::close(const core::OpenBatch& batch) {
    events_.clear();
    if (batch.count == 0) {
        return;
    }
    batches_.push_back(
        {.first = next_, .time = now_, .payload = std::make_shared<base::Buffer>(payload_)});
    events_ = decoded(*batches_.back().payload, next_);
    tell_shelf(batches_.back());
    next_ = batch.next;
}

void Twin::tell_shelf(const Batch& batch) {
    EventCursor cursor(*batch.payload, batch.first);
    for (std::size_t i = 0; i < events_.size(); ++i) {
        const auto item = cursor.next();
        const auto& bytes = (*item)->bytes;
        shelf_.note(events_[i], (*item)->sequence,
                    std::make_shared<base::Buffer>(bytes.begin(), bytes.end()));
    }
}

std::string Twin::take(const Action& action) {
    switch (action.kind) {
        case Action::Kind::ask: return ask(action.asked);
        case Action::Kind::second:
            now_ += std::chrono::seconds(1);
            model_.wait(1);
            return {};
        case Action::Kind::sweep: return sweep();
        case Action::Kind::forget: forget(); return {};
    }
    UNREACHABLE();
}

std::string Twin::sweep() {
    core::OpenBatch batch = open();
    machine_->expire_due(batch, kExpiryBudget);
    close(batch);
    return note_grants(0, UINT64_MAX);
}

void Twin::forget() {
    const std::uint64_t before = state_->hash;
    shelf_.empty_into_archive(*state_);
    CHECK(state_->hash == before, "forgetting changed the state");
}

std::string Twin::ask(const Ask& asked) {
    const Command command = command_of(asked, [this](std::size_t n) { return id_of(n); });
    if (!command.key.empty()) {
        keys_.insert(command.key.key);
    }
    if (const auto* const create = std::get_if<CreateReservation>(&command.request)) {
        keys_.insert(create->reference.digest);
    }
    if (const auto* const release = std::get_if<ReleaseByName>(&command.request)) {
        keys_.insert(asked.by_key ? release->create_key : release->reference.digest);
    }
    shelf_.thaw_for(*state_, command);
    core::OpenBatch batch = open();
    const Execution execution = machine_->execute(command, batch, kExpiryBudget);
    const base::Buffer reply(execution.reply.begin(), execution.reply.end());
    Execution kept = execution;
    kept.reply = reply;
    close(batch);
    return answer(asked, kept);
}

// -- comparing answers ------------------------------------------------------------------------

std::string Twin::answer(const Ask& asked, const Execution& execution) {
    if (execution.outcome == Outcome::expire_first || execution.outcome == Outcome::grant_first) {
        return "undecided within a budget that is enough";
    }
    const bool has_event = execution.outcome == Outcome::applied;
    // Grants beside an answer that has no event came before or after it: nobody can see.
    const bool either = !has_event && any_grant();
    std::optional<core::testing::NaiveModel> before;
    if (either) {
        before = model_;
    }
    const std::uint64_t at = has_event ? execution.sequence.value() : UINT64_MAX;
    const auto ids = ids_;
    std::string out = note_grants(0, at);
    out = out.empty() ? compare(asked, model_.ask(asked, answers_.size()), execution) : out;
    if (either && !out.empty()) {
        model_ = *before;
        ids_ = ids;
        out = compare(asked, model_.ask(asked, answers_.size()), execution);
        out = out.empty() ? note_grants(0, UINT64_MAX) : out;
    } else if (out.empty()) {
        out = note_grants(at, UINT64_MAX);
    }
    answers_.push_back(execution.sequence);
    return out;
}

std::string Twin::compare(const Ask& asked, const Answer& answer, const Execution& execution) {
    const auto code =
        execution.outcome == Outcome::refused ? execution.refusal.code : RefusalCode::none;
    if (code != answer.code) {
        return "machine " + std::string(entry_of(code).slug) + ", model " +
               std::string(entry_of(answer.code).slug);
    }
    if (code == RefusalCode::none) {
        return compare_success(asked, answer, execution);
    }
    if (execution.refusal.recorded != answer.recorded) {
        return told("recorded", execution.refusal.recorded, answer.recorded);
    }
    if (answer.lines) {
        const bool same = std::ranges::equal(
            execution.refusal.lines, *answer.lines, [](const auto& a, const auto& b) {
                return a.line == b.line && a.requested == b.requested && a.sellable == b.sellable;
            });
        return same ? "" : "other lines fail";
    }
    return {};
}

std::string Twin::compare_success(const Ask& asked, const Answer& answer,
                                  const Execution& execution) {
    if (answer.replayed != (execution.outcome == Outcome::replayed)) {
        return told("replayed", !answer.replayed, answer.replayed);
    }
    if (answer.replayed) {
        // What an event says is in the ledger for ever: the same event is the same answer.
        const Sequence first = answers_.at(answer.attempt);
        return execution.sequence == first
                   ? ""
                   : told("another answer is repeated", execution.sequence.value(), first.value());
    }
    const bool shown = asked.cart.dry_run || (!answer.changes && asked.key().empty());
    if (!answer.changes_or_not && shown != (execution.outcome == Outcome::shown)) {
        return told("changes nothing", !shown, shown);
    }
    const auto event = decode(execution.reply);
    if (!event) {
        return "the reply cannot be read";
    }
    if (std::holds_alternative<FactParked>(*event) != answer.parked) {
        return told("parked", !answer.parked, answer.parked);
    }
    if (answer.shows) {
        const auto id = std::get<ReservationChanged>(*event).image.id;
        if (*answer.shows == ids_.size()) {
            ids_.push_back(id);
        }
        if (id != id_of(*answer.shows)) {
            return told("reservation shown", number_of(id), *answer.shows);
        }
    }
    return {};
}

std::string Twin::note_grants(std::uint64_t from, std::uint64_t to) {
    std::uint64_t at = next_.value() - events_.size();
    for (const Event& event : events_) {
        const auto* const changed = std::get_if<ReservationChanged>(&event);
        const bool inside = from <= at && at < to;
        ++at;
        if (changed == nullptr || changed->verb != Verb::grant || !inside) {
            continue;
        }
        const std::size_t number = number_of(changed->image.id);
        if (number == ids_.size() || !model_.grant(number)) {
            return "reservation " + std::to_string(number) + " was granted out of turn";
        }
    }
    return {};
}

bool Twin::any_grant() const {
    return std::ranges::any_of(events_, [](const Event& event) {
        const auto* const changed = std::get_if<ReservationChanged>(&event);
        return changed != nullptr && changed->verb == Verb::grant;
    });
}

// -- names ------------------------------------------------------------------------------------

ReservationId Twin::id_of(std::size_t number) const {
    return number < ids_.size() ? ids_[number] : ReservationId(UINT32_MAX);
}

std::size_t Twin::number_of(ReservationId id) const {
    return static_cast<std::size_t>(std::ranges::find(ids_, id) - ids_.begin());
}

ReservationImage Twin::image(std::size_t number) const {
    const auto* const found = state_->find_reservation(ids_[number]);
    const auto resting = found == nullptr ? shelf_.image(ids_[number]) : std::nullopt;
    CHECK(found != nullptr || resting, "a reservation is neither in memory nor on the shelf");
    return found != nullptr ? state_->image_of(*found) : *resting;
}

}  // namespace holdfast::explore
