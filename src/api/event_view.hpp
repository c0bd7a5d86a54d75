// EventView: an event of the ledger as a client sees it, in histories and feeds.
//
// Its data are those of the reply that the event is, or would be: one rendering for all.
// Thread rule: free functions and values, any thread but the writer's.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/names.hpp"
#include "api/reply.hpp"
#include "base/bytes.hpp"
#include "base/time.hpp"
#include "model/event.hpp"

namespace holdfast::api {

struct EventView {
    std::string position;
    base::Time time{};
    std::string_view type;  // "holdfast.reservation.held"
    std::string subject;    // id of the reservation, transfer or case, or the SKU, class or pool
    Reply reply;            // what it shows; its position is the event's
};

// Empty: of no interest to a merchant (the partition's own bookkeeping).
[[nodiscard]] std::string_view event_type(const model::Event& event);

// Nothing: it belongs to no tenant.
[[nodiscard]] std::optional<model::TenantId> tenant_of(const model::Event& event);

// Nothing if it has no type, or does not decode (which is logged).
[[nodiscard]] std::optional<EventView> view_event(base::Buffer event, model::Sequence sequence,
                                                  base::Time time, const Names& names);

}  // namespace holdfast::api
