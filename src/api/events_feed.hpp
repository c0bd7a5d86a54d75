// EventsFeed: a tenant's events from any position on, oldest first, waiting at the head.
//
// Read from the ledger itself, so nothing is ever missing; only what is published is shown. A page
// may be empty and not be the end: its `next` goes on behind what was looked at.
// Thread rule: any thread; the callback runs on an executor's thread, or at once.
#pragma once

#include <expected>
#include <functional>
#include <string>
#include <vector>

#include "api/event_view.hpp"
#include "api/principal.hpp"
#include "api/stock_requests.hpp"
#include "api/waiters.hpp"

namespace holdfast::api {

inline constexpr std::int64_t kFeedWaitSecondsMax = 60;

struct EventFeedPage {
    std::vector<EventView> events;
    std::string next;    // where to go on
    std::string source;  // of all of them: "/inventory/<tenant>"
};

using FeedCallback = std::move_only_function<void(std::expected<EventFeedPage, Problem>)>;

class EventsFeed {
  public:
    EventsFeed(const Context& context, Waiters& waiters) : context_(context), waiters_(waiters) {}

    void read(const Principal& principal, const EventsRequest& request,
              FeedCallback callback) const;

  private:
    const Context& context_;
    Waiters& waiters_;
};

}  // namespace holdfast::api
