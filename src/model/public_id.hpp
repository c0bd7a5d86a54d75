// Public ids: `rsv_` and 13 characters of Crockford base32.
//
// Inside, a reservation is (partition, sequence). Outside it is that pair through a keyed
// permutation of 64 bits, so that ids cannot be enumerated and tell nothing about volume. The key
// is in the ledger's first event and never changes. Not a secret to rely on: the owner is checked
// on every verb. Thread rule: const methods from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/digest.hpp"
#include "model/ids.hpp"

namespace holdfast::model {

struct PublicIdParts {
    PartitionId partition;
    ReservationId reservation;  // < 2^48
    bool operator==(const PublicIdParts&) const = default;
};

class PublicIds {
  public:
    explicit PublicIds(base::Digest128 key);

    [[nodiscard]] std::string encode(PublicIdParts parts) const;
    // Nothing if it is not one of ours in form. Letters of either case; no other leniency.
    [[nodiscard]] std::optional<PublicIdParts> decode(std::string_view text) const;

  private:
    [[nodiscard]] std::uint32_t round(std::uint32_t half, std::size_t index) const;

    std::array<std::uint64_t, 4> round_keys_;
};

// Positions are opaque to clients: (partition, sequence).
[[nodiscard]] std::string encode_position(PartitionId partition, Sequence sequence);
[[nodiscard]] std::optional<std::pair<PartitionId, Sequence>> decode_position(
    std::string_view text);

}  // namespace holdfast::model
