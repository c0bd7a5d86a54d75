// What readers are shown of a writer's decisions.
#include "partition/capture.hpp"

#include <gtest/gtest.h>

#include "partition/testing.hpp"

namespace holdfast::partition {
namespace {

using testing::Bench;
using testing::kTenant;
using testing::with_key;

model::Command put_pool(std::string_view name) {
    model::PutPool put{.name = model::pool_name(kTenant, name)};
    put.settings.name = std::string(name);
    put.settings.region = "north";
    return with_key(model::Operation::put_pool, std::move(put), "");
}

model::Command receipt_in(std::string_view pool, std::int64_t units, std::string_view key) {
    auto command = testing::receipt("A", units, key);
    std::get<model::MoveStock>(command.request).pool = model::pool_name(kTenant, pool);
    command.key.fingerprint = model::fingerprint(command);
    return command;
}

class Captures : public ::testing::Test {
  protected:
    [[nodiscard]] std::shared_ptr<const TenantPolicy> policy() const {
        const auto tenant = bench_.published->find_tenant(model::tenant_name(kTenant).digest);
        return bench_.published->policy(tenant.value());
    }
    [[nodiscard]] SkuView sku() const {
        const auto id = bench_.published->find_sku(model::sku_name(kTenant, "A").digest);
        return bench_.published->read(id.value());
    }

    Bench bench_;
};

TEST_F(Captures, APolicyIsPublishedWithTheBatchThatChangedIt) {
    ASSERT_EQ(policy()->pools.size(), 1u);
    bench_.ask(put_pool("north-1"));
    model::CapsByKind caps{};
    caps[0].units = 5;
    bench_.ask(with_key(model::Operation::set_caps, model::SetCaps{.caps = caps}, ""));
    bench_.ask(with_key(model::Operation::change_selling,
                        model::ChangeSelling{.scope = model::StopScope::channel,
                                             .subject = {.text = "web"},
                                             .reason = model::Reason::incident},
                        ""));
    const auto now = policy();
    ASSERT_EQ(now->pools.size(), 2u);
    EXPECT_EQ(now->pools[1].name, "north-1");
    EXPECT_EQ(now->pools[1].region, "north");
    EXPECT_EQ(now->caps, caps);
    ASSERT_EQ(now->stops.size(), 1u);
    EXPECT_EQ(now->stops[0].name, "web");
}

TEST_F(Captures, ATenantIsPublishedWithTheBatchThatRegisteredIt) {
    const model::Name shop = model::tenant_name("shop");
    auto first = testing::receipt("A", 1, "");
    first.tenant = shop;
    std::get<model::MoveStock>(first.request).sku = model::sku_name("shop", "A");
    EXPECT_FALSE(bench_.published->find_tenant(shop.digest).has_value());
    bench_.ask(std::move(first));
    const auto id = bench_.published->find_tenant(shop.digest);
    ASSERT_TRUE(id.has_value());
    EXPECT_EQ(bench_.published->tenant_name(*id), "shop");
    EXPECT_EQ(bench_.published->policy(*id)->pools.size(), 1u);
}

TEST_F(Captures, ASkuIsPublishedWithTheCellsOfAllItsPools) {
    bench_.ask(put_pool("north-1"));
    bench_.ask(receipt_in("default", 2, "r1"));
    EXPECT_EQ(sku().cells.size(), 1u);
    bench_.ask(receipt_in("north-1", 3, "r2"));
    ASSERT_EQ(sku().cells.size(), 2u);
    EXPECT_EQ(sku().cells[0].units.on_hand, 2);
    EXPECT_EQ(sku().cells[1].pool, model::PoolId(1));
    EXPECT_EQ(sku().cells[1].units.on_hand, 3);
}

TEST_F(Captures, AreTheSameAfterARestart) {
    bench_.ask(put_pool("north-1"));
    bench_.ask(receipt_in("north-1", 3, "r2"));
    bench_.open();
    EXPECT_EQ(policy()->pools.size(), 2u);
    ASSERT_EQ(sku().cells.size(), 2u);
    EXPECT_EQ(sku().cells[1].units.on_hand, 3);
}

}  // namespace
}  // namespace holdfast::partition
