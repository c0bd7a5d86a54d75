// Findings: what an audit looked at, how often, and what it found wrong.
//
// One tally per check. The first few violations of each are kept with their position; the rest are
// counted. Thread rule: one thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/ids.hpp"

namespace holdfast::audit {

// In the order of the report. The last four compare with the production machine: the caller of the
// audit makes those findings.
enum class Check : std::uint8_t {
    chain,
    epochs,
    times,
    events,
    names,
    limits,
    conservation,
    oversell,
    stops,
    states,
    outcomes,
    deadlines,
    keys,
    refusals,
    transfers,
    counts,
    cases,
    state_hashes,
    checkpoints,
    invariants,
    agreement,
};
inline constexpr std::size_t kChecks = 21;

struct CheckInfo {
    std::string_view name;
    std::string_view promise;  // one sentence
    // After a violation the production machine must not replay the events: it would stop at a
    // CHECK, or report the same thing under another name.
    bool stops_replay;
};

[[nodiscard]] const CheckInfo& info_of(Check check);

struct Violation {
    model::Sequence at;
    std::string text;
};

struct Tally {
    std::uint64_t looked_at = 0;
    std::uint64_t violations = 0;
    std::vector<Violation> first;
};

class Findings {
  public:
    explicit Findings(std::size_t kept = 10) : kept_(kept) {}

    void looked(Check check) { ++of(check).looked_at; }
    void found(Check check, model::Sequence at, std::string text);

    [[nodiscard]] const Tally& at(Check check) const {
        return tallies_[static_cast<std::size_t>(check)];
    }
    [[nodiscard]] bool clean() const { return !worst_; }
    [[nodiscard]] bool may_replay() const { return may_replay_; }
    // The violation with the smallest position, after its check's name. Empty: none.
    [[nodiscard]] std::string summary() const;

  private:
    Tally& of(Check check) { return tallies_[static_cast<std::size_t>(check)]; }

    std::array<Tally, kChecks> tallies_;
    std::size_t kept_;
    bool may_replay_ = true;
    std::optional<std::pair<Check, Violation>> worst_;
};

}  // namespace holdfast::audit
