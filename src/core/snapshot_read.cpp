#include "core/snapshot.hpp"

#include <algorithm>
#include <string>

#include "core/apply.hpp"
#include "core/apply_internal.hpp"
#include "core/forget.hpp"
#include "core/look_ahead.hpp"
#include "core/owners.hpp"
#include "core/snapshot_records.hpp"
#include "model/event_codec.hpp"

namespace holdfast::core {

using base::ByteReader;
using base::ErrorCode;
using base::Result;

namespace {

void read_tenant(ByteReader& reader, State& state) {
    const model::TenantRegistered event{.tenant = model::TenantId(state.tenants.size()),
                                        .recorded_refusals_max = 0,
                                        .recorded_refusals_per_second = 0,
                                        .tombstones_max = 0,
                                        .name = reader.text()};
    apply(state, event, {}, {});
    Tenant& tenant = state.tenants[event.tenant.value()];
    state.hash -= hash_of(tenant, event.tenant);
    tenant.recorded_refusals_max = static_cast<std::uint32_t>(reader.varint());
    tenant.recorded_refusals_per_second = static_cast<std::uint32_t>(reader.varint());
    tenant.tombstones_max = static_cast<std::uint32_t>(reader.varint());
    tenant.refusal_second = reader.signed_varint();
    tenant.refusals_in_second = static_cast<std::uint32_t>(reader.varint());
    for (auto& cap : tenant.caps) {
        cap.units = reader.signed_varint();
        cap.holds = reader.signed_varint();
        cap.unit_seconds = reader.signed_varint();
    }
    state.hash += hash_of(tenant, event.tenant);
    state.hash -= hash_of(tenant.pools.front(), event.tenant);
    tenant.pools.clear();  // they have records of their own
    tenant.pool_names.clear();
    recount_owners(state, event.tenant);  // nothing yet; from here on owners are kept
}

void read_facts(ByteReader& reader, std::uint8_t version, CellFacts& facts) {
    facts.shortage = model::CaseId(reader.varint());
    facts.pending_count = model::CaseId(reader.varint());
    facts.last_count = model::Sequence(reader.varint());
    facts.last_count_ms = reader.signed_varint();
    if (version >= kSnapshotVersionCounted) {
        facts.counted_ms = reader.signed_varint();
    } else if (facts.pending_count.value() == 0) {
        facts.counted_ms = facts.last_count_ms;  // unless it was rejected, which nobody knows now
    }
    facts.move_count = static_cast<std::uint32_t>(reader.varint());
    for (auto& move : facts.moves) {
        move.sequence = model::Sequence(reader.varint());
        move.occurred_ms = reader.signed_varint();
    }
    const std::uint64_t reasons = reader.varint();
    for (std::uint64_t i = 0; i < reasons && !reader.failed(); ++i) {
        const auto reason = reader.fixed<model::Reason>();
        facts.unavailable.emplace_back(reason, reader.signed_varint());
    }
}

void read_cell(ByteReader& reader, std::uint8_t version, State& state, std::uint32_t index) {
    Cell& cell = state.cells[index];
    CellFacts& facts = state.cell_facts[index];
    state.hash -= hash_of(cell, facts);
    for (auto* const units :
         {&cell.units.on_hand, &cell.units.unavailable, &cell.units.held, &cell.units.committed,
          &cell.units.safety_stock, &cell.units.soft_held}) {
        *units = reader.signed_varint();
    }
    read_facts(reader, version, facts);
    cell.short_case = facts.shortage.value() != 0;
    state.hash += hash_of(cell, facts);
}

bool read_sku(ByteReader& reader, std::uint8_t version, State& state) {
    const model::TenantId tenant(static_cast<std::uint32_t>(reader.varint()));
    const model::ClassId sku_class(static_cast<std::uint16_t>(reader.varint()));
    const auto sku_version = static_cast<std::uint32_t>(reader.varint());
    const auto name = reader.text();
    if (reader.failed() || tenant.value() >= state.tenants.size() ||
        sku_class.value() >= state.tenant(tenant).classes.size() ||
        state.tenant(tenant).pools.empty()) {
        return false;
    }
    const model::SkuId id(state.skus.size());
    apply(state,
          model::SkuRegistered{.tenant = tenant, .sku = id, .sku_class = sku_class, .name = name},
          {}, {});
    Sku& sku = state.skus[id.value()];
    state.hash -= hash_of(sku, id);
    sku.version = sku_version;
    state.hash += hash_of(sku, id);
    read_cell(reader, version, state, sku.cell);
    return true;
}

bool read_other_cell(ByteReader& reader, std::uint8_t version, State& state) {
    const model::SkuId sku(static_cast<std::uint32_t>(reader.varint()));
    const model::PoolId pool(static_cast<std::uint16_t>(reader.varint()));
    if (reader.failed() || sku.value() >= state.skus.size() ||
        pool.value() >= state.tenant(state.sku(sku).tenant).pools.size() ||
        state.find_cell(sku, pool) != kNoIndex) {
        return false;
    }
    read_cell(reader, version, state, ensure_cell(state, sku, pool));
    return true;
}

bool restore_pool(const model::Event& event, State& state) {
    const auto* const defined = std::get_if<model::PoolDefined>(&event);
    if (defined == nullptr || defined->tenant.value() >= state.tenants.size() ||
        defined->pool.id.value() != state.tenant(defined->tenant).pools.size()) {
        return false;
    }
    apply(state, event, {}, {});
    return true;
}

bool restore_stop(const model::Event& event, State& state) {
    const auto* const changed = std::get_if<model::SellingChanged>(&event);
    if (changed == nullptr || changed->tenant.value() >= state.tenants.size()) {
        return false;
    }
    for (const auto& stop : state.tenant(changed->tenant).stops) {
        if (stop.scope == changed->stop.scope && stop.name == changed->stop.name) {
            return false;
        }
    }
    apply(state, event, {}, {});
    return true;
}

bool restore_open_case(const model::Event& event, State& state) {
    const auto* const opened = std::get_if<model::CaseOpened>(&event);
    if (opened == nullptr || opened->image.sku.value() >= state.skus.size() ||
        state.cases.contains(opened->image.id)) {
        return false;
    }
    restore_case(state, opened->image);
    return true;
}

bool restore_on_its_way(const model::Event& event, State& state) {
    const auto* const changed = std::get_if<model::TransferChanged>(&event);
    if (changed == nullptr || changed->transfer.sku.value() >= state.skus.size() ||
        state.transfers.contains(changed->transfer.id)) {
        return false;
    }
    restore_transfer(state, changed->transfer);
    return true;
}

Result<bool> read_parked(ByteReader& reader, State& state) {
    const model::Sequence sequence(reader.varint());
    TRY(const auto event, model::decode(base::as_bytes(reader.text())));
    const auto* const parked = std::get_if<model::FactParked>(&event);
    if (parked == nullptr || state.find_reservation(parked->image.id) == nullptr ||
        state.parked.contains(sequence)) {
        return false;
    }
    restore_parked(state, *parked, sequence);
    return true;
}

bool restore_class(const model::Event& event, State& state) {
    const auto* const defined = std::get_if<model::ClassDefined>(&event);
    if (defined == nullptr || defined->tenant.value() >= state.tenants.size() ||
        defined->sku_class.id.value() != state.tenant(defined->tenant).classes.size()) {
        return false;
    }
    apply(state, event, {}, {});
    return true;
}

bool fits(const State& state, const model::ReservationImage& image) {
    const std::uint32_t count = state.reservations.size();
    const bool in_order = count == 0 || state.reservations[count - 1].id < image.id;
    return in_order && image.tenant.value() < state.tenants.size() && !image.lines.empty() &&
           std::ranges::all_of(
               image.lines,
               [&](const model::LineImage& line) {
                   return line.sku.value() < state.skus.size() &&
                          (line.pool == model::kAnyPool ||
                           line.pool.value() < state.tenant(image.tenant).pools.size());
               });
}

bool restore_held(const model::Event& event, State& state) {
    const auto* const change = std::get_if<model::ReservationChanged>(&event);
    if (change == nullptr || !fits(state, change->image)) {
        return false;
    }
    restore_reservation(state, change->image);
    const bool holds = std::ranges::any_of(
        change->image.lines, [](const model::LineImage& line) { return line.units.held > 0; });
    state.totals.live_holds += static_cast<std::uint64_t>(holds);
    return true;
}

bool read_key(ByteReader& reader, State& state, bool refusal) {
    const auto digest = reader.digest();
    const model::Sequence event(reader.varint());
    const KeyRecord record{
        .event = event,
        .fingerprint = reader.fixed<std::uint64_t>() & KeyRecord::kFingerprintMax,
        .refusal = refusal};
    if (reader.failed() || digest.empty() || !state.keys.insert(digest, record)) {
        return false;
    }
    state.hash += hash_of(digest, record);
    return true;
}

Tenant* read_owner(ByteReader& reader, State& state) {
    const std::uint64_t tenant = reader.varint();
    return tenant < state.tenants.size() ? &state.tenants[static_cast<std::uint32_t>(tenant)]
                                         : nullptr;
}

bool read_refusal(ByteReader& reader, State& state) {
    Tenant* const owner = read_owner(reader, state);
    ByteReader ahead = reader;
    const auto digest = ahead.digest();
    if (owner == nullptr || !read_key(reader, state, true)) {
        return false;
    }
    owner->recorded_refusals.push_back(digest);
    return true;
}

bool read_tombstone(ByteReader& reader, State& state) {
    Tenant* const owner = read_owner(reader, state);
    const auto digest = reader.digest();
    const std::int64_t queued_until_ms = reader.signed_varint();
    const Tombstone tombstone{.until_ms = reader.signed_varint()};
    if (owner == nullptr || reader.failed() || digest.empty() ||
        state.tombstones.find(digest) != nullptr) {
        return false;
    }
    owner->tombstones.emplace_back(digest, queued_until_ms);
    state.tombstones.put(digest, tombstone);
    state.hash += hash_of(digest, tombstone);
    return true;
}

bool restore_event(Record type, const model::Event& event, State& state) {
    switch (type) {
        case Record::sku_class: return restore_class(event, state);
        case Record::pool: return restore_pool(event, state);
        case Record::stop: return restore_stop(event, state);
        case Record::transfer: return restore_on_its_way(event, state);
        default: return restore_open_case(event, state);
    }
}

// Whether the record parses and fits those before it. Errors: an event inside that does not decode.
Result<bool> read_body(Record type, ByteReader& reader, std::uint8_t version, State& state) {
    switch (type) {
        case Record::archived:
            state.archived = read_archived(reader);
            state.hash += state.archived.hash;
            return true;
        case Record::tenant: read_tenant(reader, state); return true;
        case Record::sku: return read_sku(reader, version, state);
        case Record::key: return read_key(reader, state, false);
        case Record::refusal: return read_refusal(reader, state);
        case Record::tombstone: return read_tombstone(reader, state);
        case Record::cell: return read_other_cell(reader, version, state);
        case Record::parked: return read_parked(reader, state);
        case Record::sku_class:
        case Record::pool:
        case Record::stop:
        case Record::transfer:
        case Record::open_case: {
            TRY(const auto event, model::decode(base::as_bytes(reader.text())));
            return restore_event(type, event, state);
        }
        case Record::header:
        case Record::reservation:
        case Record::end: break;  // the reader's own
    }
    return false;  // a type that this version does not know
}

// Of the record that is read next; something must be left.
Record peek(ByteReader reader) { return reader.fixed<Record>(); }

std::unexpected<base::Error> does_not_fit(Record type) {
    return base::failure(ErrorCode::corrupted,
                         "a snapshot record of type " +
                             std::to_string(static_cast<unsigned>(type)) +
                             " does not parse or does not fit those before it");
}

}  // namespace

Result<void> SnapshotReader::add(std::span<const std::byte> chunk) {
    ByteReader reader(chunk);
    while (reader.left() > 0) {
        const bool may_look_ahead = started_ && !complete_;
        const Record next = peek(reader);
        if (may_look_ahead && next == Record::reservation) {
            TRY_VOID(read_reservations(reader));
            continue;
        }
        if (may_look_ahead && next == Record::key && keys_ahead_-- == 0) {
            look_ahead_to_keys(reader);
        }
        TRY_VOID(read_record(reader));
    }
    return {};
}

// A million reservations are restored as fast as memory answers: the next few are decoded and what
// they will be linked with is asked for side by side, before the first is restored.
Result<void> SnapshotReader::read_reservations(ByteReader& reader) {
    model::Events events;
    events.reserve(kLookAhead);
    while (events.size() < kLookAhead && reader.left() > 0 && peek(reader) == Record::reservation) {
        static_cast<void>(reader.fixed<Record>());
        const auto bytes = base::as_bytes(reader.text());
        if (reader.failed()) {
            return does_not_fit(Record::reservation);
        }
        TRY(auto event, model::decode(bytes));
        events.push_back(std::move(event));
    }
    prefetch_records(*state_, events);
    for (const auto& event : events) {
        if (!restore_held(event, *state_)) {
            return does_not_fit(Record::reservation);
        }
    }
    return {};
}

void SnapshotReader::look_ahead_to_keys(ByteReader reader) {
    keys_ahead_ = 0;
    for (; keys_ahead_ < kLookAhead && reader.fixed<Record>() == Record::key; ++keys_ahead_) {
        state_->keys.prefetch(reader.digest());
        static_cast<void>(reader.varint());
        static_cast<void>(reader.fixed<std::uint64_t>());
    }
    --keys_ahead_;  // the first is read now
}

Result<void> SnapshotReader::read_record(ByteReader& reader) {
    const auto type = reader.fixed<Record>();
    if (complete_ || started_ == (type == Record::header)) {
        return base::failure(ErrorCode::corrupted, "a snapshot record is out of place");
    }
    bool sound = true;
    if (type == Record::header) {
        TRY_VOID(read_header(reader));
    } else if (type == Record::end) {
        sound = read_end(reader);
    } else {
        TRY(sound, read_body(type, reader, version_, *state_));
    }
    if (!sound || reader.failed()) {
        return does_not_fit(type);
    }
    return {};
}

Result<void> SnapshotReader::read_header(ByteReader& reader) {
    version_ = reader.fixed<std::uint8_t>();
    if (version_ > kSnapshotVersion) {
        return base::failure(ErrorCode::newer_format,
                             "the snapshot was written by a newer version");
    }
    state_->ledger_id = reader.digest();
    state_->id_key = reader.digest();
    started_ = true;
    return {};
}

// Totals are not part of the state hash: what can be counted must be what was written.
bool SnapshotReader::read_end(ByteReader& reader) {
    const Totals written{.live_holds = reader.varint(),
                         .parked_facts = reader.varint(),
                         .late_commits = reader.varint(),
                         .waiters = reader.varint()};
    state_->totals.parked_facts = state_->parked.size();
    state_->totals.late_commits = written.late_commits;
    expected_hash_ = reader.fixed<std::uint64_t>();
    complete_ = true;
    return written == state_->totals;
}

Result<std::unique_ptr<State>> SnapshotReader::finish() {
    if (!complete_) {
        return base::failure(ErrorCode::corrupted, "the snapshot is not complete");
    }
    if (state_->hash != expected_hash_) {
        return base::failure(ErrorCode::corrupted,
                             "the snapshot's state hash is not the one it was written with");
    }
    state_->attention.clear();
    return std::move(state_);
}

}  // namespace holdfast::core
