#include "partition/published.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/check.hpp"
#include "base/prefetch.hpp"

namespace holdfast::partition {

using model::SkuId;
using model::TenantId;

namespace {

constexpr std::size_t kChunk = 1024;
constexpr std::size_t kCacheLine = 64;
constexpr std::size_t kChunksMax = 1u << 16;  // 67 million SKUs

using CellWords = std::array<std::atomic<std::int64_t>, 8>;

void store(CellWords& words, const CellView& cell) {
    const std::array<std::int64_t, 8> values = {cell.units.on_hand,
                                                cell.units.unavailable,
                                                cell.units.held,
                                                cell.units.committed,
                                                cell.units.safety_stock,
                                                cell.units.soft_held,
                                                base::to_ms(cell.next_expiry_at),
                                                cell.pool.value()};
    for (std::size_t i = 0; i < values.size(); ++i) {
        words[i].store(values[i], std::memory_order_relaxed);
    }
}

CellView load(const CellWords& words) {
    const auto at = [&](std::size_t i) { return words[i].load(std::memory_order_relaxed); };
    return {.pool = model::PoolId(static_cast<std::uint16_t>(at(7))),
            .units = {.on_hand = at(0),
                      .unavailable = at(1),
                      .held = at(2),
                      .committed = at(3),
                      .safety_stock = at(4),
                      .soft_held = at(5)},
            .next_expiry_at = base::time_from_ms(at(6))};
}

// The cells behind a SKU's first. A SKU that needs more gets a larger block; the old one stays for
// those who are reading it.
using CellBlock = std::vector<CellWords>;

// The writer makes the version odd, stores words, makes it even again; a reader that sees it change
// in between reads again (Boehm, "Can seqlocks get along with programming language memory models?",
// 2012: the words are atomics, the fences order them). Whatever a reader may look at is stored in
// between, pointers too.
class Seqlock {
  public:
    // One thread.
    template <typename Store>
    void write(const Store& store) {
        const std::uint64_t before = version_.load(std::memory_order_relaxed);
        version_.store(before + 1, std::memory_order_relaxed);
        std::atomic_thread_fence(std::memory_order_release);
        store();
        version_.store(before + 2, std::memory_order_release);
    }
    // What `load` gives of one whole update; it may be called again, and may see half of one then.
    template <typename Load>
    auto read(const Load& load) const {
        while (true) {
            const std::uint64_t before = version_.load(std::memory_order_acquire);
            auto out = load();
            std::atomic_thread_fence(std::memory_order_acquire);
            if (before % 2 == 0 && version_.load(std::memory_order_relaxed) == before) {
                return out;
            }
        }
    }

  private:
    std::atomic<std::uint64_t> version_{0};
};

struct Slot {
    Seqlock lock;
    std::atomic<std::uint64_t> settings{0};  // class and version of the SKU
    std::atomic<std::uint32_t> cells{0};
    CellWords first{};
    std::atomic<CellBlock*> more{nullptr};
    std::string name;  // written once, before the slot's SKU is counted

    // `block` has room for all figures but the first.
    void store(const SkuCapture& capture, std::span<const CellView> figures, CellBlock* block) {
        lock.write([&] {
            settings.store((std::uint64_t{capture.sku_class.value()} << 32) | capture.version,
                           std::memory_order_relaxed);
            cells.store(static_cast<std::uint32_t>(figures.size()), std::memory_order_relaxed);
            more.store(block, std::memory_order_release);
            for (std::size_t i = 0; i < figures.size(); ++i) {
                partition::store(i == 0 ? first : (*block)[i - 1], figures[i]);
            }
        });
    }
    void load(SkuView& out) const {
        const std::uint64_t packed = lock.read([&] {
            const std::uint32_t count = cells.load(std::memory_order_relaxed);
            const CellBlock* const block = more.load(std::memory_order_acquire);
            // Torn figures may name more cells than the block has; the version tells.
            const std::size_t room = 1 + (block != nullptr ? block->size() : 0);
            out.cells.clear();
            for (std::size_t i = 0; i < std::min<std::size_t>(count, room); ++i) {
                out.cells.push_back(partition::load(i == 0 ? first : (*block)[i - 1]));
            }
            return settings.load(std::memory_order_relaxed);
        });
        out.sku_class = model::ClassId(static_cast<std::uint16_t>(packed >> 32));
        out.version = static_cast<std::uint32_t>(packed);
    }
};

using Interned = std::vector<std::unique_ptr<std::string>>;

// Readers may hold a view of a name that is there: it keeps it for life.
void intern(Interned& names, std::size_t id, std::string_view name) {
    if (names.size() <= id) {
        names.resize(id + 1);
    }
    if (!names[id]) {
        names[id] = std::make_unique<std::string>(name);
    }
}

struct TenantEntry {
    std::string name;
    Interned classes;
    Interned pools;
    std::shared_ptr<const TenantPolicy> policy;
};

struct DigestHash {
    std::size_t operator()(base::Digest128 digest) const { return digest.low; }
};

using SlotChunk = std::array<Slot, kChunk>;

}  // namespace

struct Published::Tables {
    std::array<std::atomic<SlotChunk*>, kChunksMax> chunks{};
    std::vector<std::unique_ptr<SlotChunk>> owned;        // the writer's alone
    std::vector<std::unique_ptr<CellBlock>> owned_cells;  // likewise
    std::atomic<std::uint32_t> skus{0};

    mutable std::shared_mutex names_mutex;  // names are looked up often and added rarely
    std::unordered_map<base::Digest128, SkuId, DigestHash> sku_ids;
    std::unordered_map<base::Digest128, TenantId, DigestHash> tenant_ids;
    std::vector<std::unique_ptr<TenantEntry>> tenants;

    std::atomic<std::uint64_t> decided{0};
    Seqlock newest;  // over the next two
    std::atomic<std::uint64_t> position{0};
    std::atomic<std::int64_t> as_of_ms{0};
    std::atomic<std::int64_t> time_at_boot_ms{0};  // partition time less CLOCK_BOOTTIME

    Slot& slot(SkuId sku) const {
        SlotChunk* const chunk = chunks[sku.value() / kChunk].load(std::memory_order_acquire);
        CHECK(chunk != nullptr, "a SKU that was never published");
        return (*chunk)[sku.value() % kChunk];
    }
    Slot& slot_for_writing(SkuId sku) {
        auto& chunk = chunks[sku.value() / kChunk];
        if (chunk.load(std::memory_order_relaxed) == nullptr) {
            owned.push_back(std::make_unique<SlotChunk>());
            chunk.store(owned.back().get(), std::memory_order_release);
        }
        return slot(sku);
    }
    // The slot's block, or a larger one that the slot does not show yet.
    CellBlock* room_for(const Slot& slot, std::size_t cells) {
        CellBlock* const block = slot.more.load(std::memory_order_relaxed);
        if (cells <= 1 + (block != nullptr ? block->size() : 0)) {
            return block;
        }
        owned_cells.push_back(std::make_unique<CellBlock>(std::bit_ceil(cells)));
        return owned_cells.back().get();
    }
};

Published::Published()
    : tables_(std::make_unique<Tables>()), queue_exits_(std::make_unique<QueueExits>()) {}
Published::~Published() = default;

std::optional<TenantId> Published::find_tenant(base::Digest128 name) const {
    const std::shared_lock lock(tables_->names_mutex);
    const auto found = tables_->tenant_ids.find(name);
    return found != tables_->tenant_ids.end() ? std::optional(found->second) : std::nullopt;
}

std::optional<SkuId> Published::find_sku(base::Digest128 name) const {
    const std::shared_lock lock(tables_->names_mutex);
    const auto found = tables_->sku_ids.find(name);
    return found != tables_->sku_ids.end() ? std::optional(found->second) : std::nullopt;
}

std::string_view Published::sku_name(SkuId sku) const { return tables_->slot(sku).name; }

std::string_view Published::tenant_name(TenantId tenant) const {
    const std::shared_lock lock(tables_->names_mutex);
    return tables_->tenants.at(tenant.value())->name;
}

std::string_view Published::class_name(TenantId tenant, model::ClassId id) const {
    const std::shared_lock lock(tables_->names_mutex);
    return *tables_->tenants.at(tenant.value())->classes.at(id.value());
}

std::string_view Published::pool_name(TenantId tenant, model::PoolId id) const {
    const std::shared_lock lock(tables_->names_mutex);
    return *tables_->tenants.at(tenant.value())->pools.at(id.value());
}

std::shared_ptr<const TenantPolicy> Published::policy(TenantId tenant) const {
    const std::shared_lock lock(tables_->names_mutex);
    return tables_->tenants.at(tenant.value())->policy;
}

std::uint32_t Published::sku_count() const { return tables_->skus.load(std::memory_order_acquire); }

SkuView Published::read(SkuId sku) const {
    SkuView out;
    out.sku = sku;
    tables_->slot(sku).load(out);
    return out;
}

Freshness Published::freshness(base::Time now) const {
    // Position before decided: the answer may look staler than it is, never fresher.
    const auto [position, as_of] = tables_->newest.read([this] {
        return std::pair(tables_->position.load(std::memory_order_relaxed),
                         base::time_from_ms(tables_->as_of_ms.load(std::memory_order_relaxed)));
    });
    const auto decided = tables_->decided.load(std::memory_order_acquire);
    const bool behind = decided > position;
    return {.position = model::Sequence(position),
            .as_of = as_of,
            .staleness = behind ? std::max(now - as_of, base::Duration(1)) : base::Duration(0)};
}

base::Time Published::time_at(base::Instant now) const {
    return base::time_from_ms(tables_->time_at_boot_ms.load(std::memory_order_acquire)) + now.boot;
}

void Published::wait_until(model::Sequence position) const {
    auto known = tables_->position.load(std::memory_order_acquire);
    while (known < position.value()) {
        tables_->position.wait(known, std::memory_order_acquire);
        known = tables_->position.load(std::memory_order_acquire);
    }
}

void Published::publish_tenant(TenantId id, base::Digest128 digest, std::string_view name) {
    const std::unique_lock lock(tables_->names_mutex);
    if (tables_->tenants.size() <= id.value()) {
        tables_->tenants.resize(id.value() + 1);
    }
    tables_->tenants[id.value()] = std::make_unique<TenantEntry>(
        TenantEntry{.name = std::string(name),
                    .classes = {},
                    .pools = {},
                    .policy = std::make_shared<const TenantPolicy>()});
    tables_->tenant_ids.emplace(digest, id);
}

void Published::publish_policy(TenantId tenant, std::shared_ptr<const TenantPolicy> policy) {
    const std::unique_lock lock(tables_->names_mutex);
    TenantEntry& entry = *tables_->tenants.at(tenant.value());
    for (const auto& sku_class : policy->classes) {
        intern(entry.classes, sku_class.id.value(), sku_class.name);
    }
    for (const auto& pool : policy->pools) {
        intern(entry.pools, pool.id.value(), pool.name);
    }
    entry.policy = std::move(policy);
}

void Published::publish_sku(SkuId id, base::Digest128 digest, std::string_view name) {
    tables_->slot_for_writing(id).name = name;
    {
        const std::unique_lock lock(tables_->names_mutex);
        tables_->sku_ids.emplace(digest, id);
    }
    tables_->skus.store(id.value() + 1, std::memory_order_release);
}

void Published::publish_cells(const SkuCapture& capture, std::span<const CellView> cells) {
    Slot& slot = tables_->slot_for_writing(capture.sku);
    slot.store(capture, cells, tables_->room_for(slot, cells.size()));
}

void Published::prefetch(SkuId sku) const {
    const SlotChunk* const chunk =
        tables_->chunks[sku.value() / kChunk].load(std::memory_order_relaxed);
    if (chunk != nullptr) {
        const auto* const slot =
            reinterpret_cast<const std::byte*>(&(*chunk)[sku.value() % kChunk]);
        base::prefetch(slot);
        base::prefetch(slot + kCacheLine);
    }
}

void Published::publish_position(model::Sequence position, base::Time as_of) {
    tables_->newest.write([&] {
        tables_->as_of_ms.store(base::to_ms(as_of), std::memory_order_relaxed);
        tables_->position.store(position.value(), std::memory_order_release);
    });
    tables_->position.notify_all();
}

void Published::note_decided(model::Sequence position) {
    tables_->decided.store(position.value(), std::memory_order_release);
}

void Published::note_time(base::Time time, base::Instant now) {
    tables_->time_at_boot_ms.store(base::to_ms(time - now.boot), std::memory_order_release);
}

}  // namespace holdfast::partition
