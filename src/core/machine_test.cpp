// The shell around the core: what it tells the owner of a batch; replay; the state hash.
#include "core/machine.hpp"

#include <array>
#include <set>

#include "core/look_ahead.hpp"
#include "core/state_hash.hpp"
#include "core/testing.hpp"

namespace holdfast::core {
namespace {

using namespace model;
using namespace std::chrono_literals;
using base::ErrorCode;

// A batch that stays open over several commands, as the writer's does.
class Batch : public ::testing::Test {
  protected:
    Batch() {
        for (const auto& event : genesis({.high = 1, .low = 2}, {})) {
            machine_.append(event, batch_);
        }
    }
    Execution receive(const std::string& sku, std::int64_t quantity) {
        return run({.operation = Operation::receive_stock,
                    .tenant = tenant_name("default"),
                    .request = MoveStock{.sku = sku_name("default", sku), .quantity = quantity}});
    }
    Execution hold(const std::string& sku, std::int64_t quantity) {
        CreateReservation request;
        request.lines.push_back({.sku = sku_name("default", sku), .quantity = quantity});
        return run(
            {.operation = Operation::create, .tenant = tenant_name("default"), .request = request});
    }
    Execution run(Command command) {
        commands_.push_back(std::make_unique<Command>(std::move(command)));
        return machine_.execute(*commands_.back(), batch_, 8);
    }

    State state_;
    Machine machine_{state_};
    base::Buffer payload_;
    std::vector<SkuId> touched_;
    std::vector<Event> names_;
    OpenBatch batch_{.payload = payload_,
                     .next = Sequence{1},
                     .time = testing::World::kStart,
                     .touched = touched_,
                     .names = names_};
    std::vector<std::unique_ptr<Command>> commands_;  // names_ views them
};

TEST_F(Batch, EachCommandSeesTheOnesBefore) {
    receive("A", 1);
    EXPECT_EQ(hold("A", 1).outcome, Outcome::applied);
    EXPECT_EQ(hold("A", 1).outcome, Outcome::refused);
    EXPECT_EQ(batch_.count, 6u) << "genesis 3, SKU, receipt, hold";
    EXPECT_EQ(batch_.next, Sequence{7});
}

TEST_F(Batch, NamesTheSkusThatReadersHaveToBeToldAbout) {
    receive("A", 1);
    receive("B", 1);
    touched_.clear();
    hold("B", 1);
    EXPECT_EQ(touched_, std::vector{SkuId{1}});
    touched_.clear();
    batch_.time += 15min;
    machine_.expire_due(batch_, 8);
    EXPECT_EQ(touched_, std::vector{SkuId{1}});
    EXPECT_EQ(batch_.expiries, 1u);
    touched_.clear();
    run({.operation = Operation::set_safety_stock,
         .tenant = tenant_name("default"),
         .request = SetSafetyStock{.sku = sku_name("default", "A"), .units = 1}});
    run({.operation = Operation::put_sku,
         .tenant = tenant_name("default"),
         .request = PutSku{.sku = sku_name("default", "C")}});
    EXPECT_EQ((std::set<SkuId>(touched_.begin(), touched_.end())), (std::set{SkuId{0}, SkuId{2}}));
}

TEST_F(Batch, HandsOverTheRegistrations) {
    receive("A", 1);
    ASSERT_EQ(names_.size(), 3u);
    EXPECT_EQ(std::get<TenantRegistered>(names_[0]).name, "default");
    EXPECT_TRUE(std::holds_alternative<ClassDefined>(names_[1]));
    EXPECT_EQ(std::get<SkuRegistered>(names_[2]).name, "A");
}

TEST_F(Batch, TheBudgetIsForTheWholeBatch) {
    receive("A", 2);
    hold("A", 1);
    hold("A", 1);
    batch_.time += 15min;
    EXPECT_EQ(machine_.execute(*commands_[1], batch_, 1).outcome, Outcome::applied);
    EXPECT_EQ(machine_.execute(*commands_[1], batch_, 1).outcome, Outcome::expire_first);
    EXPECT_EQ(machine_.execute(*commands_[1], batch_, 2).outcome, Outcome::applied);
}

TEST_F(Batch, LookingAheadChangesNothing) {
    receive("A", 2);
    hold("A", 1);
    const auto hash = state_.hash;
    Command ahead = *commands_[1];
    ahead.key.key = {.high = 1, .low = 1};
    Command unknown = ahead;
    unknown.request = ChangeReservation{.reservation = ReservationId{999}};
    Command fresh = ahead;
    std::get<CreateReservation>(fresh.request).lines[0].sku = sku_name("default", "never seen");
    const std::array<const Command*, 4> soon{&ahead, &unknown, &fresh, &*commands_[0]};
    prefetch_commands(soon);
    prefetch_records(state_, soon);
    EXPECT_EQ(state_.hash, hash);
    EXPECT_EQ(batch_.count, 6u);
}

TEST_F(Batch, LookingAheadAtCellsChangesNothing) {
    receive("A", 2);
    hold("A", 1);
    run({.operation = Operation::put_sku,
         .tenant = tenant_name("default"),
         .request = PutSku{.sku = sku_name("default", "without stock"), .sku_class = {}}});
    const auto hash = state_.hash;
    prefetch_cells(state_, std::array{SkuId{0}, SkuId{1}});
    EXPECT_EQ(state_.hash, hash);
}

TEST_F(Batch, NamesWhoLeftAQueue) {
    std::vector<ReservationId> left;
    batch_.left_queue = &left;
    SkuClass patient = default_class();
    patient.wait_max = std::chrono::minutes(10);
    machine_.append(ClassDefined{.tenant = TenantId{0}, .sku_class = patient, .key = {}}, batch_);
    receive("A", 1);
    receive("B", 1);
    const auto holder = hold("A", 1).sequence;
    CreateReservation wish;
    wish.lines.push_back({.sku = sku_name("default", "A"), .quantity = 1});
    wish.wait_seconds = 60;
    const auto waiter = run({.operation = Operation::create,
                             .tenant = tenant_name("default"),
                             .request = std::move(wish)})
                            .sequence;
    hold("B", 1);
    EXPECT_TRUE(left.empty()) << "who never waited leaves no queue";
    run({.operation = Operation::release,
         .tenant = tenant_name("default"),
         .request = ChangeReservation{.reservation = ReservationId(holder.value())}});
    EXPECT_EQ(left, std::vector{ReservationId(waiter.value())});
}

TEST_F(Batch, ALoggedStateHashIsTheStateBeforeIt) {
    receive("A", 2);
    machine_.append(StateHashLogged{.hash = state_.hash}, batch_);
    hold("A", 1);
    State replica;
    ASSERT_TRUE(replay(replica, payload_, Sequence{1}, batch_.time).has_value());
    EXPECT_EQ(replica.hash, state_.hash);
}

TEST_F(Batch, ReplayRefusesAnotherHashNamingTheEvent) {
    receive("A", 2);
    encode(StateHashLogged{.hash = state_.hash + 1}, payload_);
    State replica;
    const auto result = replay(replica, payload_, Sequence{1}, batch_.time);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, ErrorCode::corrupted);
    EXPECT_NE(result.error().message.find("event 6"), std::string::npos);
}

TEST_F(Batch, ReplayTellsOfEveryEventInOrder) {
    receive("A", 2);
    hold("A", 1);
    std::vector<std::uint64_t> seen;
    State replica;
    const auto result =
        replay(replica, payload_, Sequence{1}, batch_.time,
               [&](const Event&, Sequence sequence) { seen.push_back(sequence.value()); });
    EXPECT_TRUE(result.has_value());
    EXPECT_EQ(seen, (std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6}));
}

TEST_F(Batch, ReplayOfDamagedBytesIsAnErrorNotACrash) {
    payload_.pop_back();
    State replica;
    const auto cut = replay(replica, payload_, Sequence{1}, batch_.time);
    ASSERT_FALSE(cut.has_value());
    EXPECT_EQ(cut.error().code, ErrorCode::corrupted);
    payload_[1] = std::byte{99};
    State another;
    const auto newer = replay(another, payload_, Sequence{1}, batch_.time);
    ASSERT_FALSE(newer.has_value());
    EXPECT_EQ(newer.error().code, ErrorCode::newer_format);
}

// -- the state hash -----------------------------------------------------------------------

TEST(StateHash, DiffersWhereAnyRecordDiffers) {
    std::set<std::uint64_t> seen;
    const auto add = [&](auto&& change) {
        testing::World world;
        world.receive("A", 9);
        const auto id = world.held({.lines = {{"A", 2}}, .reference = "cart"});
        change(world, id);
        EXPECT_TRUE(seen.insert(world.core_state().hash).second) << "change " << seen.size();
    };
    using testing::World;
    add([](World&, ReservationId) {});
    add([](World& w, ReservationId) { w.receive("A", 1); });
    add([](World& w, ReservationId) { w.safety_stock("A", 1); });
    add([](World& w, ReservationId) { w.receive("B", 1); });
    add([](World& w, ReservationId) { w.receive("C", 1); });
    add([](World& w, ReservationId) { w.receive("A", 1, "k"); });
    add([](World& w, ReservationId id) { w.commit(id); });
    add([](World& w, ReservationId id) { w.release(id); });
    add([](World& w, ReservationId id) { w.begin_payment(id); });
    add([](World& w, ReservationId id) { w.extend(id, {.ttl_seconds = 3600}); });
    add([](World& w, ReservationId) { w.release_key("k"); });
    add([](World& w, ReservationId) { w.hold("A", 99, "k"); });
    add([](World& w, ReservationId) { w.define_class("x", [](SkuClass&) {}); });
    add([](World& w, ReservationId) {
        w.define_class("x", [](SkuClass& c) { c.review_max = 1min; });
    });
    add([](World& w, ReservationId) {
        w.tenant("other");
        w.receive("A", 1);
    });
}

TEST(StateHash, IsTheSumOverRecordsWhateverTheOrder) {
    testing::World a;
    a.receive("A", 1);
    a.receive("A", 2, "k1");
    a.release_key("x");
    testing::World b;
    b.receive("A", 1);
    b.receive("A", 2, "k1");
    b.release_key("x");
    EXPECT_EQ(a.core_state().hash, b.core_state().hash);
    EXPECT_EQ(a.core_state().hash, recompute_hash(b.core_state()));
}

}  // namespace
}  // namespace holdfast::core
