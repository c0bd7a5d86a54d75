// Histories: what happened to something, how much there was when, and why it is as much as it is.
//
// Answered from the history (projection/history.hpp), with everything that was published before the
// request wherever that follows within its patience; every answer says its position.
// Thread rule: any thread; callbacks run on an executor's thread, or at once.
#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/event_view.hpp"
#include "api/principal.hpp"
#include "api/stock_requests.hpp"
#include "api/waiters.hpp"
#include "projection/history.hpp"

namespace holdfast::api {

template <typename T>
using Answer = std::move_only_function<void(std::expected<T, Problem>)>;

struct EventList {
    std::vector<EventView> events;  // newest first
    std::string next_cursor;        // empty: this was the last page
    std::string position;
    base::Time as_of{};
};

struct CellAtView {
    std::string_view pool;
    model::CellImage cell;
    std::string changed_by;  // position
    base::Time changed_at{};
};

struct StockAtView {
    std::string_view sku;
    std::vector<CellAtView> pools;
    std::string position;
    base::Time as_of{};
};

struct NamedMovementView {
    std::string position;
    base::Time time{};
    std::int64_t units = 0;
};

struct OnHandTermView {
    std::string_view term;
    model::Reason reason = model::Reason::none;
    std::uint64_t movements = 0;
    std::int64_t units = 0;
    std::vector<NamedMovementView> newest;
};

struct PromiseView {
    std::string reservation;
    std::uint32_t line = 0;  // from 1, of the reservation's entries
    std::int64_t units = 0;
    std::optional<base::Time> expires_at;
};

struct PromiseTermView {
    std::string_view kind;
    std::uint64_t promises = 0;
    std::int64_t units = 0;
    std::vector<PromiseView> newest;
};

struct UnavailableTermView {
    model::Reason reason = model::Reason::none;
    std::int64_t units = 0;
};

struct CellExplanationView {
    CellAtView at;
    std::vector<OnHandTermView> on_hand;
    std::vector<UnavailableTermView> unavailable;
    std::vector<PromiseTermView> promises;
    std::optional<std::int64_t> offered;  // now, under the class's rules
};

struct ExplanationView {
    std::string_view sku;
    std::string_view sku_class;  // that the SKU is in now
    std::vector<CellExplanationView> pools;
    bool partial = false;
    std::string position;
    base::Time as_of{};
};

class Histories {
  public:
    Histories(const Context& context, Waiters& waiters) : context_(context), waiters_(waiters) {}

    // Problems: validation_failed, unknown_reservation, not_found (SKU), unavailable.
    void events(const Principal& principal, const HistoryRequest& request,
                Answer<EventList> answer) const;
    // Problems: not_found, validation_failed, unavailable.
    void stock_at(const Principal& principal, const std::string& sku, const MomentRequest& request,
                  Answer<StockAtView> answer) const;
    void explain(const Principal& principal, const ExplainRequest& request,
                 Answer<ExplanationView> answer) const;

  private:
    const Context& context_;
    Waiters& waiters_;
};

}  // namespace holdfast::api
