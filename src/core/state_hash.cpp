#include "core/state_hash.hpp"

#include <bit>
#include <cstring>
#include <string_view>

#include "core/extras.hpp"

namespace holdfast::core {
namespace {

// Each record type has a seed of its own, so that a cell can never cancel a key.
enum class Seed : std::uint64_t {
    cell = 1,
    sku,
    reservation,
    line,
    key,
    tombstone,
    sku_class,
    tenant
};

class Hasher {
  public:
    explicit Hasher(Seed seed) : state_(static_cast<std::uint64_t>(seed) * kMultiplier) {}

    Hasher& add(std::uint64_t word) {
        state_ = std::rotl(state_ ^ (word * kMultiplier), 29) * kMultiplier + kIncrement;
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
    Hasher& add(std::string_view text) {
        return add(std::as_bytes(std::span(text.data(), text.size())));
    }

    [[nodiscard]] std::uint64_t result() const {
        std::uint64_t out = (state_ ^ (state_ >> 32)) * kMultiplier;
        return out ^ (out >> 29);
    }

  private:
    static constexpr std::uint64_t kMultiplier = 0x9fb21c651e98df25ULL;
    static constexpr std::uint64_t kIncrement = 0xd1b54a32d192ed03ULL;
    std::uint64_t state_;
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
        .result();
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
    Hasher hasher(Seed::reservation);
    hasher.add(std::uint64_t{reservation.id.value()})
        .add(std::uint64_t{reservation.tenant.value()})
        .add(std::uint64_t{reservation.version})
        .add(reservation.created_ms)
        .add(reservation.first_created_ms)
        .add(reservation.deadline_ms)
        .add(static_cast<std::uint64_t>(reservation.waiting) |
             (static_cast<std::uint64_t>(reservation.ended_as) << 8) |
             (std::uint64_t{reservation.extensions} << 16))
        .add(extras_bytes(reservation.extras));
    for (std::uint32_t i = reservation.first_line; i != kNoIndex; i = state.lines[i].next) {
        const Line& line = state.lines[i];
        hasher.add(std::uint64_t{line.sku.value()} | (std::uint64_t{line.cell == kNoIndex} << 32));
        hasher.add(line.requested);
        add_units(hasher, line.units);
    }
    return hasher.result();
}

std::uint64_t hash_of(base::Digest128 key, const KeyRecord& record) {
    return Hasher(Seed::key)
        .add(key)
        .add(std::uint64_t{record.event.value()})
        .add(record.fingerprint)
        .add(std::uint64_t{record.refusal})
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
        .result();
}

std::uint64_t recompute_hash(const State& state) {
    std::uint64_t sum = 0;
    for (std::uint32_t i = 0; i < state.tenants.size(); ++i) {
        const model::TenantId id(i);
        sum += hash_of(state.tenants[i], id);
        for (const auto& sku_class : state.tenants[i].classes) {
            sum += hash_of(sku_class, id);
        }
    }
    for (std::uint32_t i = 0; i < state.skus.size(); ++i) {
        sum += hash_of(state.skus[i], model::SkuId(i));
    }
    for (std::uint32_t i = 0; i < state.cells.size(); ++i) {
        sum += hash_of(state.cells[i]);
    }
    for (std::uint32_t i = 0; i < state.reservations.size(); ++i) {
        sum += hash_of(state, state.reservations[i]);
    }
    state.keys.for_each([&](base::Digest128 key, const KeyRecord& r) { sum += hash_of(key, r); });
    state.tombstones.for_each(
        [&](base::Digest128 name, const Tombstone& t) { sum += hash_of(name, t); });
    return sum;
}

}  // namespace holdfast::core
