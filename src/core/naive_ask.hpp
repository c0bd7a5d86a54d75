// What NaiveModel and the machine are both asked, and what the model answers.
//
// Everything is named by text or by number in the order of appearance, never by an id, so that a
// list of Asks means the same to both and can be cut short. Thread rule: values.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/testing_requests.hpp"
#include "model/command.hpp"

namespace holdfast::core::testing {

// A class of SKUs. Durations are seconds.
struct Policy {
    std::int64_t ttl = 100, ttl_max = 300, payment = 200, payment_max = 400, lifetime = 330;
    std::uint32_t extensions = 1;
    bool review = false, refuses_late = false, untracked = false;
    std::int64_t safety_units = 0;
    std::uint32_t safety_permille = 0;
    std::int64_t backorder = 0;
    std::uint32_t hold_permille = 1000;
    std::int64_t stop_at = 0;
    model::Allocation allocation = model::Allocation::priority;
    bool split = true;
    std::int64_t wait_max = 0;
    std::int64_t line_max = 0;
    model::CapsByKind caps{};
    std::int64_t count_units = 2;
    std::uint32_t count_permille = 20;
    bool operator==(const Policy&) const = default;
};

// The same as the machine knows it.
[[nodiscard]] inline model::SkuClass sku_class_of(const Policy& p) {
    using std::chrono::seconds;
    model::SkuClass c = model::default_class();
    c.hold_ttl = seconds(p.ttl);
    c.hold_ttl_max = seconds(p.ttl_max);
    c.payment_ttl = seconds(p.payment);
    c.payment_ttl_max = seconds(p.payment_max);
    c.lifetime_max = seconds(p.lifetime);
    c.extensions_max = p.extensions;
    c.on_payment_timeout =
        p.review ? model::PaymentTimeout::review : model::PaymentTimeout::release;
    c.late_commit = p.refuses_late ? model::LateCommit::refuse : model::LateCommit::retake;
    c.tracking = p.untracked ? model::Tracking::none : model::Tracking::counted;
    c.safety_units = p.safety_units;
    c.safety_permille = p.safety_permille;
    c.backorder_max = p.backorder;
    c.hold_permille = p.hold_permille;
    c.stop_selling_at = p.stop_at;
    c.allocation = p.allocation;
    c.split = p.split;
    c.wait_max = seconds(p.wait_max);
    c.line_units_max = p.line_max;
    c.caps = p.caps;
    c.count_units_max = p.count_units;
    c.count_permille_max = p.count_permille;
    return c;
}

struct Warehouse {
    std::string region{};
    std::int32_t priority = 0;
    std::vector<std::string> channels{};
    std::string overflow{};
    bool operator==(const Warehouse&) const = default;
};

// A command. Which fields count depends on the operation.
struct Ask {
    model::Operation operation = model::Operation::create;
    Cart cart{};             // create, sale
    With with{};             // verbs; `with.key` for all but create and sale
    std::size_t target = 0;  // reservation or transfer by number
    std::optional<std::size_t> supersedes{};
    std::string name{};  // SKU, reference, create key, class, pool, or what a stop is about
    std::string pool{};  // of a movement, where a transfer leaves
    std::string to{};    // where a transfer arrives; the class of a SKU
    std::int64_t quantity = 0;
    std::optional<std::int64_t> some{};  // of a transfer: how much arrives; none: all
    std::optional<std::int64_t> at{};    // second of a fact; end of a stop
    model::Reason reason = model::Reason::none;
    model::Reason from_unavailable = model::Reason::none;
    model::StopScope scope = model::StopScope::everything;
    bool flag = false;    // block late; instant; lost; shipped; stopped; override
    bool by_key = false;  // release by name
    Policy policy{};
    Warehouse warehouse{};
    model::CapsByKind caps{};
    // A count: computed after another count than the last; so many commands ago.
    bool after_another = false;
    std::uint32_t lag = 0;
    // A case: its kind, what it is about (reservation, or SKU `name` in `pool`; of unexpected facts
    // the `nth`), and what an approval says.
    model::CaseKind kind = model::CaseKind::shortage;
    std::size_t nth = 0;
    model::Resolution resolution = model::Resolution::acknowledged;
    bool wrong_plan = false;
    std::string who{};
    bool operator==(const Ask&) const = default;

    [[nodiscard]] bool has_cart() const {
        return operation == model::Operation::create || operation == model::Operation::record_sale;
    }
    [[nodiscard]] const std::string& key() const { return has_cart() ? cart.key : with.key; }
};

struct Answer {
    struct Failing {
        std::uint32_t line = 0;
        std::int64_t requested = 0;
        std::int64_t sellable = 0;
        bool operator==(const Failing&) const = default;
    };
    model::RefusalCode code = model::RefusalCode::none;
    bool changes = true;          // else a success without an effect
    bool changes_or_not = false;  // nobody can see which of the two it is
    bool parked = false;          // a fact that did not fit
    bool replayed = false;
    bool recorded = false;               // of a refusal
    std::optional<std::size_t> shows{};  // the reservation in the reply
    std::size_t attempt = 0;             // which answer is replayed
    std::optional<std::vector<Failing>> lines{};
    std::optional<model::CountOutcome> counted{};
};

}  // namespace holdfast::core::testing
