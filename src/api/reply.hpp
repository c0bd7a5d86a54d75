// Reply: an answer as a client sees it, whatever wire it goes over.
//
// A reply to a command is a function of its event's bytes and of names that never change, so that
// a retry gets the same one. What belongs to this one exchange stands apart: `replayed` and
// `present`. Texts of views lie in `event` or are interned; a Reply may be moved, not copied.
// Thread rule: values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/policy_views.hpp"
#include "api/problem.hpp"
#include "api/stock_views.hpp"
#include "base/bytes.hpp"
#include "base/time.hpp"
#include "model/event.hpp"
#include "model/reservation.hpp"

namespace holdfast::api {

// What a pool serves of a line.
struct AllocationView {
    std::string_view pool;
    std::int64_t quantity = 0;
};

struct LineView {
    std::string line_id;  // as sent, or its number from 1
    std::string_view sku;
    std::string_view group;
    std::int64_t requested = 0;
    model::LineQuantities units;  // over all pools
    bool untracked = false;
    std::vector<AllocationView> allocations;
};

// Of a reservation that waits for units.
struct QueueView {
    base::Time until{};
    // How many come before it and when its turn may come: as of this answer, so not in a retry's
    // if it is not waiting any more.
    std::optional<std::uint32_t> ahead;
    std::optional<base::Time> estimate_at;
};

struct ReservationView {
    std::string id;  // empty: a dry run, nothing was made
    model::ReservationState state = model::ReservationState::held;
    std::uint32_t version = 0;
    base::Time created_at{};
    base::Time expires_at = base::kNever;
    std::uint16_t extensions = 0;
    bool committed_late = false;
    bool firm = true;                // nothing it holds can be lost to somebody faster
    std::optional<QueueView> queue;  // of one that waits
    std::string replaces;            // empty: none
    std::string replaced_by;         // empty: none
    std::string superseded_by;       // empty: none
    model::ReservationTexts texts;
    std::vector<LineView> lines;
    // Personal data, only where one reservation is read: what is erased may not come back in a
    // replayed answer.
    std::optional<std::string> customer_id;
    std::optional<std::string> metadata;  // canonical JSON
};

// A shipment or return that was recorded but waits for its partner or for a person.
struct ParkedView {
    model::Verb verb = model::Verb::ship;
    model::Disposition disposition = model::Disposition::restock;
    std::string_view document;
    base::Time occurred_at{};              // epoch: not told
    ReservationView reservation;           // as it is, unchanged
    std::vector<std::int64_t> quantities;  // reported, one per line
};

struct ReleasedView {
    std::vector<std::string> released;  // ids
    base::Time blocked_until{};         // epoch: later creates are not refused
};

// A stock cell after a movement or a setting.
struct StockView {
    std::string_view sku;
    std::string_view pool;
    std::optional<model::Movement> movement;  // nothing: safety stock was set
    std::int64_t delta = 0;                   // of on hand
    std::int64_t unavailable_delta = 0;       // of what `unavailable_reason` keeps from being sold
    model::Reason unavailable_reason = model::Reason::none;
    std::string undoes;  // position of the movement that is taken back; empty: none
    model::Reason reason = model::Reason::none;
    std::string_view reference;
    base::Time occurred_at{};  // epoch: not told
    bool sku_registered = false;
    model::CellImage cell;
};

struct SkuSettingsView {
    std::string_view sku;
    std::string_view sku_class;
    std::uint32_t version = 0;
    bool registered = false;  // by this request
};

using ReplyBody = std::variant<Problem, ReservationView, ParkedView, ReleasedView, StockView,
                               SkuSettingsView, ClassView, PoolView, CapsView, SellingView,
                               TransferView, CountView, CaseView, SkuKnownView>;

// Where a reservation stands now, beside an answer of the past.
struct Present {
    model::ReservationState state = model::ReservationState::held;
    std::uint32_t version = 0;
};

struct Reply {
    ReplyBody body;
    std::string position;  // empty: the answer rests on none
    bool created = false;  // something now exists that did not
    bool replayed = false;
    std::optional<Present> present;  // of a replay about one reservation
    base::Buffer event;              // what the views look at

    [[nodiscard]] const Problem* problem() const { return std::get_if<Problem>(&body); }
};

[[nodiscard]] inline Reply problem_reply(Problem problem) {
    return {.body = std::move(problem), .position = {}, .present = {}, .event = {}};
}

}  // namespace holdfast::api
