// Owners: what agents, operators and buyers hold, for the caps of classes and tenants.
//
// An owner is one principal in one scope that has caps (a class, or the whole tenant). Only holds
// that run on a timer count: who waits for a person's review does not fill a cap. Owners are a
// function of the reservations, the classes and the caps; where a scope has no caps nothing is
// kept. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <vector>

#include "core/state.hpp"
#include "model/owner_caps.hpp"
#include "model/reservation.hpp"

namespace holdfast::core {

// What a reservation puts on one owner.
struct OwnerUse {
    base::Digest128 scope;
    model::PrincipalKind kind = model::PrincipalKind::agent;
    bool by_class = false;
    model::ClassId sku_class{};
    const model::OwnerCaps* caps = nullptr;
    std::int64_t units = 0;
    std::int64_t unit_seconds = 0;
};

// One per principal of the reservation and scope with caps in which it holds units.
[[nodiscard]] std::vector<OwnerUse> owner_uses(const State& state,
                                               const model::ReservationImage& image);
[[nodiscard]] const Owner* find_owner(const State& state, base::Digest128 scope);
// What the reservation counts for in the owner already.
[[nodiscard]] const Ownership* find_ownership(const State& state, const Reservation& reservation,
                                              base::Digest128 scope);
// The hold of the owner that ends first.
[[nodiscard]] const Reservation* first_due_of(const State& state, const Owner& owner);

// For `apply`: the reservation at `index` begins or ceases to count. It must be linked in
// State::deadlines, or the call does nothing.
void join_owners(State& state, std::uint32_t index);
void leave_owners(State& state, std::uint32_t index);
// Caps came or went: counts everything that the tenant holds again.
void recount_owners(State& state, model::TenantId tenant);
// The class of a SKU changed: counts the holds on its cells again. Call `leave` before the change
// and `join` after it.
void leave_owners_of_sku(State& state, model::SkuId sku);
void join_owners_of_sku(State& state, model::SkuId sku);

}  // namespace holdfast::core
