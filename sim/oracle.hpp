// Oracle: is everything that the service let anybody see true, and does it stay true?
//
// It follows the durable ledger event by event with a state of its own and judges, in the order of
// decision, every answer that left the service, whether or not a client got it:
//   - what an answer rests on is durable, and is still there after every crash
//   - an answer's bytes are those of its event; a read shows the state as of its position
//   - a key has one effect for ever; a repetition is told the first one
//   - a recorded refusal is what the ledger holds under the key; short stock was really short
// and every event against the one before of the same reservation, without asking `decide`:
//   - counts of units that left never go back, versions rise by one, units are conserved
//   - a timer ends units only when their deadline has passed, and never sold ones
//   - units are sold only before it has passed; nothing is held beyond what the cell offers
// Outcomes that no answer told are judged by what the ledger then holds: a command whose answer was
// lost may have happened once or not at all.
// The first violation stays. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "core/state.hpp"
#include "ledger/ledger.hpp"
#include "model/command.hpp"
#include "partition/submission.hpp"

namespace holdfast::sim {

class Oracle {
  public:
    // An answer that is being released, with the ledger it rests on.
    void judge(ledger::Ledger& ledger, const model::Command& command,
               const partition::Answer& answer);
    // The process is gone; this is the ledger it left, opened anew.
    void judge_restart(ledger::Ledger& ledger, const core::State& recovered);
    // Follows the ledger to its end.
    void catch_up(ledger::Ledger& ledger);

    [[nodiscard]] const std::optional<std::string>& violation() const { return violation_; }
    void found(std::string violation);

    // As of the newest event that was followed.
    [[nodiscard]] const core::State& state() const { return state_; }
    [[nodiscard]] model::Sequence position() const { return at_; }
    // The event that a key had its effect with; nothing: it had none.
    [[nodiscard]] std::optional<model::Sequence> effect_of(base::Digest128 key) const;

  private:
    struct Followed {
        base::Buffer bytes;
        base::Time time{};
    };
    struct Before;

    void read_ahead(ledger::Ledger& ledger, model::Sequence until);
    void advance(ledger::Ledger& ledger, model::Sequence until);
    void follow(const model::Event& event, model::Sequence sequence, base::Time time);
    void judge_change(const model::ReservationChanged& event, const Before& before,
                      base::Time time);
    void judge_offers(const model::ReservationChanged& event);
    void judge_applied(const model::Command& command, const partition::Answer& answer);
    void judge_refused(const model::Command& command, const partition::Answer& answer);
    void judge_read(const partition::Answer& answer);

    core::State state_;
    model::Sequence at_;                                      // the newest event in `state_`
    std::deque<Followed> ahead_;                              // durable events after it
    base::Buffer newest_;                                     // the bytes of the event at `at_`
    model::Sequence released_;                                // nothing before may ever be lost
    std::unordered_map<std::string, std::uint64_t> effects_;  // by key
    std::optional<std::string> violation_;
};

}  // namespace holdfast::sim
