// Extras: the parts of a reservation that most do without (texts, line ids, links to other
// reservations, digests of personal data), packed into one allocation, or none at all.
//
// Packing is a function of the image alone, so that equal logical states have equal bytes (the
// state hash relies on it). Thread rule: free functions.
#pragma once

#include <cstddef>
#include <span>

#include "core/records.hpp"
#include "model/reservation.hpp"

namespace holdfast::core {

// Whether there is anything to pack.
[[nodiscard]] bool has_extras(const model::ReservationImage& image);

// Replaces `extras` if the image's extras differ from what it has.
void pack_extras(const model::ReservationImage& image, Extras& extras);

// Fills in the image's extras; texts are views into `extras`. The image's lines must be there.
void unpack_extras(const Extras& extras, model::ReservationImage& image);

// The same bytes at another place: for an image that has to outlive a change of its reservation.
[[nodiscard]] Extras copy_extras(const Extras& extras);

// The packed bytes, empty if there are none.
[[nodiscard]] std::span<const std::byte> extras_bytes(const Extras& extras);

}  // namespace holdfast::core
