// What the deciding functions share. Not for use outside core/decide*.cpp.
#pragma once

#include <expected>
#include <optional>
#include <span>
#include <utility>

#include "core/decide.hpp"

namespace holdfast::core {

// Everything a deciding function is given.
struct Asked {
    const State& state;
    const model::Command& command;
    Stamp stamp;
    std::optional<model::TenantId> tenant;  // unknown until something is registered
};

[[nodiscard]] Decision applied(std::vector<model::Event> events);
[[nodiscard]] Decision shown(model::Event event);
[[nodiscard]] Decision expire_first(const Reservation& reservation);
// Adds `decided_at` and, where the code says so and the tenant's bounds allow, the record.
[[nodiscard]] Decision refused(const Asked& asked, model::Refusal refusal);
[[nodiscard]] Decision refused(const Asked& asked, model::RefusalCode code);

[[nodiscard]] model::KeyUse key_use(const model::Command& command);

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
[[nodiscard]] model::TenantId ensure_tenant(const Asked& asked, std::vector<model::Event>& events);

// The stock that lines draw on, with what was already given to earlier lines taken off.
class Availability {
  public:
    explicit Availability(const State& state) : state_(state) {}
    [[nodiscard]] std::int64_t left(std::uint32_t cell) const;
    // Negative gives back: units that the same decision frees.
    void take(std::uint32_t cell, std::int64_t units);

  private:
    const State& state_;
    std::vector<std::pair<std::uint32_t, std::int64_t>> taken_;  // sorted by cell
};

Decision decide_create(const Asked& asked, const model::CreateReservation& request);
Decision decide_change(const Asked& asked, const model::ChangeReservation& request);
Decision decide_late_commit(const Asked& asked, const Reservation& old,
                            const model::ChangeReservation& request);
Decision decide_release_by_name(const Asked& asked, const model::ReleaseByName& request);
Decision decide_movement(const Asked& asked, const model::MoveStock& request);
Decision decide_safety_stock(const Asked& asked, const model::SetSafetyStock& request);
Decision decide_put_sku(const Asked& asked, const model::PutSku& request);
Decision decide_read(const Asked& asked, const model::ReadReservation& request);

}  // namespace holdfast::core
