// ReservationIndex: lists of reservations, from disk.
//
// A view fed by the replayer, a little behind the writer; every page says its position. It keeps
// the newest image of each reservation and finds it by state, reference, owner or deadline. It is
// a function of the ledger: deleting its directory rebuilds it.
//
// Order: newest first (by id, descending); where `expires_before` is asked, soonest deadline first,
// then by id. Ids only grow and never change, so in the first order a page neither repeats nor
// skips what matched all along: new rows appear before the first page. In the second order the same
// holds for every reservation whose own deadline did not move between the pages.
//
// Thread rule: `put` and `commit` on the replayer's thread; everything else on any thread.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "model/ids.hpp"
#include "model/reservation.hpp"

namespace holdfast::projection {

// A reservation must match everything that is given.
struct ReservationFilter {
    model::TenantId tenant{};
    std::optional<model::ReservationState> state;
    std::optional<base::Digest128> reference;  // reference_digest
    std::optional<base::Digest128> owner;      // owner_digest of agent, operator; or the customer's
    // Holds units that come back before this instant unless something happens.
    std::optional<base::Time> expires_before;
};

// How a reference is found. The tenant is in the filter; images know it by number, not by name.
[[nodiscard]] base::Digest128 reference_digest(std::string_view reference);

// How an agent or operator is found as an owner. Customers are found by their keyed digest.
[[nodiscard]] base::Digest128 owner_digest(std::string_view agent_or_operator);

struct ReservationPage {
    std::vector<base::Buffer> rows;  // each an encoded ReservationChanged (model::decode)
    // Opaque bytes for the next page; empty: this was the last. A page may be short, even without
    // rows, and not be the last: what is read for one page is bounded.
    std::string resume_after;
    model::Sequence position{};  // the index knows everything up to here
    base::Time as_of{};
};

class ReservationIndex {
  public:
    virtual ~ReservationIndex() = default;

    // The newest image of a reservation; replaces what was there. Kept in memory until `commit`.
    virtual base::Result<void> put(const model::ReservationImage& image) = 0;
    // Everything put since the last commit becomes visible at once, together with the position up
    // to which the ledger has been read: the cursor and the rows can never disagree. A crash may
    // lose the newest commits, whole ones only: the index then is as it was at an earlier position.
    // After a failure nothing is visible and nothing is forgotten: it may be tried again.
    virtual base::Result<void> commit(model::Sequence position, base::Time as_of) = 0;
    // Where to go on reading the ledger after a restart. 0: empty.
    [[nodiscard]] virtual model::Sequence position() const = 0;

    // `resume_after`: empty, or that of an earlier page of the same filter; `limit` is at least 1
    // and at most model::kPageSizeMax, other values are taken as the nearest of these.
    // Errors: invalid_input (`resume_after` belongs to no such list), corrupted, unavailable.
    [[nodiscard]] virtual base::Result<ReservationPage> list(const ReservationFilter& filter,
                                                             std::string_view resume_after,
                                                             std::size_t limit) = 0;
};

// Makes the directory if it is absent. An index in another format is emptied: position 0.
// Errors: already_locked, corrupted, permission_denied, storage_full, unavailable, invalid_input
// (the directory holds something else), naming the directory.
[[nodiscard]] base::Result<std::unique_ptr<ReservationIndex>> open_reservation_index(
    const std::string& directory);

}  // namespace holdfast::projection
