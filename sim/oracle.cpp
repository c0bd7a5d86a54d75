#include "sim/oracle.hpp"

#include <algorithm>
#include <utility>

#include "core/apply.hpp"
#include "ledger/format.hpp"
#include "model/event_codec.hpp"

namespace holdfast::sim {

using base::Result;
using model::ReservationChanged;
using model::Sequence;
using model::Verb;
using partition::Answer;
using partition::AnswerKind;

namespace {

std::string text_of(base::Digest128 key) {
    return std::to_string(key.high) + '.' + std::to_string(key.low);
}

std::string at(Sequence sequence) { return "at event " + std::to_string(sequence.value()) + ": "; }

bool equal(std::span<const std::byte> a, std::span<const std::byte> b) {
    return std::ranges::equal(a, b);
}

}  // namespace

// A reservation as it was, as far as the next event is judged by it.
struct Oracle::Before {
    bool exists = false;
    std::uint32_t version = 0;
    base::Time deadline{};
    model::ReservationState waiting{};
    model::LineQuantities units{};
};

void Oracle::found(std::string violation) {
    if (!violation_) {
        violation_ = std::move(violation);
    }
}

std::optional<Sequence> Oracle::effect_of(base::Digest128 key) const {
    const auto effect = effects_.find(text_of(key));
    return effect == effects_.end() ? std::nullopt : std::optional(Sequence(effect->second));
}

// -- following the ledger -------------------------------------------------------------------

void Oracle::read_ahead(ledger::Ledger& ledger, Sequence until) {
    const Sequence next(at_.value() + ahead_.size() + 1);
    if (next > until) {
        return;
    }
    const auto read =
        ledger.read_from(next, SIZE_MAX, [&](std::span<const std::byte> sealed) -> Result<void> {
            TRY(const auto batch, ledger::open_sealed(sealed));
            model::EventCursor cursor(batch.payload, batch.header.first);
            while (true) {
                TRY(const auto item, cursor.next());
                if (!item) {
                    return {};
                }
                if (item->sequence >= next) {
                    ahead_.push_back({.bytes = {item->bytes.begin(), item->bytes.end()},
                                      .time = batch.header.time});
                }
            }
        });
    if (!read) {
        found("the ledger cannot be read: " + read.error().message);
    }
}

void Oracle::advance(ledger::Ledger& ledger, Sequence until) {
    read_ahead(ledger, until);
    while (at_ < until && !violation_) {
        if (ahead_.empty()) {
            found(at(until) + "an answer rests on an event that is not durable");
            return;
        }
        Followed next = std::move(ahead_.front());
        ahead_.pop_front();
        at_ = Sequence(at_.value() + 1);
        const auto event = model::decode(next.bytes);
        if (!event) {
            found(at(at_) + event.error().message);
            return;
        }
        follow(*event, at_, next.time);
        newest_ = std::move(next.bytes);
    }
}

void Oracle::catch_up(ledger::Ledger& ledger) {
    const auto tail = ledger.tail();
    if (!tail) {
        found("the ledger has no tail: " + tail.error().message);
        return;
    }
    advance(ledger, tail->last);
}

void Oracle::follow(const model::Event& event, Sequence sequence, base::Time time) {
    const model::KeyUse* const key = model::key_of(event);
    if (!key->empty() && !std::holds_alternative<model::RefusalRecorded>(event) &&
        !effects_.emplace(text_of(key->key), sequence.value()).second) {
        found(at(sequence) + "a key has a second effect");
    }
    const auto* const changed = std::get_if<ReservationChanged>(&event);
    Before before;
    if (changed != nullptr) {
        if (const auto* const old = state_.find_reservation(changed->image.id)) {
            before = {.exists = true,
                      .version = old->version,
                      .deadline = base::time_from_ms(old->deadline_ms),
                      .waiting = old->waiting,
                      .units = state_.units_of(*old)};
        }
    }
    core::apply(state_, event, sequence, time);
    if (changed != nullptr) {
        judge_change(*changed, before, time);
        judge_offers(*changed);
    }
}

// -- events ---------------------------------------------------------------------------------

void Oracle::judge_change(const ReservationChanged& event, const Before& before, base::Time time) {
    const model::LineQuantities& was = before.units;
    const model::LineQuantities now = model::sum_lines(event.image.lines);
    const auto complain = [&](const char* what) {
        found(at(at_) + std::string(model::to_string(event.verb)) + ": " + what);
    };
    if (!now.balanced()) {
        complain("units are not conserved");
    }
    // A key may be recorded for a success that changes nothing.
    const bool unchanged = event.image.version == before.version && now == was;
    if (event.image.version != before.version + 1 && !unchanged) {
        complain("the version does not rise by one");
    }
    if (now.shipped < was.shipped || now.released < was.released || now.expired < was.expired ||
        now.closed_short < was.closed_short || now.returned < was.returned) {
        complain("units that left came back");
    }
    const bool by_timer = event.verb == Verb::expire || event.verb == Verb::time_out_payment;
    if (now.expired > was.expired && event.verb != Verb::expire) {
        complain("units expired without a timer");
    }
    if (by_timer && time < before.deadline) {
        complain("the deadline had not passed");
    }
    if (by_timer && (now.committed != was.committed || now.shipped != was.shipped)) {
        complain("a timer touched what was sold");
    }
    const bool has_deadline = before.waiting != model::ReservationState::review;
    if (event.verb == Verb::commit && before.exists && now.held < was.held && has_deadline &&
        time >= before.deadline) {
        complain("the deadline had passed");
    }
}

// New promises fit what the cell offers, by the plain sum.
void Oracle::judge_offers(const ReservationChanged& event) {
    if (event.verb != Verb::hold && event.verb != Verb::grant && event.verb != Verb::retake) {
        return;
    }
    for (const auto& line : event.image.lines) {
        const auto& rule = state_.class_of(line.sku);
        if (line.untracked || line.soft || line.units.held + line.units.committed == 0) {
            continue;
        }
        const auto& cell = state_.cells[state_.find_cell(line.sku, line.pool)].units;
        if (cell.on_hand - cell.unavailable - cell.held - cell.committed - cell.safety_stock +
                rule.backorder_max <
            0) {
            found(at(at_) + "oversold SKU " + std::to_string(line.sku.value()));
        }
    }
}

// -- answers --------------------------------------------------------------------------------

void Oracle::judge(ledger::Ledger& ledger, const model::Command& command, const Answer& answer) {
    if (violation_) {
        return;
    }
    const auto tail = ledger.tail();
    if (!tail || answer.sequence > tail->last) {
        found(at(answer.sequence) + "an answer was released before it was durable");
        return;
    }
    advance(ledger, answer.sequence);
    released_ = std::max(released_, answer.sequence);
    if (violation_) {
        return;
    }
    switch (answer.kind) {
        case AnswerKind::applied: judge_applied(command, answer); break;
        case AnswerKind::refused: judge_refused(command, answer); break;
        case AnswerKind::shown:
            if (command.operation == model::Operation::read_reservation) {
                judge_read(answer);
            }
            break;
        case AnswerKind::replayed: {
            const auto effect = effect_of(command.key.key);
            const core::KeyRecord* const record = state_.keys.find(command.key.key);
            const bool refusal = record != nullptr && record->refusal;
            if (refusal ? record->event != answer.sequence : effect != answer.sequence) {
                found(at(answer.sequence) + "a repetition was told something else");
            }
            break;
        }
    }
}

void Oracle::judge_applied(const model::Command& command, const Answer& answer) {
    if (at_ != answer.sequence || !equal(newest_, answer.event)) {
        found(at(answer.sequence) + "an answer is not what its event says");
    }
    if (!command.key.empty() && effect_of(command.key.key) != answer.sequence) {
        found(at(answer.sequence) + "an effect without its key");
    }
}

void Oracle::judge_refused(const model::Command& command, const Answer& answer) {
    using model::RefusalCode;
    const auto effect = effect_of(command.key.key);
    const core::KeyRecord* const record =
        command.key.empty() ? nullptr : state_.keys.find(command.key.key);
    const bool same_request = record != nullptr && record->is_of(command.key.fingerprint);
    // Whatever is refused before the core is asked is refused to repetitions too.
    const bool asked = answer.refusal.code != RefusalCode::storage_full &&
                       answer.refusal.code != RefusalCode::overloaded &&
                       answer.refusal.code != RefusalCode::draining;
    if (asked && effect && same_request) {
        found(at(*effect) + "a repetition was refused (" +
              std::string(model::entry_of(answer.refusal.code).slug) + ") though it had an effect");
    }
    if (answer.event.empty()) {
        return;
    }
    if (!equal(newest_, answer.event) || record == nullptr || record->event != answer.sequence) {
        found(at(answer.sequence) + "a refusal is not what was recorded");
    }
}

void Oracle::judge_read(const Answer& answer) {
    const auto event = model::decode(answer.event);
    const auto* const told = event ? std::get_if<ReservationChanged>(&*event) : nullptr;
    if (told == nullptr) {
        found(at(answer.sequence) + "a read shows no reservation");
        return;
    }
    const auto* const held = state_.find_reservation(told->image.id);
    ReservationChanged expected = *told;
    base::Buffer bytes;
    if (held != nullptr) {
        expected.image = state_.image_of(*held);
        model::encode(expected, bytes);
    }
    if (!equal(bytes, answer.event)) {
        found(at(answer.sequence) + "a read shows what was not so");
    }
}

void Oracle::judge_restart(ledger::Ledger& ledger, const core::State& recovered) {
    const auto tail = ledger.tail();
    if (!tail || tail->last < released_) {
        found("a crash lost what was answered, up to event " + std::to_string(released_.value()));
        return;
    }
    ahead_.clear();  // read again: nothing that was durable may have changed
    catch_up(ledger);
    if (!violation_ && recovered.hash != state_.hash) {
        found(at(at_) + "the recovered state is another one");
    }
}

}  // namespace holdfast::sim
