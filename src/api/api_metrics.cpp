#include "api/api_metrics.hpp"

#include <string>

#include "base/check.hpp"

namespace holdfast::api {
namespace {

using model::Operation;
using model::RefusalCode;

enum Outcome : std::uint8_t { ok, insufficient, conflict, replayed, error };
constexpr std::array kOutcomeNames = {"ok", "insufficient", "conflict", "replayed", "error"};

constexpr std::array kReservationOperations = {
    Operation::create,  Operation::begin_payment, Operation::commit,
    Operation::release, Operation::extend,        Operation::ship,
    Operation::cancel,  Operation::return_units,  Operation::release_by_name};
constexpr std::array kStockOperations = {Operation::receive_stock, Operation::adjust_stock,
                                         Operation::set_safety_stock, Operation::put_sku};

std::string label_of(Operation operation) {
    return operation == Operation::create ? "hold" : std::string(model::to_string(operation));
}

Outcome outcome_of(const Reply& reply) {
    if (reply.replayed) {
        return replayed;
    }
    const Problem* const problem = reply.problem();
    if (problem == nullptr) {
        return ok;
    }
    if (problem->code == RefusalCode::insufficient_stock ||
        problem->code == RefusalCode::late_commit_shortfall) {
        return insufficient;
    }
    constexpr int kServerErrors = 500;
    return model::entry_of(problem->code).http >= kServerErrors ? error : conflict;
}

}  // namespace

ApiMetrics::ApiMetrics(base::Metrics& metrics)
    : replays_(metrics.counter({.name = "holdfast_idempotent_replays_total",
                                .help = "Requests answered with the first answer to their key.",
                                .labels = {}})),
      false_availability_(
          metrics.counter({.name = "holdfast_false_availability_total",
                           .help = "Holds refused for lack of stock whose client had seen enough.",
                           .labels = {}})),
      unchecked_availability_(metrics.counter(
          {.name = "holdfast_availability_unchecked_total",
           .help = "Such refusals that were not looked into: too many at once, or of many lines.",
           .labels = {}})) {
    const auto add = [&](Operation operation, const char* name, const char* help) {
        Outcomes& row = outcomes_[operation];
        for (std::size_t i = 0; i < kOutcomes; ++i) {
            row[i] = &metrics.counter(
                {.name = name,
                 .help = help,
                 .labels = {{"op", label_of(operation)}, {"outcome", kOutcomeNames[i]}}});
        }
    };
    for (const auto operation : kReservationOperations) {
        add(operation, "holdfast_reservations_total", "Reservation commands by outcome.");
    }
    for (const auto operation : kStockOperations) {
        add(operation, "holdfast_stock_changes_total", "Stock commands by outcome.");
    }
    for (const auto& entry : model::refusal_table()) {
        refusals_[static_cast<std::size_t>(entry.code)] =
            &metrics.counter({.name = "holdfast_refusals_total",
                              .help = "Requests refused, by problem code.",
                              .labels = {{"code", std::string(entry.slug)}}});
    }
}

void ApiMetrics::count(Operation operation, const Reply& reply) {
    if (const auto found = outcomes_.find(operation); found != outcomes_.end()) {
        found->second[outcome_of(reply)]->add();
    }
    if (reply.replayed) {
        replays_.add();
    }
}

void ApiMetrics::count_refusal(RefusalCode code) {
    base::Counter* const counter = refusals_[static_cast<std::size_t>(code)];
    CHECK(counter != nullptr, "a refusal code without an entry");
    counter->add();
}

}  // namespace holdfast::api
