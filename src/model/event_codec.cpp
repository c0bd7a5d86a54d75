#include "model/event_codec.hpp"

#include <cstring>
#include <limits>
#include <string>
#include <utility>
#include <variant>

#include "base/check.hpp"
#include "model/event_body.hpp"

namespace holdfast::model {
namespace {

using base::ErrorCode;

// Persisted: never renumber.
enum class EventType : std::uint8_t {
    ledger_created = 1,
    tenant_registered = 2,
    class_defined = 3,
    sku_registered = 4,
    sku_updated = 5,
    stock_moved = 6,
    safety_stock_set = 7,
    reservation_changed = 8,
    released_by_name = 9,
    refusal_recorded = 10,
    fact_parked = 11,
    downtime_recorded = 12,
    state_hash_logged = 13,
    pool_defined = 14,
    caps_set = 15,
    selling_changed = 16,
    transfer_changed = 17,
    stock_counted = 18,
    case_opened = 19,
    case_resolved = 20,
};

constexpr EventType type_of(const LedgerCreated&) { return EventType::ledger_created; }
constexpr EventType type_of(const TenantRegistered&) { return EventType::tenant_registered; }
constexpr EventType type_of(const ClassDefined&) { return EventType::class_defined; }
constexpr EventType type_of(const SkuRegistered&) { return EventType::sku_registered; }
constexpr EventType type_of(const SkuUpdated&) { return EventType::sku_updated; }
constexpr EventType type_of(const StockMoved&) { return EventType::stock_moved; }
constexpr EventType type_of(const SafetyStockSet&) { return EventType::safety_stock_set; }
constexpr EventType type_of(const ReservationChanged&) { return EventType::reservation_changed; }
constexpr EventType type_of(const ReleasedByName&) { return EventType::released_by_name; }
constexpr EventType type_of(const RefusalRecorded&) { return EventType::refusal_recorded; }
constexpr EventType type_of(const FactParked&) { return EventType::fact_parked; }
constexpr EventType type_of(const DowntimeRecorded&) { return EventType::downtime_recorded; }
constexpr EventType type_of(const StateHashLogged&) { return EventType::state_hash_logged; }
constexpr EventType type_of(const PoolDefined&) { return EventType::pool_defined; }
constexpr EventType type_of(const CapsSet&) { return EventType::caps_set; }
constexpr EventType type_of(const SellingChanged&) { return EventType::selling_changed; }
constexpr EventType type_of(const TransferChanged&) { return EventType::transfer_changed; }
constexpr EventType type_of(const StockCounted&) { return EventType::stock_counted; }
constexpr EventType type_of(const CaseOpened&) { return EventType::case_opened; }
constexpr EventType type_of(const CaseResolved&) { return EventType::case_resolved; }

// Every type is at its first version.
constexpr std::uint8_t kVersion = 1;

constexpr std::size_t kLengthOffset = 2;
constexpr std::size_t kHeaderBytes = kLengthOffset + sizeof(std::uint32_t);

struct Framed {
    std::uint8_t type;
    std::uint8_t version;
    std::span<const std::byte> body;

    [[nodiscard]] std::size_t size() const { return kHeaderBytes + body.size(); }
};

// The event at the front, whatever follows it; nothing if it is cut short.
std::optional<Framed> unframe(std::span<const std::byte> bytes) {
    base::ByteReader in(bytes);
    const auto type = in.fixed<std::uint8_t>();
    const auto version = in.fixed<std::uint8_t>();
    const auto length = in.fixed<std::uint32_t>();
    const auto body = in.take(length);
    if (in.failed()) {
        return std::nullopt;
    }
    return Framed{.type = type, .version = version, .body = body};
}

std::string name_of(const Framed& framed) {
    return "event type " + std::to_string(framed.type) + " version " +
           std::to_string(framed.version);
}

template <typename Body>
base::Result<Event> decode_as(const Framed& framed) {
    base::Result<Event> out(std::in_place, std::in_place_type<Body>);
    BodyReader in(framed.body);
    read_body(in, std::get<Body>(*out));
    if (!in.finished()) {
        out = base::failure(ErrorCode::corrupted, name_of(framed) + ": its body does not parse");
    }
    return out;
}

base::Result<Event> decode_newer(const Framed& framed) {
    return base::failure(ErrorCode::newer_format,
                         name_of(framed) + " is not known to this version of the program");
}

}  // namespace

void BodyWriter::grow(std::size_t size) {
    const std::size_t used = at_ == nullptr ? out_.size() : this->size();
    out_.resize(used + size + kBlockBytes);
    at_ = out_.data() + used;
    end_ = out_.data() + out_.size();
}

std::uint64_t BodyReader::long_varint() {
    std::uint64_t value = 0;
    // A tenth byte is the last, or too big: the shift stays below 64.
    for (unsigned shift = 0; at_ != end_; shift += 7) {
        const auto byte = std::to_integer<std::uint64_t>(*at_++);
        const bool too_big = shift == 63 && byte > 1;
        const bool needless = shift > 0 && byte == 0;  // one value has one encoding
        if (too_big || needless) {
            break;
        }
        value |= (byte & 0x7f) << shift;
        if (byte < 0x80) {
            return value;
        }
    }
    fail();
    return 0;
}

void encode(const Event& event, base::Buffer& payload) {
    BodyWriter out(payload);
    const auto start = out.size();
    std::visit(
        [&out](const auto& body) {
            out.enumerator(type_of(body));
            out.byte(kVersion);
            out.fixed(std::uint32_t{0});  // the length, when it is known
            write_body(out, body);
        },
        event);
    const auto length = out.size() - start - kHeaderBytes;
    CHECK(length <= std::numeric_limits<std::uint32_t>::max());
    out.finish();
    const auto stored = static_cast<std::uint32_t>(length);
    std::memcpy(payload.data() + start + kLengthOffset, &stored, sizeof stored);
}

base::Result<Event> decode(std::span<const std::byte> bytes) {
    const auto framed = unframe(bytes);
    if (!framed || framed->size() != bytes.size()) {
        return base::failure(ErrorCode::corrupted, "an event's length is not that of its bytes");
    }
    if (framed->version != kVersion) {
        return decode_newer(*framed);
    }
    switch (static_cast<EventType>(framed->type)) {
        case EventType::ledger_created: return decode_as<LedgerCreated>(*framed);
        case EventType::tenant_registered: return decode_as<TenantRegistered>(*framed);
        case EventType::class_defined: return decode_as<ClassDefined>(*framed);
        case EventType::sku_registered: return decode_as<SkuRegistered>(*framed);
        case EventType::sku_updated: return decode_as<SkuUpdated>(*framed);
        case EventType::stock_moved: return decode_as<StockMoved>(*framed);
        case EventType::safety_stock_set: return decode_as<SafetyStockSet>(*framed);
        case EventType::reservation_changed: return decode_as<ReservationChanged>(*framed);
        case EventType::released_by_name: return decode_as<ReleasedByName>(*framed);
        case EventType::refusal_recorded: return decode_as<RefusalRecorded>(*framed);
        case EventType::fact_parked: return decode_as<FactParked>(*framed);
        case EventType::downtime_recorded: return decode_as<DowntimeRecorded>(*framed);
        case EventType::state_hash_logged: return decode_as<StateHashLogged>(*framed);
        case EventType::pool_defined: return decode_as<PoolDefined>(*framed);
        case EventType::caps_set: return decode_as<CapsSet>(*framed);
        case EventType::selling_changed: return decode_as<SellingChanged>(*framed);
        case EventType::transfer_changed: return decode_as<TransferChanged>(*framed);
        case EventType::stock_counted: return decode_as<StockCounted>(*framed);
        case EventType::case_opened: return decode_as<CaseOpened>(*framed);
        case EventType::case_resolved: return decode_as<CaseResolved>(*framed);
    }
    return decode_newer(*framed);
}

base::Result<std::optional<EventCursor::Item>> EventCursor::next() {
    if (left_.empty()) {
        return std::nullopt;
    }
    const auto framed = unframe(left_);
    if (!framed) {
        return base::failure(ErrorCode::corrupted, "event " + std::to_string(sequence_.value()) +
                                                       " is cut short by the end of its batch");
    }
    const Item item{.sequence = sequence_, .bytes = left_.first(framed->size())};
    left_ = left_.subspan(framed->size());
    sequence_ = Sequence(sequence_.value() + 1);
    return item;
}

const KeyUse* key_of(const Event& event) {
    static constexpr KeyUse kNone{};
    return std::visit(
        [](const auto& body) -> const KeyUse* {
            if constexpr (requires { body.key; }) {
                return &body.key;
            } else {
                return &kNone;
            }
        },
        event);
}

}  // namespace holdfast::model
