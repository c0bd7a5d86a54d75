// The history against the obvious: a list of all events that is read from its beginning for every
// answer. Random events of two shops, several pools and all verbs; commits, reopenings and rebuilds
// at any place.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

#include "ledger/testing.hpp"
#include "projection/history_random_testing.hpp"

namespace holdfast::projection {
namespace {

using model::CellImage;
using model::PoolId;
using model::Reason;
using model::Sequence;
using model::SkuId;
using model::Verb;
using namespace testing;

// -- the obvious ----------------------------------------------------------------------------------

struct Movement {
    Sequence sequence;
    base::Time occurred;
    std::int64_t units = 0;
    std::set<std::string> references;
    std::string source;
    std::int64_t source_sequence = 0;
};

// What can be said of one cell after the first `count` events.
struct NaiveCell {
    bool touched = false;
    CellImage cell;
    std::vector<std::uint64_t> events;
    std::vector<Movement> movements;
    // (kind, ~reservation, line) -> units
    std::map<std::tuple<PromiseKind, std::uint64_t, std::uint32_t>, std::int64_t> promises;
};

PromiseKind kind_of(const model::ReservationImage& image, const model::LineImage& line) {
    if (line.soft) {
        return PromiseKind::soft_held;
    }
    return image.waiting == model::ReservationState::payment_pending ? PromiseKind::payment_pending
                                                                     : PromiseKind::held;
}

class NaiveReader {
  public:
    NaiveReader(std::uint32_t sku, PoolId pool) : sku_(sku), pool_(pool) {}

    NaiveCell read(const Shop& shop, Sequence last) {
        for (std::uint64_t i = 0; i < last.value(); ++i) {
            recorded_ = &shop.log()[i];
            const model::Event event = recorded_->event();
            std::visit([&](const auto& each) { on(each); }, event);
        }
        for (const auto& [id, latest] : latest_) {
            const model::Event event = latest->event();
            promise(std::get<model::ReservationChanged>(event).image);
        }
        return std::move(out_);
    }

  private:
    [[nodiscard]] bool here(SkuId sku, PoolId pool) const {
        return sku.value() == sku_ && pool == pool_;
    }
    void touch() {
        out_.touched = true;
        out_.events.insert(out_.events.begin(), recorded_->sequence.value());
    }
    void move(std::int64_t units, base::Time occurred, const model::KeyUse& key,
              const std::set<std::string>& references) {
        out_.cell.on_hand += units;
        if (units != 0) {
            out_.movements.push_back(
                {.sequence = recorded_->sequence,
                 .occurred = occurred == base::Time{} ? recorded_->time : occurred,
                 .units = units,
                 .references = references,
                 .source = std::string(key.source),
                 .source_sequence = key.source_sequence});
        }
    }
    void on(const auto&) {}
    void on(const model::StockMoved& event) {
        if (here(event.sku, event.pool)) {
            touch();
            move(event.delta, event.occurred_at, event.key, {std::string(event.reference)});
            out_.cell.unavailable += event.unavailable_delta;
        }
    }
    void on(const model::SafetyStockSet& event) {
        if (here(event.sku, event.pool)) {
            touch();
            out_.cell.safety_stock = event.cell.safety_stock;
        }
    }
    void on(const model::TransferChanged& event) {
        const auto& image = event.transfer;
        using enum model::TransferStep;
        const bool leaves = event.step == sent || event.step == model::TransferStep::moved;
        const bool arrives = event.step == arrived || event.step == model::TransferStep::moved;
        const std::set<std::string> references = {std::string(image.reference)};
        if (here(image.sku, image.from)) {
            touch();
            move(leaves ? -event.units : 0, event.occurred_at, event.key, references);
        }
        if (here(image.sku, image.to)) {
            touch();
            move(arrives ? event.units : 0, event.occurred_at, event.key, references);
        }
    }
    void on(const model::StockCounted& event) {
        if (here(event.sku, event.pool)) {
            touch();
            move(event.delta, event.count.as_of, event.key, {});
            out_.cell.unavailable += event.count.disputed;
        }
    }
    void on(const model::CaseOpened& event) {
        if (here(event.image.sku, event.image.pool)) {
            touch();
        }
    }
    void on(const model::ReservationChanged& event) {
        std::int64_t shipped = 0;
        std::int64_t returned = 0;
        bool touches = false;
        for (const auto& line : event.image.lines) {
            if (here(line.sku, line.pool) && !line.untracked) {
                touches = true;
                shipped += line.units.shipped;
                returned += line.units.returned;
            }
        }
        if (touches) {
            touch();
        }
        auto& known = moved_[event.image.id.value()];
        const std::set<std::string> references = {std::string(event.document),
                                                  std::string(event.image.texts.reference)};
        move(known.first - shipped, event.occurred_at, event.key, references);
        move(returned - known.second, event.occurred_at, event.key, references);
        out_.cell.unavailable +=
            event.disposition == model::Disposition::damaged ? returned - known.second : 0;
        known = {shipped, returned};
        latest_[event.image.id.value()] = recorded_;
    }
    void promise(const model::ReservationImage& image) {
        std::uint32_t number = 0;
        for (const model::LineImage& line : image.lines) {
            number += line.continues ? 0 : 1;
            if (!here(line.sku, line.pool) || line.untracked) {
                continue;
            }
            (line.soft ? out_.cell.soft_held : out_.cell.held) += line.units.held;
            out_.cell.committed += line.units.committed;
            const std::uint64_t newest_first = ~image.id.value();
            if (line.units.held > 0) {
                out_.promises[{kind_of(image, line), newest_first, number}] = line.units.held;
            }
            if (line.units.committed > 0) {
                out_.promises[{PromiseKind::committed, newest_first, number}] =
                    line.units.committed;
            }
        }
    }

    std::uint32_t sku_;
    PoolId pool_;
    const Recorded* recorded_ = nullptr;
    NaiveCell out_;
    std::map<std::uint64_t, std::pair<std::int64_t, std::int64_t>> moved_;  // shipped, returned
    std::map<std::uint64_t, const Recorded*> latest_;
};

// -- comparing ------------------------------------------------------------------------------------

void expect_adds_up(const CellExplanation& cell) {
    std::int64_t on_hand = 0;
    std::int64_t unavailable = 0;
    std::array<std::int64_t, kPromiseKinds> promised{};
    for (const OnHandTerm& term : cell.on_hand) {
        on_hand += term.units;
        EXPECT_EQ(term.newest.size(), std::min<std::uint64_t>(term.movements, kNamedMovements));
    }
    for (const UnavailableTerm& term : cell.unavailable) {
        unavailable += term.units;
    }
    for (const PromiseTerm& term : cell.promises) {
        promised[std::to_underlying(term.kind)] = term.units;
    }
    using enum PromiseKind;
    const auto units = [&](PromiseKind kind) { return promised[std::to_underlying(kind)]; };
    EXPECT_EQ(on_hand, cell.at.cell.on_hand);
    EXPECT_EQ(unavailable, cell.at.cell.unavailable);
    EXPECT_EQ(units(soft_held), cell.at.cell.soft_held);
    EXPECT_EQ(units(held) + units(payment_pending) + units(review), cell.at.cell.held);
    EXPECT_EQ(units(committed), cell.at.cell.committed);
}

class HistoryModelTest : public ::testing::TestWithParam<std::uint64_t> {
  protected:
    void open() {
        history_.reset();
        auto opened = open_history(directory_.path());
        ASSERT_TRUE(opened.has_value());
        history_ = *std::move(opened);
    }

    void compare_promises(const CellExplanation& cell, const NaiveCell& naive) {
        std::map<std::tuple<PromiseKind, std::uint64_t, std::uint32_t>, std::int64_t> found;
        for (const PromiseTerm& term : cell.promises) {
            EXPECT_EQ(term.promises, term.newest.size());
            for (const Promise& promise : term.newest) {
                found[{promise.kind, ~promise.reservation.value(), promise.line}] = promise.units;
            }
        }
        EXPECT_EQ(found, naive.promises);
    }

    // The cell as of an event, by every road that leads there.
    void compare_cell(std::uint32_t sku, PoolId pool, Sequence position) {
        SCOPED_TRACE("SKU " + std::to_string(sku) + " pool " + std::to_string(pool.value()) +
                     " at " + std::to_string(position.value()));
        const model::TenantId tenant = Shop::tenant_of(sku);
        const NaiveCell naive = NaiveReader(sku, pool).read(shop_, position);
        const Moment moment{.position = position};
        const auto explained = history_->explain(tenant, SkuId(sku), pool, moment, 1'000);
        ASSERT_TRUE(explained.has_value()) << explained.error().message;
        ASSERT_EQ(!explained->cells.empty(), naive.touched);
        const auto stock = history_->stock_at(tenant, SkuId(sku), moment);
        const auto at = std::ranges::find(stock->cells, pool, &CellAt::pool);
        ASSERT_EQ(at != stock->cells.end(), naive.touched);
        if (naive.touched) {
            EXPECT_EQ(at->cell, naive.cell);
            EXPECT_EQ(at->changed_by.value(), naive.events.front());
            EXPECT_EQ(explained->cells[0].at.cell, naive.cell);
            expect_adds_up(explained->cells[0]);
            compare_promises(explained->cells[0], naive);
        }
    }

    void compare_on_hand(std::uint32_t sku, PoolId pool, base::Time as_of,
                         std::string_view reference, std::string_view source,
                         std::int64_t watermark) {
        const NaiveCell naive = NaiveReader(sku, pool).read(shop_, history_->position());
        std::int64_t expected = 0;
        for (const Movement& movement : naive.movements) {
            const bool included =
                (!reference.empty() && movement.references.contains(std::string(reference))) ||
                (!movement.source.empty() && movement.source == source &&
                 movement.source_sequence <= watermark);
            expected += movement.occurred <= as_of || included ? movement.units : 0;
        }
        CountIncludes includes{
            .references = {},
            .watermarks = {{.source = std::string(source), .sequence = watermark}}};
        if (!reference.empty()) {
            includes.references.push_back(reference_digest(reference));
        }
        const auto found =
            history_->on_hand_at(Shop::tenant_of(sku), SkuId(sku), pool, as_of, includes);
        ASSERT_TRUE(found.has_value());
        EXPECT_EQ(found->on_hand, expected);
        EXPECT_EQ(found->on_hand_now, naive.cell.on_hand);
        const auto plain = history_->on_hand_at(Shop::tenant_of(sku), SkuId(sku), pool,
                                                base::time_from_ms(INT64_MAX / 2), {});
        EXPECT_EQ(plain->on_hand, naive.cell.on_hand);
    }

    void compare_events(std::uint32_t sku, PoolId pool) {
        const NaiveCell naive = NaiveReader(sku, pool).read(shop_, history_->position());
        EXPECT_EQ(all_events(*history_, Shop::tenant_of(sku),
                             SkuSubject{.sku = SkuId(sku), .pool = pool}),
                  naive.events);
    }

    ledger::testing::TemporaryDirectory directory_;
    std::unique_ptr<History> history_;
    RandomShop shop_{GetParam()};
};

TEST_P(HistoryModelTest, AnswersLikeTheWholeLedgerReadAgain) {
    open();
    for (int round = 0; round < 60; ++round) {
        for (std::int64_t i = shop_.upto(60); i >= 0; --i) {
            shop_.step();
        }
        // Not always all of it, and sometimes the process dies before the commit.
        const auto behind = static_cast<std::uint64_t>(shop_.upto(5));
        const Sequence upto(std::max(shop_.last().value() - std::min(behind, shop_.last().value()),
                                     history_->position().value()));
        feed(*history_, shop_, upto);
        if (shop_.one_in(10)) {
            open();
            ASSERT_EQ(history_->position(), upto);
        }
        for (int question = 0; question < 6; ++question) {
            const std::uint32_t sku = shop_.pick(kSkus);
            const PoolId pool = shop_.pick(kPools);
            compare_cell(sku, pool, history_->position());
            compare_cell(sku, pool,
                         Sequence(static_cast<std::uint64_t>(
                             shop_.upto(static_cast<std::int64_t>(upto.value())))));
            compare_on_hand(sku, pool, shop_.now() - base::Duration(shop_.upto(60'000)),
                            shop_.pick(kReferences), shop_.pick(kSources), shop_.upto(50));
            compare_events(sku, pool);
        }
        ASSERT_FALSE(HasFailure()) << "round " << round;
    }
}

TEST_P(HistoryModelTest, ATimeIsThePositionOfItsLastEvent) {
    open();
    for (int i = 0; i < 9'000; ++i) {
        shop_.step();
    }
    while (history_->position() < shop_.last()) {
        feed(*history_, shop_,
             std::min(shop_.last(), Sequence(history_->position().value() + 1 +
                                             static_cast<std::uint64_t>(shop_.upto(3'000)))));
    }
    for (int i = 0; i < 200; ++i) {
        const base::Time time = base::time_from_ms(kFirstMs - 1'000) +
                                base::Duration(shop_.upto(
                                    (shop_.now() - base::time_from_ms(kFirstMs)).count() + 2'000));
        const auto expected = static_cast<std::uint64_t>(
            std::ranges::upper_bound(shop_.log(), time, {}, &Recorded::time) - shop_.log().begin());
        EXPECT_EQ(history_->stock_at(kOurs, SkuId(1), {.time = time})->position.value(), expected);
    }
}

// Whatever the commits were, the answers are those of one that read everything at once.
TEST_P(HistoryModelTest, ARebuiltOneAnswersTheSame) {
    open();
    for (int i = 0; i < 3'000; ++i) {
        shop_.step();
        if (shop_.one_in(50)) {
            feed(*history_, shop_, shop_.last());
        }
    }
    feed(*history_, shop_, shop_.last());
    const ledger::testing::TemporaryDirectory elsewhere;
    const auto rebuilt = open_history(elsewhere.path());
    ASSERT_TRUE(rebuilt.has_value());
    feed(**rebuilt, shop_, shop_.last());
    for (const model::TenantId tenant : {kOurs, kTheirs}) {
        const auto a = history_->totals(tenant);
        const auto b = (*rebuilt)->totals(tenant);
        EXPECT_EQ(std::tie(a->holds, a->held_units, a->committed_units, a->released_unit_seconds,
                           a->expired_unit_seconds, a->counts, a->latest_expiry),
                  std::tie(b->holds, b->held_units, b->committed_units, b->released_unit_seconds,
                           b->expired_unit_seconds, b->counts, b->latest_expiry));
        const auto wasted_a = history_->wasteful(tenant, std::nullopt, 100);
        const auto wasted_b = (*rebuilt)->wasteful(tenant, std::nullopt, 100);
        ASSERT_EQ(wasted_a->rows.size(), wasted_b->rows.size());
        for (std::size_t i = 0; i < wasted_a->rows.size(); ++i) {
            EXPECT_EQ(wasted_a->rows[i].wasted_unit_seconds, wasted_b->rows[i].wasted_unit_seconds);
        }
        for (const std::string_view reference : kReferences) {
            const ReferenceSubject subject{.reference = reference_digest(reference)};
            EXPECT_EQ(all_events(*history_, tenant, subject),
                      all_events(**rebuilt, tenant, subject, 100));
        }
        const auto skus_a = history_->skus(tenant, "", 100);
        const auto skus_b = (*rebuilt)->skus(tenant, "", 100);
        ASSERT_EQ(skus_a->rows.size(), skus_b->rows.size());
        for (std::size_t i = 0; i < skus_a->rows.size(); ++i) {
            const SkuFigures& x = skus_a->rows[i];
            const SkuFigures& y = skus_b->rows[i];
            EXPECT_EQ(std::tie(x.sku, x.sold, x.shipped, x.expired, x.peak_held_permille, x.holds),
                      std::tie(y.sku, y.sold, y.shipped, y.expired, y.peak_held_permille, y.holds));
        }
        const auto cells_a = history_->cells(tenant, std::nullopt, "", 100);
        const auto cells_b = (*rebuilt)->cells(tenant, std::nullopt, "", 100);
        ASSERT_EQ(cells_a->rows.size(), cells_b->rows.size());
        EXPECT_EQ(history_->open_transfers(tenant, std::nullopt, "", 100)->rows.size(),
                  (*rebuilt)->open_transfers(tenant, std::nullopt, "", 100)->rows.size());
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, HistoryModelTest, ::testing::Values(1, 2, 3, 4));

}  // namespace
}  // namespace holdfast::projection
