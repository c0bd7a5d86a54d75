// Events of a subject, one event, and which event a moment is.
#include <algorithm>
#include <utility>

#include "model/event_codec.hpp"
#include "model/limits.hpp"
#include "projection/history_reader.hpp"

namespace holdfast::projection {

using base::Result;
using model::Sequence;

namespace {

constexpr char kEventList = 'h';
constexpr std::string_view kGroupsEnd = "b";
constexpr std::string_view kTimesBegin = "i";
constexpr std::string_view kTimesEnd = "j";

std::string prefix_of(model::TenantId tenant, const SkuSubject& subject) {
    return subject.pool
               ? journal_prefix({.tenant = tenant, .sku = subject.sku, .pool = *subject.pool})
               : subject_prefix(subject_of(tenant, subject.sku));
}
std::string prefix_of(model::TenantId tenant, const PoolSubject& subject) {
    return subject_prefix(subject_of(tenant, subject.pool));
}
std::string prefix_of(model::TenantId tenant, const ReservationSubject& subject) {
    return subject_prefix(subject_of(tenant, subject.reservation));
}
std::string prefix_of(model::TenantId tenant, const ReferenceSubject& subject) {
    return subject_prefix(subject_of_reference(tenant, subject.reference));
}
std::string prefix_of(model::TenantId tenant, const PrincipalSubject& subject) {
    return subject_prefix(subject_of(tenant, subject.kind, subject.principal));
}

template <typename Event>
std::optional<model::TenantId> tenant_of_one(const Event& event) {
    if constexpr (requires { event.tenant; }) {
        return event.tenant;
    } else if constexpr (requires { event.image.tenant; }) {
        return event.image.tenant;
    } else if constexpr (requires { event.transfer.tenant; }) {
        return event.transfer.tenant;
    } else {
        return std::nullopt;
    }
}

}  // namespace

std::string to_resume(char list, std::uint64_t place) {
    return KeyText(list).number(place, 8).take();
}

std::optional<std::uint64_t> from_resume(char list, std::string_view resume_after,
                                         std::uint64_t start) {
    if (resume_after.empty()) {
        return start;
    }
    if (resume_after.size() != 9 || resume_after.front() != list) {
        return std::nullopt;
    }
    return number_at(resume_after, 1, 8);
}

std::unexpected<base::Error> wrong_cursor() {
    return base::failure(base::ErrorCode::invalid_input, "the cursor does not belong to this list");
}

std::size_t clamp_page(std::size_t limit) {
    return std::clamp(limit, std::size_t{1}, model::kPageSizeMax);
}

// -- loader ---------------------------------------------------------------------------------------

EventLoader::EventLoader(const HistoryView& view)
    : view_(view), walk_(view.walk(group_key(Sequence(0)), std::string(kGroupsEnd))) {}

Result<EventLoader::Loaded> EventLoader::load(Sequence sequence) {
    const auto in_group = [&] {
        return group_ && group_->events.front().sequence <= sequence &&
               sequence <= group_->events.back().sequence;
    };
    if (!in_group()) {
        walk_.seek_back(group_key(sequence));
        if (!walk_.valid()) {
            TRY_VOID(walk_.status());
            return view_.damaged("an event is missing");
        }
        const auto first = number_at(walk_.key(), 1, 8);
        block_.assign(walk_.value().begin(), walk_.value().end());
        group_ = first ? read_group(Sequence(*first), block_) : std::nullopt;
        if (!in_group()) {
            return view_.damaged("an event is missing");
        }
    }
    const auto& event = group_->events[sequence.value() - group_->events.front().sequence.value()];
    return Loaded{.time = event.time, .bytes = event.bytes};
}

// -- lists ----------------------------------------------------------------------------------------

Result<Progress> HistoryReader::progress() {
    TRY(const auto stored, read<Progress>(std::string(kPositionKey)));
    return stored.value_or(Progress{});
}

// Up to `count` numbers below `before`, newest first.
Result<std::vector<Sequence>> HistoryReader::newest_before(const std::string& prefix,
                                                           std::uint64_t before,
                                                           std::size_t count) {
    std::vector<Sequence> found;
    if (before == 0) {
        return found;
    }
    HistoryWalk walk = view_->walk(prefix, behind(prefix));
    for (walk.seek(block_key(prefix, Sequence(before - 1))); walk.valid(); walk.next()) {
        TRY(const auto block, parsed(read_sequences(walk.value())));
        for (auto at = block.rbegin(); at != block.rend(); ++at) {
            if (at->value() >= before || (!found.empty() && found.back() == *at)) {
                continue;
            }
            if (found.size() == count) {
                return found;
            }
            found.push_back(*at);
        }
    }
    TRY_VOID(walk.status());
    return found;
}

Result<EventPage> HistoryReader::events(model::TenantId tenant, const Subject& subject,
                                        std::string_view resume_after, std::size_t limit) {
    const auto before = from_resume(kEventList, resume_after, UINT64_MAX);
    if (!before) {
        return wrong_cursor();
    }
    TRY(const Progress now, progress());
    EventPage page{.rows = {}, .resume_after = {}, .position = now.position, .as_of = now.as_of};
    const std::string prefix =
        std::visit([&](const auto& each) { return prefix_of(tenant, each); }, subject);
    const std::size_t rows = clamp_page(limit);
    TRY(const auto found, newest_before(prefix, *before, rows + 1));
    std::size_t bytes = 0;
    for (const Sequence sequence : found) {
        if (page.rows.size() == rows || bytes >= kHistoryPageBytes) {
            page.resume_after = to_resume(kEventList, page.rows.back().sequence.value());
            break;
        }
        TRY(const auto loaded, events_.load(sequence));
        bytes += loaded.bytes.size();
        page.rows.push_back({.sequence = sequence,
                             .time = loaded.time,
                             .event = {loaded.bytes.begin(), loaded.bytes.end()}});
    }
    return page;
}

Result<std::optional<EventRow>> HistoryReader::event_at(model::TenantId tenant, Sequence sequence) {
    TRY(const Progress now, progress());
    if (sequence.value() == 0 || sequence > now.position) {
        return std::nullopt;
    }
    TRY(const auto loaded, events_.load(sequence));
    TRY(const auto event, model::decode(loaded.bytes));
    if (std::visit([](const auto& each) { return tenant_of_one(each); }, event) != tenant) {
        return std::nullopt;
    }
    return EventRow{.sequence = sequence,
                    .time = loaded.time,
                    .event = {loaded.bytes.begin(), loaded.bytes.end()}};
}

// -- moments --------------------------------------------------------------------------------------

// From the last row of times that is not later: the groups behind it are read until they are later.
Result<Sequence> HistoryReader::position_at(base::Time time) {
    HistoryWalk times = view_->walk(std::string(kTimesBegin), std::string(kTimesEnd));
    times.seek_back(time_key(time));
    Progress known;
    if (times.valid()) {
        TRY(known, parse<Progress>(times.value()));
    } else {
        TRY_VOID(times.status());
    }
    HistoryWalk groups = view_->walk(group_key(Sequence(0)), std::string(kGroupsEnd));
    groups.seek_back(group_key(Sequence(known.position.value() + 1)));
    for (; groups.valid(); groups.next()) {
        const auto first = number_at(groups.key(), 1, 8);
        TRY(const Group group, parsed(read_group(Sequence(first.value_or(0)), groups.value())));
        for (const GroupedEvent& event : group.events) {
            if (event.time > time) {
                return known.position;
            }
            known.position = event.sequence;
        }
    }
    TRY_VOID(groups.status());
    return known.position;
}

Result<Progress> HistoryReader::resolve(const Moment& moment) {
    TRY(const Progress now, progress());
    Sequence position = moment.position.value_or(now.position);
    if (moment.time && *moment.time < now.as_of) {
        TRY(position, position_at(*moment.time));
    }
    if (position >= now.position) {
        return now;
    }
    Progress then{.position = position};
    if (position.value() != 0) {
        TRY(const auto loaded, events_.load(position));
        then.as_of = loaded.time;
    }
    return then;
}

}  // namespace holdfast::projection
