#include "audit/findings.hpp"

#include <utility>

namespace holdfast::audit {
namespace {

constexpr std::array<CheckInfo, kChecks> kInfo{{
    {"chain", "no batch is missing, exchanged or edited", true},
    {"epochs", "no older owner wrote after a newer one", false},
    {"times", "time never goes back, and decisions carry their batch's", false},
    {"events", "every event can be read", true},
    {"names", "tenants, SKUs, pools and classes exist before they are used, once", true},
    {"limits", "quantities stay within their bounds", true},
    {"conservation", "each cell is what receipts, counts, transfers and open lines make it", true},
    {"oversell", "nothing was promised that its class could not offer at that moment", false},
    {"stops", "nothing new was promised where selling was stopped", false},
    {"states", "reservations only move forward, one version at a time", true},
    {"outcomes", "each unit has one outcome, the one its verb gives", true},
    {"deadlines", "no hold ends early, late or never, and none lives longer than allowed", false},
    {"keys", "one effect for each key, none under a name released before", true},
    {"refusals", "recorded refusals are of the recorded kinds and within the rate", false},
    {"transfers", "what was sent arrives, is lost or is on its way, once", true},
    {"counts", "counts change what their outcome says", true},
    {"cases", "cases open and end once; what is short has one", true},
    {"state_hashes", "the replayed state has each hash that the writer logged", true},
    {"checkpoints", "each checkpoint is the state that its events lead to", false},
    {"invariants", "the replayed state is sound in itself", false},
    {"agreement", "the machine and the audit arrive at the same figures", false},
}};

}  // namespace

const CheckInfo& info_of(Check check) { return kInfo[static_cast<std::size_t>(check)]; }

void Findings::found(Check check, model::Sequence at, std::string text) {
    Tally& tally = of(check);
    may_replay_ = may_replay_ && !info_of(check).stops_replay;
    if (!worst_ || at < worst_->second.at) {
        worst_.emplace(check, Violation{.at = at, .text = text});
    }
    if (++tally.violations <= kept_) {
        tally.first.push_back({.at = at, .text = std::move(text)});
    }
}

std::string Findings::summary() const {
    if (!worst_) {
        return {};
    }
    const auto& [check, violation] = *worst_;
    const std::string at = violation.at.value() == 0
                               ? std::string()
                               : " at event " + std::to_string(violation.at.value());
    return std::string(info_of(check).name) + at + ": " + violation.text;
}

}  // namespace holdfast::audit
