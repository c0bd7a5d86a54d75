#include "audit/promises.hpp"

#include <algorithm>
#include <utility>

#include "audit/promises_change.hpp"

namespace holdfast::audit {

using namespace model;

namespace {

std::string reservation_name(ReservationId id) {
    return "reservation " + std::to_string(id.value());
}

}  // namespace

std::uint32_t Promises::find(ReservationId id) const {
    const std::uint64_t at = id.value();
    return at < by_sequence_.size() ? by_sequence_[at] - 1 : kNone;
}

void Promises::prefetch_place(ReservationId id) const {
    if (id.value() < by_sequence_.size()) {
        __builtin_prefetch(&by_sequence_[id.value()]);
    }
}

void Promises::prefetch_record(ReservationId id) const {
    if (const std::uint32_t known = find(id); known != kNone) {
        __builtin_prefetch(&records_[known]);
    }
}

void Promises::prefetch_line(ReservationId id) const {
    const std::uint32_t known = find(id);
    if (known != kNone && records_[known].first_line != kNone) {
        const LineRecord& line = lines_[records_[known].first_line];
        __builtin_prefetch(&line);
        __builtin_prefetch(reinterpret_cast<const std::byte*>(&line + 1) - 1);
    }
}

LineQuantities Promises::units_of(const ReservationRecord& record) const {
    LineQuantities out;
    for (std::uint32_t i = record.first_line; i != kNone; i = lines_[i].next) {
        out += lines_[i].units;
    }
    return out;
}

ReservationState Promises::state_of(const ReservationRecord& record) const {
    const LineQuantities units = units_of(record);
    if (units.held > 0 || record.waiting == ReservationState::queued) {
        return record.waiting;
    }
    return units.committed > 0      ? ReservationState::committed
           : units.shipped > 0      ? ReservationState::fulfilled
           : units.closed_short > 0 ? ReservationState::reconciled
                                    : record.ended_as;
}

bool Promises::is_open(const ReservationRecord& record) const {
    return record.waiting == ReservationState::queued || units_of(record).held > 0;
}

bool Promises::knows_names(const ReservationImage& image, Sequence at) {
    return std::ranges::all_of(image.lines, [&](const LineImage& line) {
        return line.pool == kAnyPool ? parts_.policies.knows(image.tenant, line.sku, at)
                                     : parts_.policies.knows(image.tenant, line.sku, line.pool, at);
    });
}

bool Promises::match(const ReservationRecord& record, const ReservationImage& image,
                     std::vector<std::uint32_t>& out) const {
    out.clear();
    std::uint32_t known = record.first_line;
    for (const LineImage& entry : image.lines) {
        const LineRecord* const line = known == kNone ? nullptr : &lines_[known];
        const bool fits = line != nullptr && line->sku == entry.sku &&
                          line->continues == entry.continues &&
                          line->untracked == entry.untracked &&
                          (line->cell == kNone || parts_.figures[line->cell].pool == entry.pool);
        out.push_back(fits ? known : kNone);
        known = fits ? line->next : known;
    }
    return known == kNone;
}

bool Promises::same(const ReservationRecord& record, const ReservationImage& image) const {
    std::vector<std::uint32_t> matched;
    if (!match(record, image, matched) || record.version != image.version ||
        record.waiting != image.waiting || record.ended_as != image.ended_as ||
        record.deadline_ms != base::to_ms(image.expires_at)) {
        return false;
    }
    for (std::size_t i = 0; i < matched.size(); ++i) {
        if (matched[i] == kNone || !(lines_[matched[i]].units == image.lines[i].units)) {
            return false;
        }
    }
    return true;
}

void Promises::fold(const ReservationChanged& event, Sequence at, base::Time time) {
    parts_.findings.looked(Check::states);
    if (!knows_names(event.image, at)) {
        return;
    }
    const std::uint32_t known = find(event.image.id);
    Change change{.event = event, .at = at, .time = time};
    if (known == kNone) {
        create(change);
        return;
    }
    change.record = &records_[known];
    if (change.record->tenant != event.image.tenant) {
        parts_.findings.found(Check::names, at,
                              reservation_name(event.image.id) + " changes its tenant");
    } else if (event.image.version == change.record->version) {
        repeat(change);
    } else {
        proceed(change);
    }
}

void Promises::create(const Change& change) {
    Findings& findings = parts_.findings;
    const ReservationImage& image = change.event.image;
    if (auto wrong = wrong_birth(change); !wrong.empty()) {
        findings.found(Check::states, change.at, reservation_name(image.id) + std::move(wrong));
        return;
    }
    findings.looked(Check::outcomes);
    findings.looked(Check::limits);
    findings.looked(Check::times);
    std::string wrong = wrong_first_units(change);
    if (!wrong.empty()) {
        findings.found(Check::outcomes, change.at, reservation_name(image.id) + wrong);
    } else if (wrong = wrong_limits(image); !wrong.empty()) {
        findings.found(Check::limits, change.at, reservation_name(image.id) + wrong);
    } else if (image.created_at != change.time) {
        findings.found(Check::times, change.at,
                       reservation_name(image.id) + " was created at another time than its batch");
    } else if (wrong = wrong_first_deadline(change); !wrong.empty()) {
        findings.found(Check::deadlines, change.at, reservation_name(image.id) + wrong);
    }
    findings.looked(Check::deadlines);
    const bool asks = change.event.verb == Verb::hold || change.event.verb == Verb::queue;
    if (asks) {
        findings.looked(Check::stops);
        parts_.keys.create(image, change.event.key, change.at, change.time);
        if (auto stop = parts_.policies.stopped(image, change.time); !stop.empty()) {
            findings.found(
                Check::stops, change.at,
                reservation_name(image.id) + " was made while selling was stopped for " + stop);
        }
    }
    const auto index = static_cast<std::uint32_t>(records_.add());
    while (by_sequence_.size() <= change.at.value()) {
        by_sequence_.add();
    }
    by_sequence_[change.at.value()] = index + 1;
    ReservationRecord& record = records_[index];
    record.id = image.id.value();
    record.tenant = image.tenant;
    matched_.assign(image.lines.size(), kNone);
    write(record, change);
}

// Nothing changed, but a key was used: the image must be the one that is known.
void Promises::repeat(const Change& change) {
    if (change.event.key.empty() || !same(*change.record, change.event.image)) {
        parts_.findings.found(
            Check::states, change.at,
            reservation_name(change.event.image.id) + " changes without a new version");
    }
}

void Promises::proceed(const Change& change) {
    Findings& findings = parts_.findings;
    // Made for a violation only: this runs for every event.
    const auto name = [&] { return reservation_name(change.event.image.id); };
    findings.looked(Check::outcomes);
    findings.looked(Check::deadlines);
    std::string wrong = wrong_state(change);
    if (!wrong.empty()) {
        findings.found(Check::states, change.at, name() + wrong);
    }
    if (!match(*change.record, change.event.image, matched_)) {
        findings.found(Check::outcomes, change.at, name() + " lost a line");
        return;
    }
    if (wrong.empty()) {
        if (wrong = wrong_flow(change); !wrong.empty()) {
            findings.found(Check::outcomes, change.at, name() + wrong);
        } else if (wrong = wrong_end(change); !wrong.empty()) {
            findings.found(Check::deadlines, change.at, name() + wrong);
        } else if (wrong = wrong_deadline(change); !wrong.empty()) {
            findings.found(Check::deadlines, change.at, name() + wrong);
        }
    }
    const Verb verb = change.event.verb;
    endings_ += static_cast<std::uint32_t>(verb == Verb::expire || verb == Verb::grant ||
                                           verb == Verb::time_out_payment);
    if (verb == Verb::replace) {
        successor_[change.event.image.id.value()] = change.event.image.replaced_by.value();
    }
    write(*change.record, change);
}

// The image becomes what is known, and the cells follow.
void Promises::write(ReservationRecord& record, const Change& change) {
    const ReservationImage& image = change.event.image;
    record.version = image.version;
    record.waiting = image.waiting;
    record.ended_as = image.ended_as;
    record.extensions = image.extensions;
    record.deadline_ms = base::to_ms(image.expires_at);
    record.first_created_ms = base::to_ms(image.first_created_at);
    claims_.clear();
    std::uint32_t previous = kNone;
    for (std::size_t i = 0; i < image.lines.size(); ++i) {
        const LineImage& entry = image.lines[i];
        std::uint32_t index = matched_[i];
        if (index == kNone) {
            index = static_cast<std::uint32_t>(lines_.add());
            LineRecord& line = lines_[index];
            line.sku = entry.sku;
            line.requested = entry.requested;
            line.untracked = entry.untracked;
            line.continues = entry.continues;
            std::uint32_t& link = previous == kNone ? record.first_line : lines_[previous].next;
            line.next = std::exchange(link, index);
        }
        LineRecord& line = lines_[index];
        if (!line.untracked && line.cell == kNone && entry.pool != kAnyPool) {
            line.cell = parts_.figures.find_or_add(entry.sku, entry.pool);
        }
        move(line, entry, change);
        previous = index;
    }
    judge_claims(change);
}

void Promises::move(LineRecord& line, const LineImage& to, const Change& change) {
    if (line.cell != kNone) {
        claim(line.cell, line, to);
    }
    const LineQuantities before = std::exchange(line.units, to.units);
    const bool was_soft = std::exchange(line.soft, to.soft);
    if (line.cell == kNone) {
        return;
    }
    CellRecord& cell = parts_.figures[line.cell];
    const std::int64_t returned = to.units.returned - before.returned;
    (was_soft ? cell.units.soft_held : cell.units.held) -= before.held;
    (to.soft ? cell.units.soft_held : cell.units.held) += to.units.held;
    cell.units.committed += to.units.committed - before.committed;
    cell.units.on_hand += returned - (to.units.shipped - before.shipped);
    if (returned != 0 && change.event.disposition == Disposition::damaged) {
        parts_.figures.add_unavailable(line.cell, Reason::damage, returned);
    }
}

void Promises::fold(const FactParked& event, Sequence at) {
    parts_.findings.looked(Check::states);
    const std::uint32_t known = find(event.image.id);
    if (known == kNone || !same(records_[known], event.image) ||
        event.quantities.size() != event.image.lines.size()) {
        parts_.findings.found(
            Check::states, at,
            "a parked fact shows " + reservation_name(event.image.id) + " as it never was");
    }
}

void Promises::fold(const ReleasedByName& event, Sequence at) {
    parts_.findings.looked(Check::states);
    for (const ReservationId id : event.released) {
        const std::uint32_t known = find(id);
        if (known == kNone || is_open(records_[known])) {
            parts_.findings.found(Check::states, at,
                                  reservation_name(id) + " is said to be released and is not");
        }
    }
}

// Who was alive when the service went away gets what the most generous of its classes promises.
void Promises::fold(const DowntimeRecorded& event) {
    const std::int64_t away = (event.to - event.from).count();
    for (std::size_t i = 0; i < records_.size(); ++i) {
        ReservationRecord& record = records_[i];
        if (record.deadline_ms == INT64_MAX || record.deadline_ms <= base::to_ms(event.from) ||
            !is_open(record)) {
            continue;
        }
        std::int64_t grace = 0;
        for (std::uint32_t l = record.first_line; l != kNone; l = lines_[l].next) {
            const SkuClass& policy = parts_.policies.class_of(lines_[l].sku);
            grace = std::max(grace, (record.waiting == ReservationState::payment_pending
                                         ? policy.payment_downtime_grace
                                         : policy.held_downtime_grace)
                                        .count());
        }
        if (const std::int64_t moved = std::min(away, grace); moved > 0) {
            record.deadline_ms += moved;
            ++record.version;
        }
    }
}

void Promises::end_batch(base::Time time, bool decided) {
    if (decided && endings_ < parts_.surely_swept) {
        swept_ms_ = std::max(swept_ms_, base::to_ms(time));
    }
    endings_ = 0;
}

void Promises::finish(Sequence last) {
    for (std::size_t i = 0; i < records_.size(); ++i) {
        const ReservationRecord& record = records_[i];
        if (record.deadline_ms <= swept_ms_ && is_open(record)) {
            parts_.findings.found(Check::deadlines, last,
                                  reservation_name(ReservationId(record.id)) + " is still open, " +
                                      std::to_string(swept_ms_ - record.deadline_ms) +
                                      " ms after its deadline");
        }
    }
}

std::uint64_t Promises::open() const {
    std::uint64_t out = 0;
    for (std::size_t i = 0; i < records_.size(); ++i) {
        out += static_cast<std::uint64_t>(units_of(records_[i]).held > 0);
    }
    return out;
}

}  // namespace holdfast::audit
