// Commands: what a client asks for, as sent, before any default.
//
// The API builds a command from a request and hands it to the partition; the core decides it. All
// hashing is done here, on the caller's thread: the writer compares digests only. Optional fields
// are optional because the fingerprint of a request must not depend on defaults.
// Thread rule: a value, moved from thread to thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/digest.hpp"
#include "base/time.hpp"
#include "model/case.hpp"
#include "model/event.hpp"
#include "model/ids.hpp"
#include "model/pool.hpp"
#include "model/reason.hpp"
#include "model/reservation.hpp"
#include "model/sku_class.hpp"
#include "model/stop.hpp"

namespace holdfast::model {

// A text and its digest inside its tenant.
struct Name {
    std::string text{};
    base::Digest128 digest{};

    [[nodiscard]] bool empty() const { return digest.empty(); }
};

[[nodiscard]] Name tenant_name(std::string_view tenant);
[[nodiscard]] Name sku_name(std::string_view tenant, std::string_view sku);
[[nodiscard]] Name pool_name(std::string_view tenant, std::string_view pool);
[[nodiscard]] Name class_name(std::string_view tenant, std::string_view sku_class);
[[nodiscard]] Name reference_name(std::string_view tenant, std::string_view reference);

// A client's attempt. `key` is the digest of its scope: equal keys of two tenants or two
// operations are different attempts.
struct Key {
    base::Digest128 key{};
    base::Digest128 fingerprint{};
    std::string source{};
    std::int64_t source_sequence = 0;

    [[nodiscard]] bool empty() const { return key.empty(); }
};

[[nodiscard]] base::Digest128 key_digest(std::string_view tenant, Operation operation,
                                         std::string_view key);
[[nodiscard]] base::Digest128 source_digest(std::string_view tenant, std::string_view source,
                                            std::int64_t sequence);

// Clear text of personal data, stored beside the ledger when the event that names it is written.
struct PersonalText {
    base::Digest128 digest{};  // keyed
    std::string text{};

    [[nodiscard]] bool empty() const { return digest.empty(); }
};

struct RequestedLine {
    Name sku{};
    std::optional<Name> pool{};
    std::int64_t quantity = 0;
    std::optional<std::int64_t> min_quantity{};
    std::string line_id{};
    std::string group{};
};

struct CreateReservation {
    std::vector<RequestedLine> lines{};
    std::optional<std::int64_t> ttl_seconds{};
    Name reference{};
    std::string agent_id{};
    std::string operator_id{};
    std::string channel{};
    PersonalText customer{};
    PersonalText metadata{};
    std::string region{};  // where the buyer is, for classes that serve from the nearest pool
    std::optional<ReservationId> supersedes{};
    bool supersedes_same_reference = false;
    bool partial = false;
    bool dry_run = false;
    std::optional<std::int64_t> wait_seconds{};  // of a single line: queue if units are only held
};

// Part of a reservation's line, named by `line_id` or by SKU (then all its lines in order).
struct LinePart {
    std::string line_id{};  // empty: by SKU
    Name sku{};
    std::int64_t quantity = 0;
};

// begin payment, commit, release, extend, ship, cancel, return, reallocate, close short: which one,
// the operation says.
struct ChangeReservation {
    ReservationId reservation{};
    std::optional<std::uint32_t> expected_version{};  // If-Match
    std::vector<LinePart> lines{};                    // none: all that the verb can act on
    std::optional<std::int64_t> ttl_seconds{};        // begin payment, extend
    std::string payment_reference{};                  // begin payment
    std::string payment_provider{};                   // begin payment
    std::string order_reference{};                    // commit
    std::string document{};                           // ship, return: reference of the document
    Reason reason = Reason::none;                     // cancel, close short
    PersonalText note{};                              // cancel, close short
    Disposition disposition = Disposition::restock;   // return
    std::optional<base::Time> occurred_at{};          // ship, return
    std::optional<Name> from{};                       // reallocate; none: wherever the units are
    std::optional<Name> to{};                         // reallocate
};

// Release by create key or by reference, whatever became of it.
struct ReleaseByName {
    base::Digest128 create_key{};  // empty: by reference
    Name reference{};
    bool block_late = false;  // always in force by create key
};

// receive_stock, adjust_stock, mark_unavailable.
struct MoveStock {
    Name sku{};
    std::optional<Name> pool{};
    // receipt: > 0; adjustment: the signed difference of on hand; mark_unavailable: units that can
    // no longer be sold because of `reason`, negative: that can be sold again
    std::int64_t quantity = 0;
    Reason reason = Reason::none;
    // adjustment below zero: it takes units that were unavailable for this reason, so that writing
    // off what is broken does not count twice
    Reason from_unavailable = Reason::none;
    Sequence undoes{};  // the movement that this one takes back
    std::string reference{};
    PersonalText note{};
    std::optional<base::Time> occurred_at{};
};

struct TransferStock {
    Name sku{};
    Name from{};
    Name to{};
    std::int64_t quantity = 0;
    bool instant = false;  // arrives as it leaves
    std::string reference{};
    std::optional<base::Time> occurred_at{};
};

// Units of a transfer arrived or were lost.
struct SettleTransfer {
    TransferId transfer{};
    std::optional<std::int64_t> quantity{};  // none: all that is on its way
    bool lost = false;
    Reason reason = Reason::none;  // lost
    std::optional<base::Time> occurred_at{};
};

// A sale that was made elsewhere. Unknown SKUs are registered by it.
struct RecordSale {
    std::vector<RequestedLine> lines{};  // all of it counts: `min_quantity` is not looked at
    Name reference{};
    std::string channel{};
    PersonalText customer{};
    bool shipped = false;  // the goods have left too
    std::optional<base::Time> occurred_at{};
};

// A physical count. The reconciliation computed `drift` at `position` (see api/counts.hpp); the
// core refuses it if what came since then could change it.
struct CountStock {
    Name sku{};
    std::optional<Name> pool{};
    std::int64_t counted = 0;
    base::Time as_of{};
    base::Digest128 includes{};  // of what the counter says is deducted already
    std::int64_t drift = 0;      // not part of the fingerprint, nor are the two below
    Sequence position{};
    Sequence last_count{};  // of the cell, that the drift was computed after; 0: none
    std::string submitter{};
};

struct ResolveCase {
    CaseId id{};
    Resolution resolution = Resolution::acknowledged;  // approved, rejected, acknowledged
    base::Digest128 plan{};                            // approved
    bool override_submitter = false;  // approved by who submitted it; `reason` says why
    Reason reason = Reason::none;
    PersonalText note{};
    std::string who{};
};

struct SetSafetyStock {
    Name sku{};
    std::optional<Name> pool{};
    std::int64_t units = 0;
};

struct PutSku {
    Name sku{};
    std::optional<Name> sku_class{};
};

// Replaces a class as a whole, or makes a new one. `policy.id` and `policy.version` are ignored.
struct PutClass {
    Name name{};
    SkuClass policy{};
    std::optional<std::uint32_t> expected_version{};  // If-Match
};

// Replaces a pool's settings as a whole, or makes a new one. `settings.id`, `.version` and
// `.overflow` are ignored.
struct PutPool {
    Name name{};
    Pool settings{};
    std::optional<Name> overflow{};
    std::optional<std::uint32_t> expected_version{};  // If-Match
};

struct SetCaps {
    CapsByKind caps{};
};

struct ChangeSelling {
    StopScope scope = StopScope::everything;
    Name subject{};       // of a SKU, pool or class; text alone for channel and agent
    bool stopped = true;  // else selling goes on
    Reason reason = Reason::none;
    std::optional<base::Time> until{};
    PersonalText note{};
    std::string who{};
};

struct ReadReservation {
    ReservationId reservation{};
};

using Request =
    std::variant<CreateReservation, ChangeReservation, ReleaseByName, MoveStock, SetSafetyStock,
                 PutSku, ReadReservation, PutClass, PutPool, SetCaps, ChangeSelling, TransferStock,
                 SettleTransfer, RecordSale, CountStock, ResolveCase>;

struct Command {
    Operation operation = Operation::read_reservation;
    Name tenant{};
    Key key{};
    Request request{};
};

// The fingerprint of a command as sent, whatever wire it came over. Two requests are the same
// attempt only if every field a client can set is equal.
[[nodiscard]] base::Digest128 fingerprint(const Command& command);

}  // namespace holdfast::model
