// History: what happened to each unit, from disk.
//
// A view over the ledger's events, a little behind the writer; every answer says its position. It
// finds all events of a SKU, pool, reservation, reference or principal, knows a stock cell as of
// any past moment, and takes its figures apart: which movements make up what is on hand, which open
// reservations make up what is promised. It is a function of the ledger, complete from event 1 on:
// deleting its directory rebuilds it.
//
// What is kept (projection/history_keys.hpp has the layout):
// - Every event once more, as bytes, in groups of a few dozen. A page of 50 rows may come from 50
//   batches; a batch of the ledger is read and checked whole and can be megabytes, a group is some
//   kilobytes, compressed. It also keeps readers away from the writer's files.
// - For each subject the numbers of its events, as differences, in blocks.
// - For each cell a journal of its figures (event by event, as differences), its movements of
//   on hand, running totals by term, and its open promises. The figures are folded here from the
//   events and compared with the images that some events carry.
//
// Writing: `event` for every event after `position()`, in order and without a gap, and `reached` at
// the end of a batch of the ledger, or of several. What is told is in memory until it is committed;
// rows and cursor are committed together. A crash may lose the newest commits, whole ones only.
//
// Everything is asked within one tenant; ids of another tenant find nothing. Bounds on what one
// answer reads are constants below. Common errors: corrupted, unavailable (all calls).
//
// Thread rule: `event` and `reached` on one thread; everything else on any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "model/event.hpp"
#include "model/ids.hpp"
#include "projection/reservation_index.hpp"  // reference_digest, owner_digest

namespace holdfast::projection {

// -- the events of something --------------------------------------------------------------------

// With `pool`: the events that touch that cell, or name it.
struct SkuSubject {
    model::SkuId sku{};
    std::optional<model::PoolId> pool;
};
struct PoolSubject {
    model::PoolId pool{};
};
struct ReservationSubject {
    model::ReservationId reservation{};
};
// What a client called it: the reference of a reservation or movement, the order reference of a
// commit, the document of a shipment or return.
struct ReferenceSubject {
    base::Digest128 reference{};  // reference_digest
};
struct PrincipalSubject {
    model::PrincipalKind kind = model::PrincipalKind::agent;
    base::Digest128 principal{};  // owner_digest of agent or operator; the buyer's keyed digest
};
using Subject =
    std::variant<SkuSubject, PoolSubject, ReservationSubject, ReferenceSubject, PrincipalSubject>;

struct EventRow {
    model::Sequence sequence{};
    base::Time time{};   // of its batch
    base::Buffer event;  // for model::decode
};

// Newest first. Where to go on is a sequence, so new events never move a page.
struct EventPage {
    std::vector<EventRow> rows;
    std::string resume_after;  // opaque; empty: this was the last page
    model::Sequence position{};
    base::Time as_of{};
};

// -- stock as of a moment -----------------------------------------------------------------------

// At most one is given; neither: now. After the events of that time, or after that event. Beyond
// what is known: the newest that is known.
struct Moment {
    std::optional<base::Time> time;
    std::optional<model::Sequence> position;
};

struct CellAt {
    model::SkuId sku{};
    model::PoolId pool{};
    model::CellImage cell{};
    model::Sequence changed_by{};  // the newest event in it that touched the cell
    base::Time changed_at{};
};

struct StockAt {
    std::vector<CellAt> cells;   // by pool; those that had ever been touched
    model::Sequence position{};  // the moment: nothing later is in it
    base::Time as_of{};          // of the newest event in it
};

// -- on hand, for counts ------------------------------------------------------------------------

struct Watermark {
    std::string source;
    std::int64_t sequence = 0;  // everything of that source up to here
};

// What a count says it knows of already, whenever it occurred.
struct CountIncludes {
    std::vector<base::Digest128> references;  // reference_digest
    std::vector<Watermark> watermarks;
};

// The newest count that was taken up: it matched, was applied, or waits for approval (also when it
// was thrown away later). CountStock names it.
struct LastCount {
    model::Sequence sequence{};
    base::Time as_of{};
    std::int64_t counted = 0;
};

struct OnHandAt {
    std::int64_t on_hand = 0;  // counting movements by when they occurred
    std::int64_t on_hand_now = 0;
    std::uint64_t later = 0;     // movements that occurred after it and are not in it
    std::uint64_t included = 0;  // that occurred after it and are in it because the count says so
    std::optional<LastCount> last_count;
    model::Sequence position{};
    base::Time as_of{};
};

// -- why is it N? -------------------------------------------------------------------------------

enum class StockTerm : std::uint8_t {
    receipts = 0,
    shipments = 1,
    returns = 2,
    adjustments = 3,
    counts = 4,
    transfers_in = 5,
    transfers_out = 6,
};
[[nodiscard]] std::string_view to_string(StockTerm term);

struct NamedMovement {
    model::Sequence sequence{};  // of its event
    base::Time time{};           // it was recorded
    std::int64_t units = 0;      // signed
};

struct OnHandTerm {
    StockTerm term = StockTerm::receipts;
    model::Reason reason = model::Reason::none;  // of adjustments
    std::uint64_t movements = 0;
    std::int64_t units = 0;             // signed; all terms add up to on hand
    std::vector<NamedMovement> newest;  // newest first, at most kNamedMovements
};

struct UnavailableTerm {
    model::Reason reason = model::Reason::none;
    std::int64_t units = 0;
};

// In attribution order: who is at risk first when units are missing.
enum class PromiseKind : std::uint8_t {
    soft_held = 0,  // beside the others: promises nothing
    held = 1,
    payment_pending = 2,
    review = 3,
    committed = 4,
};
inline constexpr std::size_t kPromiseKinds = 5;
[[nodiscard]] std::string_view to_string(PromiseKind kind);

struct Promise {
    PromiseKind kind = PromiseKind::held;
    model::ReservationId reservation{};
    std::uint32_t line = 0;  // from 1, as the client counts: a line from several pools is one
    std::int64_t units = 0;
    base::Time expires_at = base::kNever;  // committed: never
};

struct PromiseTerm {
    PromiseKind kind = PromiseKind::held;
    std::uint64_t promises = 0;
    std::int64_t units = 0;
    std::vector<Promise> newest;  // newest reservation first; as many as were asked for
};

// All terms add up exactly: on_hand to cell.on_hand, unavailable to cell.unavailable, promises to
// soft_held, held (with payment_pending and review) and committed. Terms that never were are left
// out.
struct CellExplanation {
    CellAt at{};
    std::vector<OnHandTerm> on_hand;
    std::vector<UnavailableTerm> unavailable;
    std::vector<PromiseTerm> promises;
};

struct Explanation {
    std::vector<CellExplanation> cells;  // by pool
    model::Sequence position{};
    base::Time as_of{};
    // Asked of a past moment with more events after it than kExplainEventsMax on a cell: which
    // reservations had its units then is not looked up. Its promises are sums as `held`,
    // `soft_held` and `committed`, without names or numbers of promises.
    bool partial = false;
};

// Part of a promise that is not covered.
struct AtRisk {
    Promise promise{};
    std::int64_t units = 0;  // of the promise's, at risk
};

struct AtRiskList {
    std::vector<AtRisk> promises;  // in attribution order
    std::int64_t uncovered = 0;  // of the deficit, beyond what is listed (bound, or none promised)
    model::Sequence position{};
    base::Time as_of{};
};

// -- principals ---------------------------------------------------------------------------------

struct PrincipalFigures {
    model::PrincipalKind kind = model::PrincipalKind::agent;
    base::Digest128 principal{};
    std::string name;                  // of an agent or operator; a buyer's is not in the ledger
    std::uint64_t reservations = 0;    // that ever held or committed units
    std::uint64_t holds = 0;           // reservations that ever held units
    std::uint64_t bought = 0;          // of those holds: at least one unit was committed
    std::int64_t held_units = 0;       // ever
    std::int64_t committed_units = 0;  // of those
    std::int64_t released_units = 0;
    std::int64_t expired_units = 0;
    // Units * seconds from first hold to release or expiry: what nobody else could buy meanwhile.
    // A supersede goes on with the clock of the hold it replaces. Saturates.
    std::int64_t wasted_unit_seconds = 0;
    base::Time last_seen{};
};

struct PrincipalPage {
    std::vector<PrincipalFigures> rows;  // most wasted first
    model::Sequence position{};
    base::Time as_of{};
};

// -- a tenant's figures -------------------------------------------------------------------------

// Movements by who reported them and why. Sources beyond kVolumesMax are summed under "other".
struct Volume {
    std::string source;  // of the idempotency key; empty: a plain key
    model::Reason reason = model::Reason::none;
    std::uint64_t movements = 0;
    std::int64_t net = 0;     // sum
    std::int64_t volume = 0;  // sum of absolute values; saturates
};

struct HistoryTotals {
    std::uint64_t holds = 0;  // reservations that ever held units
    std::int64_t held_units = 0;
    std::int64_t committed_units = 0;  // of held ones
    std::int64_t released_units = 0;
    std::int64_t expired_units = 0;
    std::int64_t released_unit_seconds = 0;  // as PrincipalFigures::wasted_unit_seconds
    std::int64_t expired_unit_seconds = 0;   // undersell: held by what then expired
    // By how much expiries were written after their deadline: a hold stops counting at its
    // deadline, this is the sweeper's lag. Downtime of the service is in it.
    std::uint64_t expiries = 0;
    base::Duration latest_expiry{};
    std::uint64_t counts = 0;          // judged
    std::uint64_t counts_pending = 0;  // of those, not within their class's threshold
    std::vector<Volume> adjustments;
    std::vector<Volume> drift;  // of counts, when judged; outdated ones are not in it
    model::Sequence position{};
    base::Time as_of{};
};

// -- stranded stock, class suggestions ------------------------------------------------------------

struct OpenTransfer {
    model::TransferId id{};
    model::SkuId sku{};
    model::PoolId from{};
    model::PoolId to{};
    std::int64_t quantity = 0;
    std::int64_t in_transit = 0;
    base::Time sent_at{};
    std::string reference;
};

struct TransferPage {
    std::vector<OpenTransfer> rows;  // newest first
    std::string resume_after;
    model::Sequence position{};
    base::Time as_of{};
};

struct CellPage {
    std::vector<CellAt> rows;  // by pool, then SKU; those with any figure but safety stock
    std::string resume_after;  // a page may be short, even without rows, and not be the last
    model::Sequence position{};
    base::Time as_of{};
};

// What a SKU has been through, over all its pools.
struct SkuFigures {
    model::SkuId sku{};
    model::ClassId sku_class{};
    base::Time first_seen{};
    base::Time last_seen{};
    std::int64_t received = 0;  // receipts and transfers are not mixed: receipts only
    std::int64_t sold = 0;      // units committed, from holds or elsewhere
    std::int64_t shipped = 0;
    std::int64_t returned = 0;
    std::int64_t expired = 0;
    std::int64_t released = 0;     // held units given up; cancelled sales are not in it
    std::int64_t written_off = 0;  // adjustments and counts below zero, as a positive number
    std::uint64_t holds = 0;       // lines that ever held units
    std::uint64_t sales = 0;       // lines that ever committed units
    std::uint64_t refused = 0;     // recorded refusals for lack of it
    // Most that was held (soft too) of what could be sold or held at that moment, in thousandths.
    std::uint32_t peak_held_permille = 0;
};

struct SkuPage {
    std::vector<SkuFigures> rows;  // by id
    std::string resume_after;
    model::Sequence position{};
    base::Time as_of{};
};

// -- bounds -------------------------------------------------------------------------------------

inline constexpr std::size_t kNamedMovements = 3;
inline constexpr std::size_t kAtRiskMax = 1'000;         // promises of one answer
inline constexpr std::size_t kVolumesMax = 512;          // (source, reason) pairs of a tenant
inline constexpr std::size_t kExplainEventsMax = 2'000;  // of a cell, after a past moment

class History {
  public:
    virtual ~History() = default;

    // `bytes`: the event as the ledger has it, for model::decode.
    // Errors: corrupted (a gap; an image that differs from the folded figures).
    virtual base::Result<void> event(const model::Event& event, std::span<const std::byte> bytes,
                                     model::Sequence sequence, base::Time time) = 0;
    // Everything up to here was told. Commits, atomically with the cursor. After a failure nothing
    // of it is visible and the object takes no more until it begins again.
    virtual base::Result<void> reached(model::Sequence position, base::Time as_of) = 0;
    // Drops what was told and is not committed: it is told again, from position() on.
    virtual base::Result<void> begin_again() = 0;
    // Where to go on reading the ledger after a restart. 0: empty.
    [[nodiscard]] virtual model::Sequence position() const = 0;

    // `resume_after` (here and below): empty, or that of an earlier page of the same question;
    // `limit` is clamped to 1..model::kPageSizeMax. Errors: invalid_input (it belongs to no page).
    [[nodiscard]] virtual base::Result<EventPage> events(model::TenantId tenant,
                                                         const Subject& subject,
                                                         std::string_view resume_after,
                                                         std::size_t limit) = 0;
    // One event by its number; nothing if it is not known (yet) or is no event of the tenant's.
    // Events of the partition itself (downtime, state hashes) are nobody's.
    [[nodiscard]] virtual base::Result<std::optional<EventRow>> event_at(
        model::TenantId tenant, model::Sequence sequence) = 0;

    [[nodiscard]] virtual base::Result<StockAt> stock_at(model::TenantId tenant, model::SkuId sku,
                                                         const Moment& moment) = 0;
    // Movements that occurred at `as_of` or before, by when they occurred (recorded, where they do
    // not say), and those that `includes` names. Reads what was recorded since `as_of`.
    [[nodiscard]] virtual base::Result<OnHandAt> on_hand_at(model::TenantId tenant,
                                                            model::SkuId sku, model::PoolId pool,
                                                            base::Time as_of,
                                                            const CountIncludes& includes) = 0;

    // One pool, or all of the SKU's. `names`: how many promises of each kind are named, at most
    // model::kPageSizeMax.
    [[nodiscard]] virtual base::Result<Explanation> explain(model::TenantId tenant,
                                                            model::SkuId sku,
                                                            std::optional<model::PoolId> pool,
                                                            const Moment& moment,
                                                            std::size_t names) = 0;
    // Which promises of the cell are at risk when `deficit` units are missing: held before
    // payment_pending before review before committed, within each by age as the class says.
    [[nodiscard]] virtual base::Result<AtRiskList> at_risk(model::TenantId tenant, model::SkuId sku,
                                                           model::PoolId pool, std::int64_t deficit,
                                                           model::ShortageOrder order) = 0;

    [[nodiscard]] virtual base::Result<std::optional<PrincipalFigures>> principal(
        model::TenantId tenant, model::PrincipalKind kind, base::Digest128 principal) = 0;
    // Those who wasted most unit-seconds; of one kind, or of all.
    [[nodiscard]] virtual base::Result<PrincipalPage> wasteful(
        model::TenantId tenant, std::optional<model::PrincipalKind> kind, std::size_t limit) = 0;

    [[nodiscard]] virtual base::Result<HistoryTotals> totals(model::TenantId tenant) = 0;

    // Units between two pools; of one SKU, or all.
    [[nodiscard]] virtual base::Result<TransferPage> open_transfers(model::TenantId tenant,
                                                                    std::optional<model::SkuId> sku,
                                                                    std::string_view resume_after,
                                                                    std::size_t limit) = 0;
    // The cells of one pool, or of all.
    [[nodiscard]] virtual base::Result<CellPage> cells(model::TenantId tenant,
                                                       std::optional<model::PoolId> pool,
                                                       std::string_view resume_after,
                                                       std::size_t limit) = 0;
    [[nodiscard]] virtual base::Result<SkuPage> skus(model::TenantId tenant,
                                                     std::string_view resume_after,
                                                     std::size_t limit) = 0;
};

// Makes the directory if it is absent. A history in another format is emptied: position 0.
// Errors: already_locked, corrupted, permission_denied, storage_full, unavailable, invalid_input
// (the directory holds something else), naming the directory.
[[nodiscard]] base::Result<std::unique_ptr<History>> open_history(const std::string& directory);

}  // namespace holdfast::projection
