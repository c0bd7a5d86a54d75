#include "core/state.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "core/extras.hpp"

namespace holdfast::core {

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
    return reservation.waiting == model::ReservationState::queued || units_of(reservation).held > 0;
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

const model::SkuClass& State::class_of(SkuId id) const {
    const Sku& record = sku(id);
    return tenant(record.tenant).classes[record.sku_class.value()];
}

base::Digest128 State::id_digest(model::ReservationId id) {
    // Multiplication by an odd constant is a permutation; its high bits are well spread.
    const std::uint64_t spread = id.value() * 0x9e3779b97f4a7c15ULL;
    return {.high = spread, .low = (spread >> 32) ^ (id.value() << 32) ^ 1};
}

const Reservation* State::find_reservation(model::ReservationId id) const {
    const auto* const found = reservations_by_id.find(id_digest(id));
    return found != nullptr ? &reservations[*found] : nullptr;
}

const Reservation* State::newest_holding(base::Digest128 reference) const {
    const auto* const found = reference.empty() ? nullptr : holding_by_reference.find(reference);
    return found != nullptr ? &reservations[*found] : nullptr;
}

const Reservation* State::older_holding(const Reservation& reservation) const {
    return reservation.older != kNoIndex ? &reservations[reservation.older] : nullptr;
}

ReservationImage State::image_of(const Reservation& reservation) const {
    ReservationImage image;
    image.id = reservation.id;
    image.tenant = reservation.tenant;
    image.version = reservation.version;
    image.waiting = reservation.waiting;
    image.ended_as = reservation.ended_as;
    image.extensions = reservation.extensions;
    image.created_at = base::time_from_ms(reservation.created_ms);
    image.first_created_at = base::time_from_ms(reservation.first_created_ms);
    image.expires_at = base::time_from_ms(reservation.deadline_ms);
    image.lines.reserve(reservation.line_count);
    for (std::uint32_t i = reservation.first_line; i != kNoIndex; i = lines[i].next) {
        const Line& line = lines[i];
        const model::PoolId nowhere = line.untracked ? model::kDefaultPool : model::kAnyPool;
        image.lines.push_back({.sku = line.sku,
                               .pool = line.cell != kNoIndex ? cells[line.cell].pool : nowhere,
                               .untracked = line.untracked,
                               .continues = line.continues,
                               .soft = line.soft,
                               .requested = line.requested,
                               .units = line.units,
                               .line_id = {},
                               .group = {}});
    }
    unpack_extras(reservation.extras, image);
    return image;
}

model::LineQuantities State::units_of(const Reservation& reservation) const {
    model::LineQuantities sum;
    for (std::uint32_t i = reservation.first_line; i != kNoIndex; i = lines[i].next) {
        const auto& units = lines[i].units;
        sum.accepted += units.accepted;
        sum.held += units.held;
        sum.committed += units.committed;
        sum.shipped += units.shipped;
        sum.released += units.released;
        sum.expired += units.expired;
        sum.closed_short += units.closed_short;
        sum.returned += units.returned;
    }
    return sum;
}

const Reservation* State::first_due() const {
    return !deadlines.empty() ? &reservations[deadlines.first] : nullptr;
}

const Reservation* State::first_due_in(const Cell& cell) const {
    return !cell.deadlines.empty() ? &reservations[lines[cell.deadlines.first].reservation]
                                   : nullptr;
}

}  // namespace holdfast::core
