// Policies: tenants with their classes, pools, stops and SKUs, as the ledger registers them.
//
// Thread rule: one thread.
#pragma once

#include <deque>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "audit/findings.hpp"
#include "model/event.hpp"

namespace holdfast::audit {

struct TenantRecord {
    std::string name;
    std::vector<model::SkuClass> classes;
    std::vector<std::string> pools;
    std::vector<model::Stop> stops;
    std::uint32_t refusals_max = 0;
    std::uint32_t refusals_per_second = 0;
};

struct SkuRecord {
    model::TenantId tenant;
    model::ClassId sku_class;
    std::uint32_t version = 1;
    std::string name;
};

class Policies {
  public:
    explicit Policies(Findings& findings) : findings_(findings) {}

    void fold(const model::TenantRegistered& event, model::Sequence at);
    void fold(const model::ClassDefined& event, model::Sequence at);
    void fold(const model::PoolDefined& event, model::Sequence at);
    void fold(const model::SkuRegistered& event, model::Sequence at);
    void fold(const model::SkuUpdated& event, model::Sequence at);
    void fold(const model::SellingChanged& event, model::Sequence at);

    // Whether they are there and belong together; a violation is noted if not.
    bool knows(model::TenantId tenant, model::Sequence at);
    bool knows(model::TenantId tenant, model::SkuId sku, model::Sequence at);
    bool knows(model::TenantId tenant, model::SkuId sku, model::PoolId pool, model::Sequence at);

    void prefetch(model::SkuId id) const {
        if (id.value() < skus_.size()) {
            __builtin_prefetch(&skus_[id.value()]);
        }
    }
    [[nodiscard]] const TenantRecord& tenant(model::TenantId id) const {
        return tenants_[id.value()];
    }
    [[nodiscard]] const SkuRecord& sku(model::SkuId id) const { return skus_[id.value()]; }
    [[nodiscard]] std::size_t skus() const { return skus_.size(); }
    [[nodiscard]] const model::SkuClass& class_of(model::SkuId id) const {
        const SkuRecord& found = skus_[id.value()];
        return tenants_[found.tenant.value()].classes[found.sku_class.value()];
    }

    // What keeps a new promise of this image from being made now; empty: nothing.
    [[nodiscard]] std::string stopped(const model::ReservationImage& image, base::Time now) const;

  private:
    bool number(bool holds, model::Sequence at, const std::string& what);
    // The same, for what every line of every event is asked: the text is made if it is needed.
    template <typename What>
        requires std::is_invocable_v<What>
    bool number(bool holds, model::Sequence at, const What& what) {
        findings_.looked(Check::names);
        if (!holds) [[unlikely]] {
            findings_.found(Check::names, at, what());
        }
        return holds;
    }
    [[nodiscard]] bool covers(const TenantRecord& tenant, model::StopScope scope,
                              std::string_view name, base::Time now) const;

    Findings& findings_;
    std::vector<TenantRecord> tenants_;
    std::vector<SkuRecord> skus_;
    std::unordered_set<std::string> names_;  // of tenants and SKUs: what must be unique
};

}  // namespace holdfast::audit
