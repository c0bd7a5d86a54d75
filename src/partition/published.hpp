// Published: what everybody but the writer may read of a partition without asking it.
//
// Names (interned for ever), what each merchant decided, and stock, all as of the last batch that
// became durable: the writer publishes the values it captured when that batch ended, never live
// memory, which is already ahead. Readers never block the writer and never see half an update: a
// seqlock per SKU over all its pools, a snapshot per tenant.
//
// What is sellable is not published but computed by who reads, from figures and policy: it changes
// with the clock and with every change of a class, without any event of the SKU.
//
// Thread rule: `publish_*` and `note_*` on the writer's thread only; everything else on any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/digest.hpp"
#include "base/time.hpp"
#include "model/event.hpp"
#include "model/ids.hpp"
#include "partition/queue_exits.hpp"
#include "partition/tenant_policy.hpp"

namespace holdfast::partition {

// How far readers are behind the writer.
struct Freshness {
    model::Sequence position;    // everything up to here is visible
    base::Time as_of{};          // when that was decided
    base::Duration staleness{};  // 0 when everything decided is visible
};

// One stock cell as it was at `Freshness::position`.
struct CellView {
    model::PoolId pool;
    model::CellImage units;
    base::Time next_expiry_at = base::kNever;  // when held units may come back
};

struct SkuView {
    model::SkuId sku;
    model::ClassId sku_class;
    std::uint32_t version = 0;
    std::vector<CellView> cells;  // `default` first; the pools it ever had something in
};

// What the writer captured of a SKU at the end of a batch; its cells stand beside it.
struct SkuCapture {
    model::SkuId sku;
    model::ClassId sku_class;
    std::uint32_t version = 0;
    std::uint32_t cells = 0;
};

class Published {
  public:
    Published();
    ~Published();

    // -- reading ------------------------------------------------------------------------------
    [[nodiscard]] std::optional<model::TenantId> find_tenant(base::Digest128 name) const;
    [[nodiscard]] std::optional<model::SkuId> find_sku(base::Digest128 name) const;
    // Names of ids that occur in a durable event are always there.
    [[nodiscard]] std::string_view sku_name(model::SkuId sku) const;
    [[nodiscard]] std::string_view tenant_name(model::TenantId tenant) const;
    [[nodiscard]] std::string_view class_name(model::TenantId tenant, model::ClassId id) const;
    [[nodiscard]] std::string_view pool_name(model::TenantId tenant, model::PoolId id) const;
    [[nodiscard]] std::uint32_t sku_count() const;

    [[nodiscard]] SkuView read(model::SkuId sku) const;
    // Never null for a tenant that `find_tenant` found.
    [[nodiscard]] std::shared_ptr<const TenantPolicy> policy(model::TenantId tenant) const;
    // `now`: the partition's time, to tell staleness while something is in flight.
    [[nodiscard]] Freshness freshness(base::Time now) const;
    // The partition's time, which decisions are stamped with, as the writer last told it.
    [[nodiscard]] base::Time time_at(base::Instant now) const;

    // Blocks until everything up to `position` is out. Only for positions that are durable: the
    // writer publishes them with its next step.
    void wait_until(model::Sequence position) const;

    // Who waits for a reservation to leave its queue.
    [[nodiscard]] QueueExits& queue_exits() const { return *queue_exits_; }

    // -- writing ------------------------------------------------------------------------------
    void publish_tenant(model::TenantId id, base::Digest128 digest, std::string_view name);
    void publish_policy(model::TenantId tenant, std::shared_ptr<const TenantPolicy> policy);
    void publish_sku(model::SkuId id, base::Digest128 digest, std::string_view name);
    void publish_cells(const SkuCapture& capture, std::span<const CellView> cells);
    // Everything up to `position` is out.
    // A SKU whose cells are published soon.
    void prefetch(model::SkuId sku) const;
    void publish_position(model::Sequence position, base::Time as_of);
    // Something was decided that is not out yet.
    void note_decided(model::Sequence position);
    // Partition time is `time` at `now`, and goes on with what elapses. What the writer stored
    // before is seen by who reads this time.
    void note_time(base::Time time, base::Instant now);

  private:
    struct Tables;
    std::unique_ptr<Tables> tables_;
    std::unique_ptr<QueueExits> queue_exits_;
};

}  // namespace holdfast::partition
