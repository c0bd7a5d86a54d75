#include "core/snapshot.hpp"

#include <algorithm>
#include <string>

#include "core/extras.hpp"
#include "core/forget.hpp"
#include "core/owners.hpp"
#include "core/snapshot_records.hpp"
#include "model/event_codec.hpp"

namespace holdfast::core {

using base::ByteWriter;
using base::Result;

namespace {

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
    writer.signed_varint(facts.counted_ms);
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

}  // namespace

Result<void> write_snapshot(const State& state, const ChunkSink& sink) {
    ChunkWriter out(sink);
    TRY_VOID(out.record(Record::header, [&](ByteWriter& w) {
        w.fixed(kSnapshotVersion);
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

}  // namespace holdfast::core
