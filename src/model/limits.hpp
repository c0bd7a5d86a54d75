// Limits: everything has one, with its reason and what a client sees when it is hit.
//
// Limits that a decision depends on are written into the ledger (see TenantRegistered and
// SkuClass), so that replaying an old event never judges it by a new limit. The figures here are
// the values new ledgers start with, and the shapes that never reach a decision.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace holdfast::model {

// -- names and texts: longer ones are 422 `validation_failed` with a pointer ------------------
inline constexpr std::size_t kSkuBytesMax = 128;        // merchants' identifiers are short
inline constexpr std::size_t kKeyBytesMax = 255;        // what every payment API allows
inline constexpr std::size_t kReferenceBytesMax = 255;  // order numbers, agent and channel names
inline constexpr std::size_t kLineIdBytesMax = 64;
inline constexpr std::size_t kNoteBytesMax = 1000;
inline constexpr std::size_t kMetadataPairsMax = 20;
inline constexpr std::size_t kMetadataKeyBytesMax = 40;
inline constexpr std::size_t kMetadataValueBytesMax = 500;

// -- shapes of requests -----------------------------------------------------------------------
inline constexpr std::size_t kLinesMax = 2'000;       // real invoices reach 675 lines
inline constexpr std::size_t kEntriesMax = 8'000;     // lines by pool; more: 422 `limit_exceeded`
inline constexpr std::size_t kBatchItemsMax = 8'192;  // POST /reservations/batch
inline constexpr std::size_t kSkusPerQueryMax = 200;  // GET /availability?sku=
inline constexpr std::size_t kPageSizeMax = 1'000;    // lists; default 50
inline constexpr std::size_t kPageSizeDefault = 50;
inline constexpr std::int64_t kTtlSecondsMax = 31LL * 24 * 3600;

// -- quantities: refused with 422 `limit_exceeded` before anything changes ---------------------
inline constexpr std::int64_t kLineQuantityMax = 1LL << 40;
inline constexpr std::int64_t kReservationQuantityMax = 1LL << 44;
inline constexpr std::int64_t kCellQuantityMax = 1LL << 62;

// -- the writer -------------------------------------------------------------------------------
inline constexpr std::size_t kInboxCommandsMax = 65'536;  // full: 503 `overloaded`
inline constexpr std::size_t kBatchEventsMax = 8'192;     // bounds a batch's decision time
inline constexpr std::size_t kBatchBytesMax = 4u << 20;   // bounds a batch's write time
inline constexpr std::size_t kCommandEventsMax = 2'048;   // one command's effects
inline constexpr std::size_t kExpiriesPerBatchMax = 4'096;
inline constexpr std::size_t kBatchesInFlightMax = 2;
inline constexpr std::size_t kWaitersMax = 100'000;  // of one SKU; more: refused as if none waited
inline constexpr std::size_t kPoolsMax = 1'000;      // of a tenant; more: 422 `limit_exceeded`
inline constexpr std::size_t kClassesMax = 1'000;    // of a tenant; likewise
inline constexpr std::size_t kStopsMax = 1'000;      // of a tenant; likewise
inline constexpr std::size_t kPoolChannelsMax = 100;

// -- the archive ------------------------------------------------------------------------------
// What is finished stays in memory while it is hot: nearly all retries, late payments and questions
// come within minutes of the first answer. A million events are some 150 MB of finished
// reservations and keys at most, however fast they come; an hour bounds how much of a quiet shop's
// past is read back after a start. Whichever is passed first ends it.
inline constexpr std::uint64_t kHotEvents = 1'000'000;
inline constexpr std::chrono::milliseconds kHotFor = std::chrono::hours(1);
inline constexpr std::size_t kParkedCommandsMax = 4'096;  // more: 503 `overloaded`
// Records that leave memory per batch beyond those that the batch made: bounds a batch's time.
inline constexpr std::size_t kForgetsPerBatch = 512;
// What came back from the archive stays so many records long: whoever asks once asks again.
inline constexpr std::size_t kThawedMax = 4'096;

// -- per tenant, written into the ledger when the tenant is registered --------------------------
inline constexpr std::uint32_t kRecordedRefusalsMax = 100'000;  // oldest out first
inline constexpr std::uint32_t kRecordedRefusalsPerSecond = 1'000;
inline constexpr std::uint32_t kTombstonesMax = 100'000;  // full: 422 `limit_exceeded`

static_assert(kReservationQuantityMax / kLineQuantityMax <= static_cast<std::int64_t>(kLinesMax));
static_assert(kCommandEventsMax >= kLinesMax, "each line may register its SKU");
static_assert(kCommandEventsMax <= kBatchEventsMax);

}  // namespace holdfast::model
