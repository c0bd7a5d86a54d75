#include "core/snapshot.hpp"

#include <algorithm>
#include <string>

#include "core/apply.hpp"
#include "core/apply_internal.hpp"
#include "core/extras.hpp"
#include "core/forget.hpp"
#include "core/owners.hpp"
#include "model/event_codec.hpp"

namespace holdfast::core {

using base::ByteReader;
using base::ByteWriter;
using base::ErrorCode;
using base::Result;

namespace {

// Version 1 knows nothing of an archive: written while nothing was forgotten.
constexpr std::uint8_t kSnapshotVersion = 2;
constexpr std::uint8_t kSnapshotVersionAllInMemory = 1;

// Persisted: never renumber.
enum class Record : std::uint8_t {
    header = 1,
    tenant = 2,
    sku_class = 3,  // an encoded ClassDefined
    sku = 4,
    reservation = 5,  // an encoded ReservationChanged, in ascending order of ids
    key = 6,          // of an effect
    refusal = 7,      // the key of a remembered refusal, oldest first
    tombstone = 8,    // in the order in which their room is given back
    end = 9,
    pool = 10,       // an encoded PoolDefined
    stop = 11,       // an encoded SellingChanged
    cell = 12,       // of another pool than `default`
    transfer = 13,   // an encoded TransferChanged
    open_case = 14,  // an encoded CaseOpened
    parked = 15,     // a sequence and an encoded FactParked
    archived = 16,   // what is in the archive only
};

// Collects records and hands a chunk over when the next record might not fit.
class ChunkWriter {
  public:
    explicit ChunkWriter(const ChunkSink& sink) : sink_(sink) {}

    // `write(ByteWriter&)` adds the body of one record.
    template <typename Write>
    Result<void> record(Record type, Write&& write) {
        const std::size_t begin = chunk_.size();
        ByteWriter writer(chunk_);
        writer.fixed(type);
        write(writer);
        if (chunk_.size() > kSnapshotChunkBytes && begin > 0) {
            TRY_VOID(sink_(std::span(chunk_).first(begin)));
            chunk_.erase(chunk_.begin(), chunk_.begin() + static_cast<std::ptrdiff_t>(begin));
        }
        return {};
    }
    Result<void> flush() {
        if (!chunk_.empty()) {
            TRY_VOID(sink_(chunk_));
        }
        chunk_.clear();
        return {};
    }

  private:
    const ChunkSink& sink_;
    base::Buffer chunk_;
};

void write_event(ByteWriter& writer, const model::Event& event) {
    base::Buffer bytes;
    model::encode(event, bytes);
    writer.text(base::as_text(bytes));
}

void write_tenant(ByteWriter& writer, const Tenant& tenant) {
    writer.text(tenant.name);
    writer.varint(tenant.recorded_refusals_max);
    writer.varint(tenant.recorded_refusals_per_second);
    writer.varint(tenant.tombstones_max);
    writer.signed_varint(tenant.refusal_second);
    writer.varint(tenant.refusals_in_second);
    for (const auto& cap : tenant.caps) {
        writer.signed_varint(cap.units);
        writer.signed_varint(cap.holds);
        writer.signed_varint(cap.unit_seconds);
    }
}

void write_facts(ByteWriter& writer, const CellFacts& facts) {
    writer.varint(facts.shortage.value());
    writer.varint(facts.pending_count.value());
    writer.varint(facts.last_count.value());
    writer.signed_varint(facts.last_count_ms);
    writer.varint(facts.move_count);
    for (const auto& move : facts.moves) {
        writer.varint(move.sequence.value());
        writer.signed_varint(move.occurred_ms);
    }
    writer.varint(facts.unavailable.size());
    for (const auto& [reason, units] : facts.unavailable) {
        writer.fixed(reason);
        writer.signed_varint(units);
    }
}

void write_cell(ByteWriter& writer, const Cell& cell, const CellFacts& facts) {
    for (const auto units : {cell.units.on_hand, cell.units.unavailable, cell.units.held,
                             cell.units.committed, cell.units.safety_stock, cell.units.soft_held}) {
        writer.signed_varint(units);
    }
    write_facts(writer, facts);
}

void write_sku(ByteWriter& writer, const State& state, const Sku& sku) {
    writer.varint(sku.tenant.value());
    writer.varint(sku.sku_class.value());
    writer.varint(sku.version);
    writer.text(sku.name);
    write_cell(writer, state.cells[sku.cell], state.cell_facts[sku.cell]);
}

bool forgets(const State& state) { return state.archived.offered.value() != 0; }

Result<void> write_names(const State& state, ChunkWriter& out) {
    for (std::uint32_t t = 0; t < state.tenants.size(); ++t) {
        const Tenant& tenant = state.tenants[t];
        TRY_VOID(out.record(Record::tenant, [&](ByteWriter& w) { write_tenant(w, tenant); }));
        for (const auto& sku_class : tenant.classes) {
            const model::ClassDefined defined{.tenant = model::TenantId(t), .sku_class = sku_class};
            TRY_VOID(
                out.record(Record::sku_class, [&](ByteWriter& w) { write_event(w, defined); }));
        }
        for (const auto& pool : tenant.pools) {
            const model::PoolDefined defined{.tenant = model::TenantId(t), .pool = pool, .key = {}};
            TRY_VOID(out.record(Record::pool, [&](ByteWriter& w) { write_event(w, defined); }));
        }
        for (const auto& stop : tenant.stops) {
            const model::SellingChanged changed{
                .tenant = model::TenantId(t), .stop = stop, .stopped = true, .key = {}};
            TRY_VOID(out.record(Record::stop, [&](ByteWriter& w) { write_event(w, changed); }));
        }
    }
    for (std::uint32_t s = 0; s < state.skus.size(); ++s) {
        const Sku& sku = state.skus[s];
        TRY_VOID(out.record(Record::sku, [&](ByteWriter& w) { write_sku(w, state, sku); }));
        for (std::uint32_t c = state.next_cell(sku.cell); c != kNoIndex; c = state.next_cell(c)) {
            TRY_VOID(out.record(Record::cell, [&](ByteWriter& w) {
                w.varint(s);
                w.varint(state.cells[c].pool.value());
                write_cell(w, state.cells[c], state.cell_facts[c]);
            }));
        }
    }
    return {};
}

// What waits for people or for the road.
Result<void> write_open(const State& state, ChunkWriter& out) {
    for (const auto& [id, transfer] : state.transfers) {
        const model::TransferChanged event{.transfer = transfer.image};
        TRY_VOID(out.record(Record::transfer, [&](ByteWriter& w) { write_event(w, event); }));
    }
    for (const auto& [sequence, fact] : state.parked) {
        model::FactParked event{.tenant = {},
                                .verb = fact.verb,
                                .disposition = fact.disposition,
                                .occurred_at = fact.occurred_at,
                                .document = fact.document,
                                .image = state.image_of(*state.find_reservation(fact.reservation)),
                                .quantities = {},
                                .key = {}};
        std::size_t line = 0;
        for (const auto& entry : event.image.lines) {  // a line's units at its first entry
            event.quantities.push_back(entry.continues ? 0 : fact.quantities[line++]);
        }
        TRY_VOID(out.record(Record::parked, [&](ByteWriter& w) {
            w.varint(sequence.value());
            write_event(w, event);
        }));
    }
    for (const auto& [id, record] : state.cases) {
        const model::CaseOpened event{.image = record.image};
        TRY_VOID(out.record(Record::open_case, [&](ByteWriter& w) { write_event(w, event); }));
    }
    return {};
}

void write_key(ByteWriter& writer, base::Digest128 digest, const KeyRecord& key) {
    writer.digest(digest);
    writer.varint(key.event.value());
    writer.fixed(std::uint64_t{key.fingerprint});
}

Result<void> write_keys(const State& state, ChunkWriter& out) {
    Result<void> result;
    state.keys.for_each([&](base::Digest128 digest, const KeyRecord& key) {
        if (result && !key.refusal) {
            result = out.record(Record::key, [&](ByteWriter& w) { write_key(w, digest, key); });
        }
    });
    return result;
}

// What is bounded per tenant, in the order of its queues.
Result<void> write_bounded(const State& state, ChunkWriter& out) {
    for (std::uint32_t t = 0; t < state.tenants.size(); ++t) {
        for (const auto digest : state.tenants[t].recorded_refusals) {
            TRY_VOID(out.record(Record::refusal, [&](ByteWriter& w) {
                w.varint(t);
                write_key(w, digest, *state.keys.find(digest));
            }));
        }
        for (const auto& [name, queued_until_ms] : state.tenants[t].tombstones) {
            TRY_VOID(out.record(Record::tombstone, [&](ByteWriter& w) {
                w.varint(t);
                w.digest(name);
                w.signed_varint(queued_until_ms);
                w.signed_varint(state.tombstones.find(name)->until_ms);
            }));
        }
    }
    return {};
}

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

void read_facts(ByteReader& reader, CellFacts& facts) {
    facts.shortage = model::CaseId(reader.varint());
    facts.pending_count = model::CaseId(reader.varint());
    facts.last_count = model::Sequence(reader.varint());
    facts.last_count_ms = reader.signed_varint();
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

void read_cell(ByteReader& reader, State& state, std::uint32_t index) {
    Cell& cell = state.cells[index];
    CellFacts& facts = state.cell_facts[index];
    state.hash -= hash_of(cell, facts);
    for (auto* const units :
         {&cell.units.on_hand, &cell.units.unavailable, &cell.units.held, &cell.units.committed,
          &cell.units.safety_stock, &cell.units.soft_held}) {
        *units = reader.signed_varint();
    }
    read_facts(reader, facts);
    cell.short_case = facts.shortage.value() != 0;
    state.hash += hash_of(cell, facts);
}

bool read_sku(ByteReader& reader, State& state) {
    const model::TenantId tenant(static_cast<std::uint32_t>(reader.varint()));
    const model::ClassId sku_class(static_cast<std::uint16_t>(reader.varint()));
    const auto version = static_cast<std::uint32_t>(reader.varint());
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
    sku.version = version;
    state.hash += hash_of(sku, id);
    read_cell(reader, state, sku.cell);
    return true;
}

bool read_other_cell(ByteReader& reader, State& state) {
    const model::SkuId sku(static_cast<std::uint32_t>(reader.varint()));
    const model::PoolId pool(static_cast<std::uint16_t>(reader.varint()));
    if (reader.failed() || sku.value() >= state.skus.size() ||
        pool.value() >= state.tenant(state.sku(sku).tenant).pools.size() ||
        state.find_cell(sku, pool) != kNoIndex) {
        return false;
    }
    read_cell(reader, state, ensure_cell(state, sku, pool));
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
    if (reader.failed() || digest.empty() || state.keys.find(digest) != nullptr) {
        return false;
    }
    state.keys.put(digest, record);
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
        case Record::open_case: return restore_open_case(event, state);
        default: return restore_held(event, state);
    }
}

// Whether the record parses and fits those before it. Errors: an event inside that does not decode.
Result<bool> read_body(Record type, ByteReader& reader, State& state) {
    switch (type) {
        case Record::archived:
            state.archived = read_archived(reader);
            state.hash += state.archived.hash;
            return true;
        case Record::tenant: read_tenant(reader, state); return true;
        case Record::sku: return read_sku(reader, state);
        case Record::key: return read_key(reader, state, false);
        case Record::refusal: return read_refusal(reader, state);
        case Record::tombstone: return read_tombstone(reader, state);
        case Record::cell: return read_other_cell(reader, state);
        case Record::parked: return read_parked(reader, state);
        case Record::sku_class:
        case Record::pool:
        case Record::stop:
        case Record::transfer:
        case Record::open_case:
        case Record::reservation: {
            TRY(const auto event, model::decode(base::as_bytes(reader.text())));
            return restore_event(type, event, state);
        }
        case Record::header:
        case Record::end: break;  // the reader's own
    }
    return false;  // a type that this version does not know
}

}  // namespace

Result<void> write_snapshot(const State& state, const ChunkSink& sink) {
    ChunkWriter out(sink);
    TRY_VOID(out.record(Record::header, [&](ByteWriter& w) {
        w.fixed(forgets(state) ? kSnapshotVersion : kSnapshotVersionAllInMemory);
        w.digest(state.ledger_id);
        w.digest(state.id_key);
    }));
    if (forgets(state)) {
        TRY_VOID(out.record(Record::archived,
                            [&](ByteWriter& w) { write_archived(w, state.archived); }));
    }
    TRY_VOID(write_names(state, out));
    for (const std::uint32_t r : in_order_of_ids(state)) {
        const model::ReservationChanged event{.image = state.image_of(state.reservations[r])};
        TRY_VOID(out.record(Record::reservation, [&](ByteWriter& w) { write_event(w, event); }));
    }
    TRY_VOID(write_open(state, out));
    TRY_VOID(write_keys(state, out));
    TRY_VOID(write_bounded(state, out));
    TRY_VOID(out.record(Record::end, [&](ByteWriter& w) {
        w.varint(state.totals.live_holds);
        w.varint(state.totals.parked_facts);
        w.varint(state.totals.late_commits);
        w.varint(state.totals.waiters);
        w.fixed(state.hash);
    }));
    return out.flush();
}

Result<void> SnapshotReader::add(std::span<const std::byte> chunk) {
    ByteReader reader(chunk);
    while (reader.left() > 0) {
        TRY_VOID(read_record(reader));
    }
    return {};
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
        TRY(sound, read_body(type, reader, *state_));
    }
    if (!sound || reader.failed()) {
        return base::failure(ErrorCode::corrupted,
                             "a snapshot record of type " +
                                 std::to_string(static_cast<unsigned>(type)) +
                                 " does not parse or does not fit those before it");
    }
    return {};
}

Result<void> SnapshotReader::read_header(ByteReader& reader) {
    if (reader.fixed<std::uint8_t>() > kSnapshotVersion) {
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
