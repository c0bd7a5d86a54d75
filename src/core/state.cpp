#include "core/state.hpp"

#include <algorithm>
#include <array>

#include "base/check.hpp"
#include "core/extras.hpp"

namespace holdfast::core {

namespace {

// A slot of the table that is free, or a new one.
template <typename Table>
std::uint32_t take_slot(Table& table, std::vector<std::uint32_t>& free) {
    if (free.empty()) {
        return table.add();
    }
    const std::uint32_t slot = free.back();
    free.pop_back();
    return slot;
}

}  // namespace

using model::ClassId;
using model::ReservationImage;
using model::SkuId;
using model::TenantId;

std::optional<TenantId> State::find_tenant(base::Digest128 name) const {
    const auto* const found = tenants_by_name.find(name);
    return found != nullptr ? std::optional(TenantId(*found)) : std::nullopt;
}

std::optional<SkuId> State::find_sku(base::Digest128 name) const {
    const auto* const found = skus_by_name.find(name);
    return found != nullptr ? std::optional(SkuId(*found)) : std::nullopt;
}

std::optional<ClassId> State::find_class(TenantId id, base::Digest128 name) const {
    const auto& names = tenant(id).class_names;
    const auto found = std::ranges::find(names, name);
    return found != names.end()
               ? std::optional(ClassId(static_cast<std::uint16_t>(found - names.begin())))
               : std::nullopt;
}

std::optional<model::PoolId> State::find_pool(TenantId id, base::Digest128 name) const {
    const auto& names = tenant(id).pool_names;
    const auto found = std::ranges::find(names, name);
    return found != names.end()
               ? std::optional(model::PoolId(static_cast<std::uint16_t>(found - names.begin())))
               : std::nullopt;
}

std::uint32_t State::find_cell(SkuId id, model::PoolId pool) const {
    std::uint32_t cell = sku(id).cell;
    while (cell != kNoIndex && cells[cell].pool != pool) {
        cell = cell_facts[cell].next;
    }
    return cell;
}

bool State::is_open(const Reservation& reservation) const {
    return reservation.waiting == model::ReservationState::queued || held_of(reservation) > 0;
}

model::ReservationId State::successor_of(const Reservation& reservation) const {
    if (is_open(reservation) || !side_of(reservation).extras) {
        return {};
    }
    return image_of(reservation).replaced_by;
}

const Case* State::find_case(model::CaseId id) const {
    const auto found = cases.find(id);
    return found != cases.end() ? &found->second : nullptr;
}

const Case* State::find_case(model::CaseKind kind, model::ReservationId about) const {
    const auto found = cases_about.lower_bound({about, kind, model::CaseId{}});
    const bool is_it =
        found != cases_about.end() && std::get<0>(*found) == about && std::get<1>(*found) == kind;
    return is_it ? find_case(std::get<2>(*found)) : nullptr;
}

base::Digest128 State::id_digest(model::ReservationId id) {
    // Multiplication by an odd constant is a permutation; its high bits are well spread.
    const std::uint64_t spread = id.value() * 0x9e3779b97f4a7c15ULL;
    return {.high = spread, .low = (spread >> 32) ^ (id.value() << 32) ^ 1};
}

const Reservation* State::find_reservation(model::ReservationId id) const {
    const auto* const found = reservations_by_id.find(id);
    return found != nullptr ? &reservations[*found] : nullptr;
}

const Reservation* State::newest_holding(base::Digest128 reference) const {
    const auto* const found = reference.empty() ? nullptr : holding_by_reference.find(reference);
    return found != nullptr ? &reservations[*found] : nullptr;
}

const Reservation* State::older_holding(const Reservation& reservation) const {
    const std::uint32_t older = side_of(reservation).older;
    return older != kNoIndex ? &reservations[older] : nullptr;
}

ReservationImage State::image_of(const Reservation& reservation) const {
    ReservationImage image;
    image.id = reservation.id;
    image.tenant = reservation.tenant;
    image.version = reservation.version;
    image.waiting = reservation.waiting;
    image.ended_as = reservation.ended_as;
    image.extensions = side_of(reservation).extensions;
    image.created_at = base::time_from_ms(reservation.created_ms);
    image.first_created_at = base::time_from_ms(first_created_ms(reservation));
    image.expires_at = base::time_from_ms(reservation.deadline_ms);
    for (std::uint32_t i = reservation.first_line; i != kNoIndex; i = lines[i].next) {
        const Line& line = lines[i];
        const model::PoolId nowhere = line.untracked ? model::kDefaultPool : model::kAnyPool;
        image.lines.push_back({.sku = sku_of(line),
                               .pool = line.placed ? cells[line.at].pool : nowhere,
                               .untracked = line.untracked,
                               .continues = line.continues,
                               .soft = line.soft,
                               .requested = requested_of(line),
                               .units = units_of(line),
                               .line_id = {},
                               .group = {}});
    }
    unpack_extras(side_of(reservation).extras, image);
    return image;
}

model::LineQuantities State::units_of(const Reservation& reservation) const {
    model::LineQuantities sum;
    for (std::uint32_t i = reservation.first_line; i != kNoIndex; i = lines[i].next) {
        sum += units_of(lines[i]);
    }
    return sum;
}

std::int64_t State::held_of(const Reservation& reservation) const {
    std::int64_t sum = 0;
    for (std::uint32_t i = reservation.first_line; i != kNoIndex; i = lines[i].next) {
        sum += held_of(lines[i]);
    }
    return sum;
}

namespace {

using Quantity = std::int64_t model::LineQuantities::*;

// In the order of LineIs.
constexpr std::array<Quantity, 6> kKinds = {
    &model::LineQuantities::held,    &model::LineQuantities::committed,
    &model::LineQuantities::shipped, &model::LineQuantities::released,
    &model::LineQuantities::expired, &model::LineQuantities::closed_short};
static_assert(static_cast<std::size_t>(LineIs::mixed) == kKinds.size());

// The kind of a line all of whose units are of one.
LineIs kind_of(const model::LineQuantities& units, std::int64_t requested, bool continues) {
    if (units.returned != 0 || units.accepted <= 0 || units.accepted > Line::kUnitsMax ||
        requested != (continues ? 0 : units.accepted)) {
        return LineIs::mixed;
    }
    for (std::size_t kind = 0; kind < kKinds.size(); ++kind) {
        if (units.*kKinds[kind] == units.accepted) {
            return static_cast<LineIs>(kind);  // it is balanced: the others are 0
        }
    }
    return LineIs::mixed;
}

}  // namespace

model::LineQuantities State::units_of(const Line& line) const {
    if (line.is == LineIs::mixed) {
        return line_details[static_cast<std::uint32_t>(line.units())].units;
    }
    model::LineQuantities out{.accepted = line.units()};
    out.*kKinds[static_cast<std::size_t>(line.is)] = line.units();
    return out;
}

std::int64_t State::requested_of(const Line& line) const {
    if (line.is == LineIs::mixed) {
        return line_details[static_cast<std::uint32_t>(line.units())].requested;
    }
    return line.continues ? 0 : line.units();
}

void State::set_units(Line& line, const model::LineQuantities& units, std::int64_t requested) {
    const LineIs kind = kind_of(units, requested, line.continues);
    if (kind != LineIs::mixed) {
        if (line.is == LineIs::mixed) {
            free_line_details.push_back(static_cast<std::uint32_t>(line.units()));
        }
        line.set_units(units.accepted);
    } else {
        if (line.is != LineIs::mixed) {
            line.set_units(take_slot(line_details, free_line_details));
        }
        line_details[static_cast<std::uint32_t>(line.units())] = {.units = units,
                                                                  .requested = requested};
    }
    line.is = kind;
}

ReservationSide& State::ensure_side(Reservation& reservation) {
    if (reservation.side == kNoIndex) {
        reservation.side = take_slot(sides, free_sides);
        sides[reservation.side] = {
            .reference = {}, .first_created_ms = reservation.created_ms, .extras = {}};
    }
    return sides[reservation.side];
}

const Reservation* State::first_due() const {
    return !deadlines.empty() ? &reservations[deadlines.first] : nullptr;
}

const Reservation* State::first_due_in(const Cell& cell) const {
    return !cell.deadlines.empty() ? &reservations[lines[cell.deadlines.first].reservation]
                                   : nullptr;
}

}  // namespace holdfast::core
