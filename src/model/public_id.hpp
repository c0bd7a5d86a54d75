// Public ids: `rsv_`, `cas_` or `trf_` and 13 characters of Crockford base32.
//
// Inside, a reservation, case or transfer is (partition, sequence). Outside it is that pair through
// a keyed permutation of 64 bits, so that ids cannot be enumerated and tell nothing about volume.
// The key is in the ledger's first event and never changes. Not a secret to rely on: the owner is
// checked on every verb. Thread rule: const methods from any thread.
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

    // The same of a case and of a transfer.
    [[nodiscard]] std::string encode(PartitionId partition, CaseId id) const;
    [[nodiscard]] std::string encode(PartitionId partition, TransferId id) const;
    [[nodiscard]] std::optional<std::pair<PartitionId, CaseId>> decode_case(
        std::string_view text) const;
    [[nodiscard]] std::optional<std::pair<PartitionId, TransferId>> decode_transfer(
        std::string_view text) const;

  private:
    struct Plain {
        PartitionId partition;
        std::uint64_t sequence;
    };

    [[nodiscard]] std::string print(std::string_view prefix, Plain plain) const;
    [[nodiscard]] std::optional<Plain> parse(std::string_view prefix, std::string_view text) const;
    [[nodiscard]] std::uint32_t round(std::uint32_t half, std::size_t index) const;

    std::array<std::uint64_t, 4> round_keys_;
};

// Positions are opaque to clients: (partition, sequence).
[[nodiscard]] std::string encode_position(PartitionId partition, Sequence sequence);
[[nodiscard]] std::optional<std::pair<PartitionId, Sequence>> decode_position(
    std::string_view text);

}  // namespace holdfast::model
