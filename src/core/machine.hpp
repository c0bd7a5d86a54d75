// Machine: decide, apply and encode, one command after another, into a batch's payload.
//
// The thin shell around the pure core that the writer, the tests and the benchmarks share: it turns
// `expire_first` into expiry events within a budget, applies each decision at once (so that the
// next command sees it) and packs its events. It does no I/O and knows no clock.
// Thread rule: one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.hpp"
#include "core/decide.hpp"
#include "core/state.hpp"

namespace holdfast::core {

// A batch while it is filled. The owner sets it up; the machine appends.
struct OpenBatch {
    base::Buffer& payload;
    model::Sequence next;                // of the next event
    base::Time time{};                   // of every decision in the batch
    std::uint32_t count = 0;             // events so far
    std::uint32_t expiries = 0;          // of them, ends of dead holds and grants to waiters
    std::vector<model::SkuId>& touched;  // SKUs whose cells or settings changed; may repeat
    std::vector<model::Event>& names;    // registrations among the events, for publishing
    // Reservations that wait no more; null: nobody wants to know.
    std::vector<model::ReservationId>* left_queue = nullptr;
};

struct Execution {
    Outcome outcome = Outcome::refused;  // expire_first, grant_first: out of budget, try again in
                                         // the next batch
    model::Refusal refusal;
    model::Sequence sequence;  // of the reply's event, or of the one replayed
    // The reply's event: in the batch's payload, or in the machine's own buffer until the next
    // call (`shown`).
    std::span<const std::byte> reply;
    // Of a reply that shows a queued reservation.
    std::optional<Place> place{};
};

class Machine {
  public:
    explicit Machine(State& state);

    // Decides the command at the batch's time. Expires at most `expiry_budget` holds per batch.
    [[nodiscard]] Execution execute(const model::Command& command, OpenBatch& batch,
                                    std::uint32_t expiry_budget);

    // Ends holds that are due, earliest first, and gives waiters what has come back, within the
    // batch's budget.
    void expire_due(OpenBatch& batch, std::uint32_t expiry_budget);

    // Appends an event that is not a client's: genesis, downtime, state hash. What follows from
    // it comes with the next command or the next `expire_due`.
    void append(const model::Event& event, OpenBatch& batch);

  private:
    void append_one(const model::Event& event, OpenBatch& batch);
    void note_left_queue(const model::Event& event, OpenBatch& batch) const;
    bool make_way(const Decision& decision, OpenBatch& batch, std::uint32_t budget);
    void settle(OpenBatch& batch, std::uint32_t budget);
    bool grant(model::SkuId sku, OpenBatch& batch, std::uint32_t budget);
    void note_ended_stops(base::Time now);
    void collect_grants_due();
    void show_place(const model::Command& command, Execution& execution) const;

    State& state_;
    base::Buffer shown_;
    std::vector<model::SkuId> grants_due_;  // may repeat; what the budget did not allow yet
    std::vector<model::SkuId> capped_;      // somebody waits there until an owner holds less
    base::Time settled_at_{};               // up to here ended stops were looked at
};

}  // namespace holdfast::core
