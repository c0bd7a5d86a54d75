#include "core/state_hash.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string_view>

#include "core/extras.hpp"
#include "core/forget.hpp"

namespace holdfast::core {
namespace {

// Each record type has a seed of its own, so that a cell can never cancel a key.
enum class Seed : std::uint64_t {
    cell = 1,
    cell_facts,
    sku,
    reservation,
    line,
    key,
    tombstone,
    sku_class,
    tenant,
    pool,
    stop,
    open_case,
    parked,
    transfer
};

// A sum of products of pairs of words, each pair under seeds of its own: the multiplications do not
// wait for each other. (The idea of NH: Black, Halevi, Krawczyk, Krovetz, Rogaway, "UMAC", 1999.)
class Hasher {
  public:
    explicit Hasher(Seed seed) : sum_(static_cast<std::uint64_t>(seed) * kMultiplier) {}

    Hasher& add(std::uint64_t word) {
        if (!has_first_) {
            first_ = word;
        } else {
            sum_ += product(first_ ^ seed_, word ^ ~seed_);
            seed_ = seed_ * kMultiplier + kIncrement;
        }
        has_first_ = !has_first_;
        return *this;
    }
    Hasher& add(std::int64_t word) { return add(static_cast<std::uint64_t>(word)); }
    Hasher& add(base::Digest128 digest) { return add(digest.high).add(digest.low); }
    Hasher& add(base::Duration duration) { return add(std::int64_t{duration.count()}); }
    Hasher& add(std::span<const std::byte> bytes) {
        add(std::uint64_t{bytes.size()});
        for (; bytes.size() >= sizeof(std::uint64_t);
             bytes = bytes.subspan(sizeof(std::uint64_t))) {
            std::uint64_t word = 0;
            std::memcpy(&word, bytes.data(), sizeof word);
            add(word);
        }
        std::uint64_t rest = 0;
        if (!bytes.empty()) {
            std::memcpy(&rest, bytes.data(), bytes.size());
        }
        return add(rest);
    }
    Hasher& add(const model::CapsByKind& caps) {
        for (const auto& cap : caps) {
            add(cap.units).add(cap.holds).add(cap.unit_seconds);
        }
        return *this;
    }
    Hasher& add(std::string_view text) {
        return add(std::as_bytes(std::span(text.data(), text.size())));
    }

    [[nodiscard]] std::uint64_t result() {
        if (has_first_) {
            add(kMultiplier);
        }
        return product(sum_ ^ kIncrement, kMultiplier);
    }

  private:
    static constexpr std::uint64_t kMultiplier = 0x9fb21c651e98df25ULL;
    static constexpr std::uint64_t kIncrement = 0xd1b54a32d192ed03ULL;

    static std::uint64_t product(std::uint64_t a, std::uint64_t b) {
        const unsigned __int128 wide = static_cast<unsigned __int128>(a) * b;
        return static_cast<std::uint64_t>(wide) ^ static_cast<std::uint64_t>(wide >> 64);
    }

    std::uint64_t sum_;
    std::uint64_t seed_ = kIncrement;  // of the next pair: a constant once the loop is unrolled
    std::uint64_t first_ = 0;
    bool has_first_ = false;
};

void add_units(Hasher& hasher, const model::LineQuantities& units) {
    hasher.add(units.accepted).add(units.held).add(units.committed).add(units.shipped);
    hasher.add(units.released).add(units.expired).add(units.closed_short).add(units.returned);
}

}  // namespace

std::uint64_t hash_of(const Cell& cell) {
    return Hasher(Seed::cell)
        .add(std::uint64_t{cell.sku.value()})
        .add(std::uint64_t{cell.pool.value()})
        .add(cell.units.on_hand)
        .add(cell.units.unavailable)
        .add(cell.units.held)
        .add(cell.units.committed)
        .add(cell.units.safety_stock)
        .add(cell.units.soft_held)
        .result();
}

// Without CellFacts::counted_ms, which came later than the hashes that ledgers have logged. States
// that differ only there stay the same: decisions read it, `apply` derives nothing from it.
std::uint64_t hash_of(const Cell& cell, const CellFacts& facts) {
    Hasher hasher(Seed::cell_facts);
    hasher.add(std::uint64_t{cell.sku.value()})
        .add(std::uint64_t{cell.pool.value()})
        .add(std::uint64_t{facts.shortage.value()})
        .add(std::uint64_t{facts.pending_count.value()})
        .add(std::uint64_t{facts.last_count.value()})
        .add(facts.last_count_ms)
        .add(std::uint64_t{facts.move_count});
    for (const auto& [reason, units] : facts.unavailable) {
        hasher.add(static_cast<std::uint64_t>(reason)).add(units);
    }
    const std::size_t moves = std::min<std::size_t>(facts.move_count, facts.moves.size());
    for (std::size_t i = 0; i < moves; ++i) {
        hasher.add(std::uint64_t{facts.moves[i].sequence.value()}).add(facts.moves[i].occurred_ms);
    }
    return hash_of(cell) + hasher.result();
}

std::uint64_t hash_of(const Sku& sku, model::SkuId id) {
    return Hasher(Seed::sku)
        .add(std::uint64_t{id.value()})
        .add(std::uint64_t{sku.tenant.value()})
        .add(std::uint64_t{sku.sku_class.value()})
        .add(std::uint64_t{sku.version})
        .add(sku.name)
        .result();
}

std::uint64_t hash_of(const State& state, const Reservation& reservation) {
    const ReservationSide& side = state.side_of(reservation);
    Hasher hasher(Seed::reservation);
    hasher.add(std::uint64_t{reservation.id.value()})
        .add(std::uint64_t{reservation.tenant.value()})
        .add(std::uint64_t{reservation.version})
        .add(reservation.created_ms)
        .add(state.first_created_ms(reservation))
        .add(reservation.deadline_ms)
        .add(static_cast<std::uint64_t>(reservation.waiting) |
             (static_cast<std::uint64_t>(reservation.ended_as) << 8) |
             (std::uint64_t{side.extensions} << 16))
        .add(extras_bytes(side.extras));
    for (std::uint32_t i = reservation.first_line; i != kNoIndex; i = state.lines[i].next) {
        const Line& line = state.lines[i];
        const std::uint64_t pool =
            line.placed ? state.cells[line.at].pool.value() : model::kAnyPool.value();
        hasher.add(std::uint64_t{state.sku_of(line).value()} |
                   (std::uint64_t{line.untracked} << 32) | (std::uint64_t{line.continues} << 33) |
                   (std::uint64_t{line.soft} << 34) | (pool << 48));
        hasher.add(state.requested_of(line));
        add_units(hasher, state.units_of(line));
    }
    return hasher.result();
}

std::uint64_t hash_of(base::Digest128 key, const KeyRecord& record) {
    return Hasher(Seed::key)
        .add(key)
        .add(std::uint64_t{record.event.value()})
        .add(std::uint64_t{record.fingerprint} | (std::uint64_t{record.refusal} << 63))
        .result();
}

std::uint64_t hash_of(base::Digest128 name, const Tombstone& tombstone) {
    return Hasher(Seed::tombstone).add(name).add(tombstone.until_ms).result();
}

std::uint64_t hash_of(const model::SkuClass& c, model::TenantId tenant) {
    return Hasher(Seed::sku_class)
        .add(std::uint64_t{tenant.value()})
        .add(std::uint64_t{c.id.value()})
        .add(std::uint64_t{c.version})
        .add(c.name)
        .add(c.hold_ttl)
        .add(c.hold_ttl_max)
        .add(c.payment_ttl)
        .add(c.payment_ttl_max)
        .add(c.lifetime_max)
        .add(c.review_max)
        .add(std::uint64_t{c.extensions_max})
        .add(static_cast<std::uint64_t>(c.on_payment_timeout))
        .add(static_cast<std::uint64_t>(c.late_commit))
        .add(static_cast<std::uint64_t>(c.tracking))
        .add(c.held_downtime_grace)
        .add(c.payment_downtime_grace)
        .add(c.safety_units)
        .add(std::uint64_t{c.safety_permille})
        .add(c.backorder_max)
        .add(std::uint64_t{c.hold_permille})
        .add(c.stop_selling_at)
        .add(static_cast<std::uint64_t>(c.allocation) | (std::uint64_t{c.split} << 8) |
             (static_cast<std::uint64_t>(c.shortage_order) << 16) |
             (static_cast<std::uint64_t>(c.consistency) << 24) | (std::uint64_t{c.banded} << 32))
        .add(c.wait_max)
        .add(c.line_units_max)
        .add(c.caps)
        .add(c.count_units_max)
        .add(std::uint64_t{c.count_permille_max})
        .add(c.low_units)
        .result();
}

std::uint64_t hash_of(const model::Pool& pool, model::TenantId tenant) {
    Hasher hasher(Seed::pool);
    hasher.add(std::uint64_t{tenant.value()})
        .add(std::uint64_t{pool.id.value()})
        .add(std::uint64_t{pool.version})
        .add(pool.name)
        .add(static_cast<std::uint64_t>(pool.kind))
        .add(pool.region)
        .add(std::int64_t{pool.priority});
    for (const auto& channel : pool.channels) {
        hasher.add(channel);
    }
    return hasher.add(std::uint64_t{pool.overflow.value_or(model::kAnyPool).value()}).result();
}

std::uint64_t hash_of(const model::Stop& stop, model::TenantId tenant) {
    return Hasher(Seed::stop)
        .add(std::uint64_t{tenant.value()})
        .add(static_cast<std::uint64_t>(stop.scope))
        .add(stop.name)
        .add(static_cast<std::uint64_t>(stop.reason))
        .add(std::int64_t{base::to_ms(stop.since)})
        .add(std::int64_t{base::to_ms(stop.until)})
        .add(stop.note)
        .add(stop.by)
        .result();
}

std::uint64_t hash_of(const Case& record) {
    const auto& image = record.image;
    return Hasher(Seed::open_case)
        .add(std::uint64_t{image.id.value()})
        .add(std::uint64_t{image.tenant.value()})
        .add(static_cast<std::uint64_t>(image.kind))
        .add(std::int64_t{base::to_ms(image.opened_at)})
        .add(std::int64_t{base::to_ms(image.due_at)})
        .add(std::uint64_t{image.sku.value()} | (std::uint64_t{image.pool.value()} << 32))
        .add(image.units)
        .add(std::uint64_t{image.reservation.value()})
        .add(std::uint64_t{image.fact.value()})
        .add(static_cast<std::uint64_t>(image.reason))
        .add(record.reference)
        .add(record.opened_by)
        .add(image.count.counted)
        .add(image.count.drift)
        .add(image.count.disputed)
        .add(std::int64_t{base::to_ms(image.count.as_of)})
        .add(std::uint64_t{image.count.position.value()})
        .add(image.count.plan)
        .result();
}

std::uint64_t hash_of(model::Sequence sequence, const ParkedFact& fact) {
    Hasher hasher(Seed::parked);
    hasher.add(std::uint64_t{sequence.value()})
        .add(std::uint64_t{fact.reservation.value()})
        .add(static_cast<std::uint64_t>(fact.verb) |
             (static_cast<std::uint64_t>(fact.disposition) << 8))
        .add(std::int64_t{base::to_ms(fact.occurred_at)})
        .add(fact.document);
    for (const auto quantity : fact.quantities) {
        hasher.add(quantity);
    }
    return hasher.result();
}

std::uint64_t hash_of(const Transfer& transfer) {
    const auto& image = transfer.image;
    return Hasher(Seed::transfer)
        .add(std::uint64_t{image.id.value()})
        .add(std::uint64_t{image.tenant.value()})
        .add(std::uint64_t{image.sku.value()})
        .add(std::uint64_t{image.from.value()} | (std::uint64_t{image.to.value()} << 32))
        .add(image.quantity)
        .add(image.arrived)
        .add(image.lost)
        .add(std::int64_t{base::to_ms(image.sent_at)})
        .add(transfer.reference)
        .result();
}

std::uint64_t hash_of(const Tenant& tenant, model::TenantId id) {
    return Hasher(Seed::tenant)
        .add(std::uint64_t{id.value()})
        .add(tenant.name)
        .add(std::uint64_t{tenant.recorded_refusals_max})
        .add(std::uint64_t{tenant.recorded_refusals_per_second})
        .add(std::uint64_t{tenant.tombstones_max})
        .add(tenant.refusal_second)
        .add(std::uint64_t{tenant.refusals_in_second})
        .add(tenant.caps)
        .result();
}

std::uint64_t recompute_hash(const State& state) {
    std::uint64_t sum = state.archived.hash;
    for (std::uint32_t i = 0; i < state.tenants.size(); ++i) {
        const model::TenantId id(i);
        sum += hash_of(state.tenants[i], id);
        for (const auto& sku_class : state.tenants[i].classes) {
            sum += hash_of(sku_class, id);
        }
        for (const auto& pool : state.tenants[i].pools) {
            sum += hash_of(pool, id);
        }
        for (const auto& stop : state.tenants[i].stops) {
            sum += hash_of(stop, id);
        }
    }
    for (std::uint32_t i = 0; i < state.skus.size(); ++i) {
        sum += hash_of(state.skus[i], model::SkuId(i));
    }
    for (std::uint32_t i = 0; i < state.cells.size(); ++i) {
        sum += hash_of(state.cells[i], state.cell_facts[i]);
    }
    for (std::uint32_t i = 0; i < state.reservations.size(); ++i) {
        const Reservation& reservation = state.reservations[i];
        sum += is_free(reservation) ? 0 : hash_of(state, reservation);
    }
    state.keys.for_each([&](base::Digest128 key, const KeyRecord& r) { sum += hash_of(key, r); });
    state.tombstones.for_each(
        [&](base::Digest128 name, const Tombstone& t) { sum += hash_of(name, t); });
    for (const auto& [id, record] : state.cases) {
        sum += hash_of(record);
    }
    for (const auto& [sequence, fact] : state.parked) {
        sum += hash_of(sequence, fact);
    }
    for (const auto& [id, transfer] : state.transfers) {
        sum += hash_of(transfer);
    }
    return sum;
}

}  // namespace holdfast::core
