// Reservation keys: under which keys the index stores and finds a reservation.
//
//   r tenant ~id                      -> facets, then the encoded ReservationChanged
//   s tenant state ~id                -> nothing      f tenant reference ~id  -> nothing
//   o tenant owner ~id                -> nothing      d tenant deadline id    -> nothing
//
// All numbers are big-endian, so that keys sort by number; `~id` is the complement of the id's 48
// bits, so that newest comes first when reading forwards. `d` is there only while units are held.
// Facets are what a row can be asked for; they stand in front of it so that replacing or filtering
// a row needs no decoding. Persisted: another layout is another format version of the index.
// Internal to this folder. Thread rule: free functions and values.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "model/reservation.hpp"
#include "projection/reservation_index.hpp"

namespace holdfast::projection {

struct Facets {
    model::ReservationState state{};
    base::Time deadline = base::kNever;       // kNever: nothing is held, or without end
    base::Digest128 reference{};              // empty: none
    std::array<base::Digest128, 3> owners{};  // agent, operator, customer; empty: none

    bool operator==(const Facets&) const = default;
};

[[nodiscard]] Facets facets_of(const model::ReservationImage& image);
[[nodiscard]] bool matches(const Facets& facets, const ReservationFilter& filter);

void write_facets(const Facets& facets, base::Buffer& row);
// Takes the facets off the front of a stored row; nothing if they do not parse.
[[nodiscard]] std::optional<Facets> take_facets(std::span<const std::byte>& row);

[[nodiscard]] std::string row_key(model::TenantId tenant, model::ReservationId id);
// Every key but that of the row, sorted, none twice.
[[nodiscard]] std::vector<std::string> index_keys(model::TenantId tenant, model::ReservationId id,
                                                  const Facets& facets);

enum class Order : std::uint8_t { newest_first, soonest_first };

[[nodiscard]] inline Order order_of(const ReservationFilter& filter) {
    return filter.expires_before ? Order::soonest_first : Order::newest_first;
}

// A place in a list: the end of the keys that the list is read by. Equal for every index that is
// read in the same order, so that a list can change its index between two pages.
using Place = std::string;

[[nodiscard]] Place place_of(Order order, model::ReservationId id, const Facets& facets);
// Nothing if these are not the bytes of a place.
[[nodiscard]] std::optional<model::ReservationId> id_at(Order order, std::string_view place);

[[nodiscard]] std::string to_resume(Order order, std::string_view place);
// Nothing if the bytes are not those of a place in this order.
[[nodiscard]] std::optional<Place> from_resume(Order order, std::string_view resume_after);

// Keys to read in one direction: each is `prefix` and a place.
struct Range {
    std::string prefix;
    std::string from;  // the first that may be read
    std::string end;   // the first that may not

    [[nodiscard]] std::string_view place(std::string_view key) const {
        return key.substr(prefix.size());
    }
};

// Reads newest first: the rows of a reference, else of an owner, else of a state, else all. An
// empty place: from the beginning.
[[nodiscard]] Range range_by_id(const ReservationFilter& filter, std::string_view after);
// Reads soonest first: what expires before the filter's instant, which must be given.
[[nodiscard]] Range range_by_deadline(const ReservationFilter& filter, std::string_view after);

}  // namespace holdfast::projection
