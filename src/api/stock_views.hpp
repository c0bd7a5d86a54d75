// StockViews: transfers, counts and cases as a client sees them. Part of reply.hpp.
//
// Thread rule: values; texts as in reply.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "model/case.hpp"
#include "model/event.hpp"

namespace holdfast::api {

struct TransferView {
    std::string id;
    std::string_view sku;
    std::string_view from;
    std::string_view to;
    std::int64_t quantity = 0;  // that left
    std::int64_t arrived = 0;
    std::int64_t lost = 0;
    std::int64_t in_transit = 0;
    base::Time sent_at{};
    std::string_view reference;
    // What this step did; nothing in lists.
    std::optional<model::TransferStep> step;
    std::int64_t units = 0;
    model::Reason reason = model::Reason::none;
    base::Time occurred_at{};  // epoch: not told
};

struct CountView {
    std::string_view sku;
    std::string_view pool;
    model::CountOutcome outcome = model::CountOutcome::matched;
    std::int64_t counted = 0;
    std::int64_t ledger = 0;  // what it should have been
    std::int64_t drift = 0;   // counted minus that
    std::int64_t delta = 0;   // of on hand, by this
    std::int64_t disputed = 0;
    base::Time as_of{};
    std::string plan;     // of a pending one: what an approval names
    std::string case_id;  // empty: none
    std::string_view submitter;
    std::string_view decided_by;
    bool overridden = false;
    model::CellImage cell;
};

// Who may be disappointed by a shortage.
struct AtRiskView {
    std::string reservation;
    std::uint32_t line = 0;  // from 1, of the reservation's entries
    std::string_view kind;
    std::int64_t units = 0;
};

struct PendingCountView {
    std::int64_t counted = 0;
    std::int64_t ledger = 0;
    std::int64_t drift = 0;
    std::int64_t disputed = 0;
    base::Time as_of{};
    std::string plan;
};

struct CaseEnd {
    model::Resolution resolution = model::Resolution::repaired;
    model::Reason reason = model::Reason::none;
    base::Time at{};
    std::string_view by;  // empty: by itself
};

struct CaseView {
    std::string id;
    model::CaseKind kind = model::CaseKind::shortage;
    base::Time opened_at{};
    std::optional<base::Time> due_at;
    std::string_view sku;
    std::string_view pool;  // empty: none
    std::int64_t units = 0;
    std::string reservation;  // empty: none
    std::string fact;         // position of a fact that did not fit; empty: none
    std::string_view reference;
    std::string_view opened_by;
    model::Reason reason = model::Reason::none;
    std::optional<PendingCountView> count;
    std::optional<CaseEnd> end;  // open ones have none
    // Only where open cases are read: as of now.
    std::optional<base::Duration> age;
    bool overdue = false;
    std::optional<std::int64_t> missing;  // shortage: units, now
    std::vector<AtRiskView> at_risk;
};

// A SKU that became known, otherwise than by its settings.
struct SkuKnownView {
    std::string_view sku;
    std::string_view sku_class;
};

}  // namespace holdfast::api
