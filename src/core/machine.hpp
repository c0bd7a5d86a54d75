// Machine: decide, apply and encode, one command after another, into a batch's payload.
//
// The thin shell around the pure core that the writer, the tests and the benchmarks share: it turns
// `expire_first` into expiry events within a budget, applies each decision at once (so that the
// next command sees it) and packs its events. It does no I/O and knows no clock.
// Thread rule: one thread.
#pragma once

#include <cstdint>
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
    std::uint32_t expiries = 0;          // of them, ends of dead holds
    std::vector<model::SkuId>& touched;  // SKUs whose cells or settings changed; may repeat
    std::vector<model::Event>& names;    // registrations among the events, for publishing
};

struct Execution {
    Outcome outcome = Outcome::refused;  // expire_first: out of budget, try in the next batch
    model::Refusal refusal;
    model::Sequence sequence;  // of the reply's event, or of the one replayed
    // The reply's event: in the batch's payload, or in the machine's own buffer until the next
    // call (`shown`).
    std::span<const std::byte> reply;
};

class Machine {
  public:
    explicit Machine(State& state) : state_(state) {}

    // Decides the command at the batch's time. Expires at most `expiry_budget` holds per batch.
    [[nodiscard]] Execution execute(const model::Command& command, OpenBatch& batch,
                                    std::uint32_t expiry_budget);

    // Tells the processor what a command that is decided soon will look at. Changes nothing.
    void prefetch(const model::Command& command) const;

    // Ends holds that are due, earliest first, within the batch's budget.
    void expire_due(OpenBatch& batch, std::uint32_t expiry_budget);

    // Appends an event that is not a client's: genesis, downtime, state hash.
    void append(const model::Event& event, OpenBatch& batch);

  private:
    State& state_;
    base::Buffer shown_;
};

}  // namespace holdfast::core
