// What the deciding functions share. Not for use outside core/decide*.cpp.
#pragma once

#include <expected>
#include <optional>
#include <span>
#include <utility>

#include "core/allotment.hpp"
#include "core/decide.hpp"

namespace holdfast::core {

// Everything a deciding function is given.
struct Asked {
    const State& state;
    const model::Command& command;
    Stamp stamp;
    std::optional<model::TenantId> tenant;  // unknown until something is registered
};

[[nodiscard]] Decision applied(model::Events events);
// Adds an event that is filled where it stays: an image is too big to be moved from hand to hand.
[[nodiscard]] model::ReservationChanged& add_change(model::Events& events);
[[nodiscard]] Decision shown(model::Event event);
[[nodiscard]] Decision expire_first(const Reservation& reservation);
[[nodiscard]] Decision grant_first(const Reservation& waiter);
// Adds `decided_at` and, where the code says so and the tenant's bounds allow, the record.
[[nodiscard]] Decision refused(const Asked& asked, model::Refusal refusal);
[[nodiscard]] Decision refused(const Asked& asked, model::RefusalCode code);

[[nodiscard]] model::KeyUse key_use(const model::Command& command);
// When a fact happened, if it says so. Whatever its clock says, it did not happen after it was
// told: then it happens now, and no count of before has seen it.
[[nodiscard]] base::Time happened_at(const Asked& asked, const std::optional<base::Time>& stated);

// A success that changes nothing: recorded if there is a key to record, else shown.
[[nodiscard]] Decision unchanged(const Asked& asked, model::ReservationChanged event);

// Which class rules a reservation with these lines: the strictest bound of each kind.
struct Policy {
    base::Duration hold_ttl{};
    base::Duration hold_ttl_max{};
    base::Duration payment_ttl{};
    base::Duration payment_ttl_max{};
    base::Duration lifetime_max{};
    std::uint32_t extensions_max = 0;
    model::PaymentTimeout on_payment_timeout = model::PaymentTimeout::release;
    model::LateCommit late_commit = model::LateCommit::retake;
};
[[nodiscard]] Policy policy_of(const State& state, std::span<const model::LineImage> lines);

// The events that make a tenant known, if it is not; its id either way.
[[nodiscard]] model::TenantId ensure_tenant(const Asked& asked, model::Events& events);

// What a refusal says of a bound that was hit.
[[nodiscard]] Decision refuse_limit(const Asked& asked, model::RefusalCode code,
                                    std::int64_t limit);
[[nodiscard]] Decision refuse_line(const Asked& asked, model::RefusalCode code, std::size_t line);

// The pool that a movement of stock is about. Omitted: the only one there is.
[[nodiscard]] std::expected<model::PoolId, Decision> resolve_pool(
    const Asked& asked, const std::optional<model::Name>& pool);

// The first hold on any cell of the SKU that is past its deadline, if there is one.
[[nodiscard]] const Reservation* dead_hold_of(const State& state, model::SkuId sku, base::Time now);
[[nodiscard]] const Reservation* dead_hold_of(const State& state,
                                              std::span<const std::uint32_t> cells, base::Time now);

// decide_policy_limits.cpp: what is judged before stock. Nothing: go on.
[[nodiscard]] std::optional<Decision> judge_stops(const Asked& asked,
                                                  const model::ReservationImage& image,
                                                  const Whereabouts& where,
                                                  const Availability& available);
// Whether so little can be sold of the SKU that its class stops selling it.
[[nodiscard]] bool sells_no_more(const State& state, model::SkuId sku, const Whereabouts& where,
                                 const Availability& available);
[[nodiscard]] std::optional<Decision> judge_caps(const Asked& asked,
                                                 const model::ReservationImage& image,
                                                 std::span<const Reservation* const> superseded);
// The same for a hold that is to live longer, as `image` shows it: only for how long is judged,
// since it has its units already.
[[nodiscard]] std::optional<Decision> judge_longer(const Asked& asked,
                                                   const model::ReservationImage& image,
                                                   const Reservation& reservation);

// Ends a queued image: nothing was promised, nothing moves.
void end_wait(model::ReservationImage& image, model::ReservationState as);

// decide_wait.cpp
[[nodiscard]] bool may_wait(const Asked& asked, const model::CreateReservation& request,
                            const model::ReservationImage& image);

// The event that opens a late-money case for the reservation; nothing if one is open.
[[nodiscard]] model::Events late_money(const Asked& asked, const model::ReservationImage& image,
                                       std::size_t events_before);

Decision decide_create(const Asked& asked, const model::CreateReservation& request);
Decision decide_change(const Asked& asked, const model::ChangeReservation& request);
Decision decide_late_commit(const Asked& asked, const Reservation& old,
                            const model::ChangeReservation& request);
Decision decide_release_by_name(const Asked& asked, const model::ReleaseByName& request);
Decision decide_movement(const Asked& asked, const model::MoveStock& request);
Decision decide_safety_stock(const Asked& asked, const model::SetSafetyStock& request);
Decision decide_put_sku(const Asked& asked, const model::PutSku& request);
Decision decide_put_class(const Asked& asked, const model::PutClass& request);
Decision decide_put_pool(const Asked& asked, const model::PutPool& request);
Decision decide_caps(const Asked& asked, const model::SetCaps& request);
Decision decide_selling(const Asked& asked, const model::ChangeSelling& request);
Decision decide_transfer(const Asked& asked, const model::TransferStock& request);
Decision decide_settle_transfer(const Asked& asked, const model::SettleTransfer& request);
Decision decide_sale(const Asked& asked, const model::RecordSale& request);
Decision decide_count(const Asked& asked, const model::CountStock& request);
Decision decide_resolve_case(const Asked& asked, const model::ResolveCase& request);
Decision decide_read(const Asked& asked, const model::ReadReservation& request);

}  // namespace holdfast::core
