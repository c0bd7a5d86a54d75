// The machine against the naive model: random commands over few names, every outcome and quantity.
//
// Few SKUs, references and keys make collisions common; the sweeper, tiny expiry budgets and
// snapshots come at random and may never be seen in an answer. An episode is a function of its
// number alone: a failure names it.
#include "core/naive_model.hpp"

#include <sstream>

#include "base/prng.hpp"

namespace holdfast::core {
namespace {

using namespace model;
using base::Prng;
using testing::Answer;
using testing::Ask;
using testing::NaiveModel;
using testing::Reply;
using testing::World;

constexpr std::uint64_t kEpisodes = 400;
constexpr int kAsksPerEpisode = 500;
constexpr std::size_t kNobody = 1'000'000;  // the number of no reservation
constexpr std::size_t kRefusalsMax = 6;
constexpr std::size_t kRefusalsPerSecond = 2;

const std::map<std::string, NaiveModel::Policy> kPolicies = {
    {"A",
     {.ttl = 100,
      .ttl_max = 300,
      .payment = 200,
      .payment_max = 400,
      .lifetime = 330,
      .extensions = 1}},
    {"B",
     {.ttl = 100,
      .ttl_max = 300,
      .payment = 200,
      .payment_max = 400,
      .lifetime = 330,
      .extensions = 1}},
    {"careful",
     {.ttl = 60,
      .ttl_max = 200,
      .payment = 150,
      .payment_max = 300,
      .lifetime = 240,
      .extensions = 0,
      .review = true,
      .refuses_late = true}},
    {"service",
     {.ttl = 100,
      .ttl_max = 300,
      .payment = 200,
      .payment_max = 400,
      .lifetime = 420,
      .extensions = 2,
      .untracked = true}},
};

// How often each kind of answer was compared: what never comes up is not tested.
struct Seen {
    std::map<RefusalCode, std::uint64_t> codes;
    std::uint64_t replayed = 0;
    std::uint64_t parked = 0;
    std::uint64_t without_effect = 0;
    std::uint64_t retaken = 0;
    std::uint64_t unrecorded = 0;

    void count(const Ask& ask, const Answer& answer) {
        const bool retake = ask.operation == Operation::commit && answer.shows && answer.changes &&
                            *answer.shows != ask.target;
        ++codes[answer.code];
        replayed += answer.replayed ? 1 : 0;
        parked += answer.parked ? 1 : 0;
        without_effect += answer.changes ? 0 : 1;
        retaken += retake ? 1 : 0;
        unrecorded +=
            answer.code == RefusalCode::insufficient_stock && !ask.key().empty() && !answer.recorded
                ? 1
                : 0;
    }
};

// -- dice ---------------------------------------------------------------------------------

class AskDice {
  public:
    AskDice(Prng& dice, const NaiveModel& model) : dice_(dice), model_(model) {}

    Ask next() {
        if (!past_.empty() && dice_.chance(1, 8)) {
            return past_[dice_.below(past_.size())];  // a retry, or a repetition without a key
        }
        Ask ask = fresh();
        (ask.operation == Operation::create ? ask.cart.key : ask.with.key) = key();
        past_.push_back(ask);
        return ask;
    }

  private:
    Ask fresh() {
        const auto roll = dice_.below(100);
        if (roll < 30) {
            return create();
        }
        if (roll < 80) {
            return change();
        }
        Ask ask;
        ask.name = sku();
        if (roll < 86) {
            ask.operation = Operation::receive_stock;
            ask.quantity = dice_.between(1, 12);
        } else if (roll < 90) {
            ask.operation = Operation::adjust_stock;
            ask.quantity = dice_.between(-6, 3);
        } else if (roll < 92) {
            ask.operation = Operation::set_safety_stock;
            ask.quantity = dice_.between(0, 3);
        } else {
            ask.operation = Operation::release_by_name;
            ask.by_key = dice_.chance(1, 2);
            ask.block_late = !ask.by_key && dice_.chance(1, 6);
            ask.name = ask.by_key ? some("k", 12) : some("r", 8);
        }
        return ask;
    }

    Ask create() {
        Ask ask;
        auto& cart = ask.cart;
        for (auto lines = dice_.between(1, 3); lines > 0; --lines) {
            cart.lines.push_back(
                {.sku = dice_.chance(1, 60) ? "unknown" : sku(), .quantity = dice_.between(1, 5)});
            if (dice_.chance(1, 6)) {
                cart.lines.back().min_quantity = dice_.between(0, cart.lines.back().quantity);
            }
        }
        if (dice_.chance(1, 2)) {
            cart.ttl_seconds = dice_.between(1, dice_.chance(1, 10) ? 400 : 200);
        }
        if (dice_.chance(1, 2)) {
            cart.reference = some("r", 8);
        }
        cart.supersedes_same_reference = dice_.chance(1, 5);
        if (dice_.chance(1, 8)) {
            ask.supersedes = target();
        }
        cart.partial = dice_.chance(1, 4);
        cart.dry_run = dice_.chance(1, 20);
        return ask;
    }

    Ask change() {
        static constexpr Operation kVerbs[] = {Operation::begin_payment, Operation::commit,
                                               Operation::commit,        Operation::release,
                                               Operation::extend,        Operation::ship,
                                               Operation::cancel,        Operation::return_units};
        Ask ask{.operation = kVerbs[dice_.below(std::size(kVerbs))], .target = target()};
        auto& with = ask.with;
        const bool takes_lines =
            ask.operation != Operation::begin_payment && ask.operation != Operation::extend;
        if (takes_lines && (dice_.chance(1, 3) || ask.operation == Operation::return_units)) {
            for (auto parts = dice_.between(1, 2); parts > 0; --parts) {
                with.lines.push_back({.sku = sku(), .quantity = dice_.between(1, 4)});
            }
        }
        if (dice_.chance(1, 10)) {
            with.version = static_cast<std::uint32_t>(dice_.between(1, 3));
        }
        if (ask.operation == Operation::extend ||
            (ask.operation == Operation::begin_payment && dice_.chance(1, 3))) {
            with.ttl_seconds = dice_.between(1, dice_.chance(1, 4) ? 450 : 250);
        }
        with.disposition = dice_.chance(1, 3) ? Disposition::damaged : Disposition::restock;
        return ask;
    }

    std::string some(const char* prefix, std::uint64_t count) {
        return prefix + std::to_string(dice_.below(count));
    }
    std::string sku() {
        return std::next(kPolicies.begin(),
                         static_cast<std::ptrdiff_t>(dice_.below(kPolicies.size())))
            ->first;
    }
    // Mostly one of the latest; sometimes one that is not there.
    std::size_t target() {
        const std::size_t count = model_.reservations.size();
        const std::size_t back = 1 + dice_.below(dice_.chance(1, 5) ? 60 : 8);
        return back <= count && !dice_.chance(1, 40) ? count - back : kNobody;
    }
    // Some keys come from a small pool, so that they meet each other.
    std::string key() {
        const auto roll = dice_.below(10);
        return roll < 4 ? "" : roll < 6 ? some("k", 12) : "fresh " + std::to_string(++fresh_keys_);
    }

    Prng& dice_;
    const NaiveModel& model_;
    std::vector<Ask> past_;
    std::uint64_t fresh_keys_ = 0;
};

// -- one episode --------------------------------------------------------------------------

class Episode {
  public:
    Episode(std::uint64_t number, Seen& seen)
        : number_(number),
          seen_(seen),
          dice_(number),
          world_({.tenant = TenantId{0},
                  .recorded_refusals_max = kRefusalsMax,
                  .recorded_refusals_per_second = kRefusalsPerSecond,
                  .tombstones_max = 1'000,
                  .name = "default"}),
          asks_(dice_, model_) {
        world_.check_every(100);
        model_.policies = kPolicies;
        model_.refusals_max = kRefusalsMax;
        model_.refusals_per_second = kRefusalsPerSecond;
        for (const auto& [sku, policy] : kPolicies) {
            define(sku, policy);
            world_.put_sku(sku, sku);
        }
    }

    void run() {
        for (int i = 0; i < kAsksPerEpisode && !::testing::Test::HasFailure(); ++i) {
            step();
        }
        for (std::size_t i = 0; i < ids_.size(); ++i) {
            compare(i);
        }
    }

  private:
    void define(const std::string& name, const NaiveModel::Policy& policy) {
        using std::chrono::seconds;
        world_.define_class(name, [&](SkuClass& c) {
            c.hold_ttl = seconds(policy.ttl);
            c.hold_ttl_max = seconds(policy.ttl_max);
            c.payment_ttl = seconds(policy.payment);
            c.payment_ttl_max = seconds(policy.payment_max);
            c.lifetime_max = seconds(policy.lifetime);
            c.extensions_max = policy.extensions;
            c.on_payment_timeout = policy.review ? PaymentTimeout::review : PaymentTimeout::release;
            c.late_commit = policy.refuses_late ? LateCommit::refuse : LateCommit::retake;
            c.tracking = policy.untracked ? Tracking::none : Tracking::counted;
        });
    }

    void step() {
        if (dice_.chance(1, 2)) {
            const auto seconds = dice_.between(1, dice_.chance(1, 10) ? 300 : 15);
            model_.wait(seconds);
            world_.wait(std::chrono::seconds(seconds));
        }
        world_.expiry_budget(static_cast<std::uint32_t>(dice_.between(1, 4)));
        if (dice_.chance(1, 10)) {
            world_.expire_due();
        }
        if (dice_.chance(1, 200)) {
            world_.restore_from_snapshot();
        }
        const Ask ask = asks_.next();
        const Answer expected = model_.ask(ask, replies_.size());
        Reply reply = send(ask);
        while (reply.outcome == Outcome::expire_first) {
            reply = send(ask);
        }
        SCOPED_TRACE(describe(ask));
        compare(ask, expected, reply);
        seen_.count(ask, expected);
        replies_.push_back(reply.bytes);
        compare_stock();
    }

    Reply send(const Ask& ask) {
        const std::string& key = ask.key();
        switch (ask.operation) {
            case Operation::create: {
                testing::Cart cart = ask.cart;
                if (ask.supersedes) {
                    cart.supersedes = id_of(*ask.supersedes);
                }
                return world_.create(cart);
            }
            case Operation::receive_stock: return world_.receive(ask.name, ask.quantity, key);
            case Operation::adjust_stock: return world_.adjust(ask.name, ask.quantity, key);
            case Operation::set_safety_stock:
                return world_.safety_stock(ask.name, ask.quantity, key);
            case Operation::release_by_name:
                return ask.by_key ? world_.release_key(ask.name, key)
                                  : world_.release_reference(ask.name, ask.block_late, key);
            default: return world_.change(ask.operation, id_of(ask.target), ask.with);
        }
    }

    [[nodiscard]] ReservationId id_of(std::size_t index) const {
        return index < ids_.size() ? ids_[index] : ReservationId{kNobody};
    }

    void compare(const Ask& ask, const Answer& expected, const Reply& reply) {
        ASSERT_EQ(reply.code(), expected.code);
        if (expected.code != RefusalCode::none) {
            EXPECT_EQ(reply.refusal.recorded, expected.recorded);
            return;
        }
        if (expected.replayed) {
            ASSERT_EQ(reply.outcome, Outcome::replayed);
            ASSERT_EQ(*reply.bytes, *replies_.at(expected.attempt));
            return;
        }
        const bool shown = ask.cart.dry_run || (!expected.changes && ask.key().empty());
        ASSERT_EQ(reply.outcome, shown ? Outcome::shown : Outcome::applied);
        EXPECT_EQ(std::holds_alternative<FactParked>(*reply.event), expected.parked);
        if (expected.shows) {
            if (*expected.shows == ids_.size()) {
                ids_.push_back(reply.id());
            }
            ASSERT_EQ(reply.id(), id_of(*expected.shows));
            EXPECT_EQ(reply.state(), model_.reservations[*expected.shows].state());
            compare(*expected.shows);
        }
        if (ask.target < ids_.size()) {
            compare(ask.target);
        }
    }

    // What the machine holds, with dead holds ended as a sweeper would.
    [[nodiscard]] ReservationImage effective(ReservationId id) const {
        const State& state = world_.core_state();
        const Reservation* const found = state.find_reservation(id);
        if (is_dead(*found, world_.now())) {
            return std::get<ReservationChanged>(decide_expiry(state, *found)).image;
        }
        return state.image_of(*found);
    }

    void compare(std::size_t index) const {
        const auto image = effective(ids_[index]);
        const auto& expected = model_.reservations[index];
        SCOPED_TRACE("reservation " + std::to_string(index));
        EXPECT_EQ(state_of(image), expected.state());
        EXPECT_EQ(image.version, expected.version);
        EXPECT_EQ(image.extensions, expected.extensions);
        EXPECT_EQ(image.expires_at, time_of(expected.deadline));
        EXPECT_EQ(image.first_created_at, time_of(expected.first_created));
        EXPECT_EQ(image.replaced_by,
                  expected.replaced_by ? ids_[*expected.replaced_by] : ReservationId{});
        ASSERT_EQ(image.lines.size(), expected.lines.size());
        for (std::size_t i = 0; i < image.lines.size(); ++i) {
            EXPECT_EQ(image.lines[i].units, expected.lines[i].units);
            EXPECT_EQ(image.lines[i].requested, expected.lines[i].requested);
        }
    }

    void compare_stock() const {
        std::map<std::string, std::int64_t> dead;  // units held by the dead
        for (const auto id : ids_) {
            const auto* const found = world_.core_state().find_reservation(id);
            if (!is_dead(*found, world_.now())) {
                continue;
            }
            const auto after = effective(id);
            const auto before = world_.core_state().image_of(*found);
            for (std::size_t i = 0; i < after.lines.size(); ++i) {
                dead[world_.core_state().sku(after.lines[i].sku).name] +=
                    after.lines[i].untracked
                        ? 0
                        : before.lines[i].units.held - after.lines[i].units.held;
            }
        }
        for (const auto& [sku, policy] : kPolicies) {
            const auto known = model_.stock.find(sku);
            const auto stock = known != model_.stock.end() ? known->second : NaiveModel::Stock{};
            auto cell = world_.cell(sku);
            cell.held -= dead[sku];
            EXPECT_EQ(cell,
                      (CellImage{.on_hand = stock.on_hand,
                                 .unavailable = stock.unavailable,
                                 .held = model_.promised(sku, &LineQuantities::held),
                                 .committed = model_.promised(sku, &LineQuantities::committed),
                                 .safety_stock = stock.safety}))
                << sku;
        }
    }

    [[nodiscard]] static base::Time time_of(std::int64_t seconds) {
        return seconds == NaiveModel::kNever ? base::kNever
                                             : World::kStart + std::chrono::seconds(seconds);
    }

    [[nodiscard]] std::string describe(const Ask& ask) const {
        std::ostringstream out;
        out << "episode " << number_ << ", ask " << replies_.size() << ": "
            << to_string(ask.operation) << " of " << ask.target << " key '" << ask.key()
            << "' name '" << ask.name << "' reference '" << ask.cart.reference << '\'';
        return out.str();
    }

    std::uint64_t number_;
    Seen& seen_;
    Prng dice_;
    NaiveModel model_;
    World world_;
    AskDice asks_;
    std::vector<ReservationId> ids_;                            // by the model's number
    std::vector<std::shared_ptr<const base::Buffer>> replies_;  // by attempt
};

TEST(NaiveModel, AgreesWithTheMachineOnEveryOutcomeAndQuantity) {
    Seen seen;
    for (std::uint64_t number = 1; number <= kEpisodes; ++number) {
        Episode(number, seen).run();
        ASSERT_FALSE(HasFailure()) << "in episode " << number;
    }
    using enum RefusalCode;
    for (const auto code : {none, idempotency_key_reused, released_before_create, unknown_sku,
                            unknown_reservation, unknown_line, ttl_out_of_bounds, version_mismatch,
                            expired, illegal_transition, quantity_exceeded, extension_limit_reached,
                            lifetime_exceeded, insufficient_stock, late_commit_shortfall}) {
        EXPECT_GT(seen.codes[code], 50u) << ::testing::PrintToString(code);
    }
    EXPECT_GT(seen.replayed, 1'000u);
    EXPECT_GT(seen.parked, 1'000u);
    EXPECT_GT(seen.without_effect, 1'000u);
    EXPECT_GT(seen.retaken, 300u);
    EXPECT_GT(seen.unrecorded, 100u);
}

}  // namespace
}  // namespace holdfast::core
