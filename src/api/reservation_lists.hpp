// ReservationLists: pages of a tenant's reservations, from the on-disk index.
//
// A page is a little behind the writer and says its position. Rows carry no personal data.
// Thread rule: const methods on any thread that may wait for a disk.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "api/context.hpp"
#include "api/principal.hpp"
#include "api/reply.hpp"
#include "api/requests.hpp"

namespace holdfast::api {

struct ReservationRow {
    ReservationView view;
    base::Buffer event;  // what the view looks at
};

struct ReservationList {
    std::vector<ReservationRow> items;
    std::string next_cursor;  // empty: this was the last page
    std::string position;
    base::Time as_of{};
};

class ReservationLists {
  public:
    explicit ReservationLists(const Context& context) : context_(context) {}

    // Problems: validation_failed (naming the parameter), unavailable.
    [[nodiscard]] std::expected<ReservationList, Problem> list(const Principal& principal,
                                                               const ListRequest& request) const;

  private:
    const Context& context_;
};

}  // namespace holdfast::api
