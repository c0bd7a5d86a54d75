#include "partition/published.hpp"

#include <array>
#include <atomic>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

#include "base/check.hpp"

namespace holdfast::partition {

using model::SkuId;
using model::TenantId;

namespace {

constexpr std::size_t kChunk = 1024;
constexpr std::size_t kChunksMax = 1u << 16;  // 67 million SKUs

constexpr std::size_t kWords = 8;

// A seqlock: the writer makes `version` odd, stores the words, makes it even again; a reader
// that sees it change in between reads again (Boehm, "Can seqlocks get along with programming
// language memory models?", 2012: the words are atomics, the fences order them).
struct Slot {
    std::atomic<std::uint64_t> version{0};
    std::array<std::atomic<std::int64_t>, kWords> words{};
    std::string name;  // written once, before the slot's SKU is counted

    void store(const std::array<std::int64_t, kWords>& values) {
        const std::uint64_t before = version.load(std::memory_order_relaxed);
        version.store(before + 1, std::memory_order_relaxed);
        std::atomic_thread_fence(std::memory_order_release);
        for (std::size_t i = 0; i < kWords; ++i) {
            words[i].store(values[i], std::memory_order_relaxed);
        }
        version.store(before + 2, std::memory_order_release);
    }
    [[nodiscard]] std::array<std::int64_t, kWords> load() const {
        while (true) {
            const std::uint64_t before = version.load(std::memory_order_acquire);
            std::array<std::int64_t, kWords> values{};
            for (std::size_t i = 0; i < kWords; ++i) {
                values[i] = words[i].load(std::memory_order_relaxed);
            }
            std::atomic_thread_fence(std::memory_order_acquire);
            if (before % 2 == 0 && version.load(std::memory_order_relaxed) == before) {
                return values;
            }
        }
    }
};

struct DigestHash {
    std::size_t operator()(base::Digest128 digest) const { return digest.low; }
};

using SlotChunk = std::array<Slot, kChunk>;

}  // namespace

struct Published::Tables {
    std::array<std::atomic<SlotChunk*>, kChunksMax> chunks{};
    std::vector<std::unique_ptr<SlotChunk>> owned;  // the writer's alone
    std::atomic<std::uint32_t> skus{0};

    mutable std::shared_mutex names_mutex;  // names are looked up often and added rarely
    std::unordered_map<base::Digest128, SkuId, DigestHash> sku_ids;
    std::unordered_map<base::Digest128, TenantId, DigestHash> tenant_ids;
    std::vector<std::unique_ptr<std::string>> tenants;
    std::vector<std::vector<std::unique_ptr<std::string>>> classes;

    std::atomic<std::uint64_t> decided{0};
    std::atomic<std::uint64_t> position{0};
    std::atomic<std::int64_t> as_of_ms{0};

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
};

Published::Published() : tables_(std::make_unique<Tables>()) {}
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
    return *tables_->tenants.at(tenant.value());
}

std::string_view Published::class_name(TenantId tenant, model::ClassId id) const {
    const std::shared_lock lock(tables_->names_mutex);
    return *tables_->classes.at(tenant.value()).at(id.value());
}

std::uint32_t Published::sku_count() const { return tables_->skus.load(std::memory_order_acquire); }

SkuView Published::read(SkuId sku) const {
    const auto words = tables_->slot(sku).load();
    const auto packed = static_cast<std::uint64_t>(words[6]);
    SkuView out;
    out.sku = sku;
    out.sku_class = model::ClassId(static_cast<std::uint16_t>(packed >> 32));
    out.version = static_cast<std::uint32_t>(packed);
    out.cells.push_back({.pool = model::PoolId(static_cast<std::uint16_t>(words[7])),
                         .units = {.on_hand = words[0],
                                   .unavailable = words[1],
                                   .held = words[2],
                                   .committed = words[3],
                                   .safety_stock = words[4]},
                         .next_expiry_at = base::time_from_ms(words[5])});
    return out;
}

Freshness Published::freshness(base::Time now) const {
    // Position before decided: the answer may look staler than it is, never fresher.
    const auto position = tables_->position.load(std::memory_order_acquire);
    const auto as_of = base::time_from_ms(tables_->as_of_ms.load(std::memory_order_relaxed));
    const auto decided = tables_->decided.load(std::memory_order_acquire);
    const bool behind = decided > position;
    return {.position = model::Sequence(position),
            .as_of = as_of,
            .staleness = behind ? std::max(now - as_of, base::Duration(1)) : base::Duration(0)};
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
        tables_->classes.resize(id.value() + 1);
    }
    tables_->tenants[id.value()] = std::make_unique<std::string>(name);
    tables_->tenant_ids.emplace(digest, id);
}

void Published::publish_class(TenantId tenant, model::ClassId id, std::string_view name) {
    const std::unique_lock lock(tables_->names_mutex);
    auto& classes = tables_->classes.at(tenant.value());
    if (classes.size() <= id.value()) {
        classes.resize(id.value() + 1);
    }
    // A class keeps its name for life; readers may hold a view of it.
    if (!classes[id.value()]) {
        classes[id.value()] = std::make_unique<std::string>(name);
    }
}

void Published::publish_sku(SkuId id, base::Digest128 digest, std::string_view name) {
    tables_->slot_for_writing(id).name = name;
    {
        const std::unique_lock lock(tables_->names_mutex);
        tables_->sku_ids.emplace(digest, id);
    }
    tables_->skus.store(id.value() + 1, std::memory_order_release);
}

void Published::publish_cell(const SkuCapture& capture) {
    const auto& units = capture.cell.units;
    tables_->slot_for_writing(capture.sku)
        .store({units.on_hand, units.unavailable, units.held, units.committed, units.safety_stock,
                base::to_ms(capture.cell.next_expiry_at),
                static_cast<std::int64_t>((std::uint64_t{capture.sku_class.value()} << 32) |
                                          capture.version),
                capture.cell.pool.value()});
}

void Published::publish_position(model::Sequence position, base::Time as_of) {
    tables_->as_of_ms.store(base::to_ms(as_of), std::memory_order_relaxed);
    tables_->position.store(position.value(), std::memory_order_release);
    tables_->position.notify_all();
}

void Published::note_decided(model::Sequence position) {
    tables_->decided.store(position.value(), std::memory_order_release);
}

}  // namespace holdfast::partition
