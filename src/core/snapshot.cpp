#include "core/snapshot.hpp"

#include <tuple>

#include "core/apply.hpp"
#include "core/apply_internal.hpp"
#include "core/extras.hpp"
#include "model/event_codec.hpp"

namespace holdfast::core {

using base::ByteReader;
using base::ByteWriter;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::uint8_t kSnapshotVersion = 1;

// Persisted: never renumber.
enum class Record : std::uint8_t {
    header = 1,
    tenant = 2,
    sku_class = 3,  // an encoded ClassDefined
    sku = 4,
    reservation = 5,  // an encoded ReservationChanged
    key = 6,
    tombstone = 7,
    end = 8,
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
    for (const auto* const queue : {&tenant.recorded_refusals, &tenant.tombstones}) {
        writer.varint(queue->size());
        for (const auto digest : *queue) {
            writer.digest(digest);
        }
    }
}

void write_sku(ByteWriter& writer, const Sku& sku, const Cell& cell) {
    writer.varint(sku.tenant.value());
    writer.varint(sku.sku_class.value());
    writer.varint(sku.version);
    writer.text(sku.name);
    for (const auto units : {cell.units.on_hand, cell.units.unavailable, cell.units.held,
                             cell.units.committed, cell.units.safety_stock}) {
        writer.signed_varint(units);
    }
}

Result<void> write_names(const State& state, ChunkWriter& out) {
    for (std::uint32_t t = 0; t < state.tenants.size(); ++t) {
        const Tenant& tenant = state.tenants[t];
        TRY_VOID(out.record(Record::tenant, [&](ByteWriter& w) { write_tenant(w, tenant); }));
        for (const auto& sku_class : tenant.classes) {
            const model::ClassDefined defined{.tenant = model::TenantId(t), .sku_class = sku_class};
            TRY_VOID(
                out.record(Record::sku_class, [&](ByteWriter& w) { write_event(w, defined); }));
        }
    }
    for (std::uint32_t s = 0; s < state.skus.size(); ++s) {
        const Sku& sku = state.skus[s];
        TRY_VOID(out.record(Record::sku,
                            [&](ByteWriter& w) { write_sku(w, sku, state.cells[sku.cell]); }));
    }
    return {};
}

template <typename Value, typename Write>
Result<void> write_table(const DigestTable<Value>& table, Record type, ChunkWriter& out,
                         Write&& write) {
    Result<void> result;
    table.for_each([&](base::Digest128 digest, const Value& value) {
        if (result) {
            result = out.record(type, [&](ByteWriter& writer) {
                writer.digest(digest);
                write(writer, value);
            });
        }
    });
    return result;
}

Result<void> write_keys(const State& state, ChunkWriter& out) {
    TRY_VOID(write_table(state.keys, Record::key, out, [](ByteWriter& w, const KeyRecord& key) {
        w.varint(key.event.value());
        w.fixed(key.fingerprint);
        w.fixed(static_cast<std::uint8_t>(key.refusal));
    }));
    return write_table(state.tombstones, Record::tombstone, out,
                       [](ByteWriter& w, const Tombstone& t) { w.signed_varint(t.until_ms); });
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
    state.hash += hash_of(tenant, event.tenant);
    for (auto* const queue : {&tenant.recorded_refusals, &tenant.tombstones}) {
        for (std::uint64_t left = reader.varint(); left > 0 && !reader.failed(); --left) {
            queue->push_back(reader.digest());
        }
    }
}

bool read_sku(ByteReader& reader, State& state) {
    const model::TenantId tenant(static_cast<std::uint32_t>(reader.varint()));
    const model::ClassId sku_class(static_cast<std::uint16_t>(reader.varint()));
    const auto version = static_cast<std::uint32_t>(reader.varint());
    const auto name = reader.text();
    if (reader.failed() || tenant.value() >= state.tenants.size()) {
        return false;
    }
    const model::SkuId id(state.skus.size());
    apply(state,
          model::SkuRegistered{.tenant = tenant, .sku = id, .sku_class = sku_class, .name = name},
          {}, {});
    Sku& sku = state.skus[id.value()];
    Cell& cell = state.cells[sku.cell];
    state.hash -= hash_of(sku, id) + hash_of(cell);
    sku.version = version;
    for (auto* const units : {&cell.units.on_hand, &cell.units.unavailable, &cell.units.held,
                              &cell.units.committed, &cell.units.safety_stock}) {
        *units = reader.signed_varint();
    }
    state.hash += hash_of(sku, id) + hash_of(cell);
    return true;
}

void read_key(ByteReader& reader, State& state) {
    const auto digest = reader.digest();
    KeyRecord record;
    record.event = model::Sequence(reader.varint());
    record.fingerprint = reader.fixed<std::uint64_t>();
    record.refusal = reader.fixed<std::uint8_t>() != 0;
    if (!reader.failed() && !digest.empty()) {
        state.keys.put(digest, record);
        state.hash += hash_of(digest, record);
    }
}

void read_tombstone(ByteReader& reader, State& state) {
    const auto digest = reader.digest();
    const Tombstone tombstone{.until_ms = reader.signed_varint()};
    if (!reader.failed() && !digest.empty()) {
        state.tombstones.put(digest, tombstone);
        state.hash += hash_of(digest, tombstone);
    }
}

}  // namespace

Result<void> write_snapshot(const State& state, const ChunkSink& sink) {
    ChunkWriter out(sink);
    TRY_VOID(out.record(Record::header, [&](ByteWriter& w) {
        w.fixed(kSnapshotVersion);
        w.digest(state.ledger_id);
        w.digest(state.id_key);
    }));
    TRY_VOID(write_names(state, out));
    for (std::uint32_t r = 0; r < state.reservations.size(); ++r) {
        const model::ReservationChanged event{.image = state.image_of(state.reservations[r])};
        TRY_VOID(out.record(Record::reservation, [&](ByteWriter& w) { write_event(w, event); }));
    }
    TRY_VOID(write_keys(state, out));
    TRY_VOID(out.record(Record::end, [&](ByteWriter& w) {
        w.varint(state.totals.live_holds);
        w.varint(state.totals.parked_facts);
        w.varint(state.totals.late_commits);
        w.fixed(state.hash);
    }));
    return out.flush();
}

Result<void> SnapshotReader::add(std::span<const std::byte> chunk) {
    ByteReader reader(chunk);
    while (reader.left() > 0) {
        TRY_VOID(read_record(reader));
        if (reader.failed()) {
            return base::failure(ErrorCode::corrupted, "a snapshot record does not parse");
        }
    }
    return {};
}

Result<void> SnapshotReader::read_record(ByteReader& reader) {
    const auto type = reader.fixed<Record>();
    if (complete_ || started_ == (type == Record::header)) {
        return base::failure(ErrorCode::corrupted, "a snapshot record is out of place");
    }
    switch (type) {
        case Record::header:
            if (reader.fixed<std::uint8_t>() > kSnapshotVersion) {
                return base::failure(ErrorCode::newer_format,
                                     "the snapshot was written by a newer version");
            }
            state_->ledger_id = reader.digest();
            state_->id_key = reader.digest();
            started_ = true;
            return {};
        case Record::tenant: read_tenant(reader, *state_); return {};
        case Record::sku_class: {
            TRY(const auto event, model::decode(base::as_bytes(reader.text())));
            apply(*state_, event, {}, {});
            return {};
        }
        case Record::sku:
            return read_sku(reader, *state_)
                       ? Result<void>{}
                       : base::failure(ErrorCode::corrupted, "a snapshot SKU does not parse");
        case Record::reservation: {
            TRY(const auto event, model::decode(base::as_bytes(reader.text())));
            restore_reservation(*state_, std::get<model::ReservationChanged>(event).image);
            return {};
        }
        case Record::key: read_key(reader, *state_); return {};
        case Record::tombstone: read_tombstone(reader, *state_); return {};
        case Record::end:
            state_->totals.live_holds = reader.varint();
            state_->totals.parked_facts = reader.varint();
            state_->totals.late_commits = reader.varint();
            expected_hash_ = reader.fixed<std::uint64_t>();
            complete_ = true;
            return {};
    }
    return base::failure(ErrorCode::corrupted, "a snapshot record of an unknown type");
}

Result<std::unique_ptr<State>> SnapshotReader::finish() {
    if (!complete_) {
        return base::failure(ErrorCode::corrupted, "the snapshot is not complete");
    }
    if (state_->hash != expected_hash_) {
        return base::failure(ErrorCode::corrupted,
                             "the snapshot's state hash is not the one it was written with");
    }
    return std::move(state_);
}

}  // namespace holdfast::core
