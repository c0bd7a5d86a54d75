// Helpers for tests of the history: a shop that makes events up, and feeding them.
//
// The shop keeps the figures that its events' images show, so its ledger makes sense; it knows no
// rule of the core (it oversells happily). Thread rule: one thread per object.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/testing.hpp"
#include "model/event_codec.hpp"
#include "projection/history.hpp"

namespace holdfast::projection::testing {

inline constexpr model::TenantId kOurs{3};
inline constexpr model::TenantId kTheirs{4};
inline constexpr model::PoolId kEast{0};
inline constexpr model::PoolId kWest{1};
inline constexpr std::int64_t kFirstMs = 1'700'000'000'000;

struct Recorded {
    model::Sequence sequence{};
    base::Time time{};
    base::Buffer bytes;

    // Its texts are views into `bytes`.
    [[nodiscard]] model::Event event() const { return *model::decode(bytes); }
};

inline model::CellImage units_of(const model::LineImage& line) {
    const auto& units = line.units;
    return {.on_hand = units.returned - units.shipped,
            .held = line.soft ? 0 : units.held,
            .committed = units.committed,
            .soft_held = line.soft ? units.held : 0};
}

inline void add_figures(model::CellImage& to, const model::CellImage& by, std::int64_t sign = 1) {
    to.on_hand += sign * by.on_hand;
    to.unavailable += sign * by.unavailable;
    to.held += sign * by.held;
    to.committed += sign * by.committed;
    to.safety_stock += sign * by.safety_stock;
    to.soft_held += sign * by.soft_held;
}

// Events, one after the other, with their images.
class Shop {
  public:
    using Cell = std::pair<std::uint32_t, std::uint16_t>;  // SKU, pool

    [[nodiscard]] const std::vector<Recorded>& log() const { return log_; }
    [[nodiscard]] model::Sequence last() const { return model::Sequence(log_.size()); }
    [[nodiscard]] model::Sequence next() const { return model::Sequence(log_.size() + 1); }
    [[nodiscard]] base::Time now() const { return base::time_from_ms(now_ms_); }
    void pass(std::int64_t ms) { now_ms_ += ms; }

    model::Sequence emit(const model::Event& event) {
        Recorded& recorded = log_.emplace_back(Recorded{.sequence = next(), .time = now()});
        model::encode(event, recorded.bytes);
        return recorded.sequence;
    }

    static model::TenantId tenant_of(std::uint32_t sku) { return sku < 100 ? kOurs : kTheirs; }

    model::Sequence moved(std::uint32_t sku, model::PoolId pool, model::StockMoved event) {
        model::CellImage& cell = cells_[{sku, pool.value()}];
        cell.on_hand += event.delta;
        cell.unavailable += event.unavailable_delta;
        event.tenant = tenant_of(sku);
        event.sku = model::SkuId(sku);
        event.pool = pool;
        event.cell = cell;
        return emit(event);
    }
    model::Sequence receipt(std::uint32_t sku, std::int64_t units, model::PoolId pool = kEast,
                            std::string_view reference = {}) {
        return moved(sku, pool, {.delta = units, .reference = reference});
    }
    model::Sequence safety(std::uint32_t sku, model::PoolId pool, std::int64_t units) {
        model::CellImage& cell = cells_[{sku, pool.value()}];
        cell.safety_stock = units;
        return emit(model::SafetyStockSet{
            .tenant = tenant_of(sku), .sku = model::SkuId(sku), .pool = pool, .cell = cell});
    }
    model::Sequence transfer(model::TransferChanged event) {
        model::TransferImage& image = event.transfer;
        using enum model::TransferStep;
        const bool leaves = event.step == sent || event.step == moved_;
        const bool arrives = event.step == arrived || event.step == moved_;
        if (leaves) {
            image.id = model::TransferId(next().value());
            image.tenant = tenant_of(image.sku.value());
            image.quantity = event.units;
            image.sent_at = now();
        }
        image.arrived += arrives ? event.units : 0;
        image.lost += event.step == lost ? event.units : 0;
        model::CellImage& from = cells_[{image.sku.value(), image.from.value()}];
        model::CellImage& to = cells_[{image.sku.value(), image.to.value()}];
        from.on_hand -= leaves ? event.units : 0;
        to.on_hand += arrives ? event.units : 0;
        event.from = from;
        event.to = to;
        transfers_.insert_or_assign(image.id.value(), image);
        return emit(event);
    }
    model::Sequence counted(std::uint32_t sku, model::PoolId pool, model::StockCounted event) {
        model::CellImage& cell = cells_[{sku, pool.value()}];
        cell.on_hand += event.delta;
        cell.unavailable += event.count.disputed;
        event.tenant = tenant_of(sku);
        event.sku = model::SkuId(sku);
        event.pool = pool;
        event.cell = cell;
        return emit(event);
    }
    // The image replaces the reservation's last one; id 0: a new reservation.
    model::ReservationId changed(model::ReservationChanged event) {
        model::ReservationImage& image = event.image;
        if (image.id.value() == 0) {
            image.id = model::ReservationId(next().value());
            image.tenant = tenant_of(image.lines.front().sku.value());
            image.created_at = now();
            if (image.first_created_at == base::Time{}) {
                image.first_created_at = now();
            }
        }
        ++image.version;
        const bool damaged = event.disposition == model::Disposition::damaged;
        if (const auto known = reservations_.find(image.id.value()); known != reservations_.end()) {
            follow(known->second, -1, damaged);
        }
        follow(image, 1, damaged);
        reservations_.insert_or_assign(image.id.value(), image);
        emit(event);
        return image.id;
    }

    [[nodiscard]] model::ReservationImage& reservation(model::ReservationId id) {
        return reservations_.at(id.value());
    }
    [[nodiscard]] const model::CellImage& cell(std::uint32_t sku, model::PoolId pool) {
        return cells_[{sku, pool.value()}];
    }
    [[nodiscard]] std::map<std::uint64_t, model::ReservationImage>& reservations() {
        return reservations_;
    }
    [[nodiscard]] std::map<std::uint64_t, model::TransferImage>& transfers() { return transfers_; }

    // -- the life of a reservation of one line
    model::ReservationId hold(std::uint32_t sku, std::int64_t units, std::int64_t ttl_ms = 60'000,
                              std::string_view agent = {}, std::string_view reference = {},
                              model::PoolId pool = kEast) {
        model::ReservationImage image;
        image.expires_at = now() + base::Duration(ttl_ms);
        image.texts.agent_id = agent;
        image.texts.reference = reference;
        image.lines.push_back({.sku = model::SkuId(sku),
                               .pool = pool,
                               .requested = units,
                               .units = {.accepted = units, .held = units}});
        return changed({.verb = model::Verb::hold, .image = image});
    }
    void verb(model::ReservationId id, model::Verb verb, std::int64_t units,
              model::ReservationChanged event = {}) {
        event.verb = verb;
        event.image = reservation(id);
        model::LineQuantities& line = event.image.lines.front().units;
        using enum model::Verb;
        const auto take = [&](std::int64_t& from, std::int64_t& to) {
            from -= units;
            to += units;
        };
        switch (verb) {
            case begin_payment:
                event.image.waiting = model::ReservationState::payment_pending;
                break;
            case commit: take(line.held, line.committed); break;
            case release:
            case supersede: take(line.held, line.released); break;
            case expire: take(line.held, line.expired); break;
            case ship: take(line.committed, line.shipped); break;
            case cancel: take(line.committed, line.released); break;
            case close_short: take(line.committed, line.closed_short); break;
            case return_units: line.returned += units; break;
            default: break;
        }
        changed(event);
    }

  private:
    static constexpr auto moved_ = model::TransferStep::moved;

    void follow(const model::ReservationImage& image, std::int64_t sign, bool damaged) {
        for (const model::LineImage& line : image.lines) {
            if (!line.untracked && line.pool != model::kAnyPool) {
                model::CellImage& cell = cells_[{line.sku.value(), line.pool.value()}];
                add_figures(cell, units_of(line), sign);
                cell.unavailable += damaged ? sign * line.units.returned : 0;
            }
        }
    }

    std::vector<Recorded> log_;
    std::int64_t now_ms_ = kFirstMs;
    std::map<Cell, model::CellImage> cells_;
    std::map<std::uint64_t, model::ReservationImage> reservations_;
    std::map<std::uint64_t, model::TransferImage> transfers_;
};

// Tells a history what it does not know yet, up to `last`, and commits once.
inline void feed(History& history, const Shop& shop, model::Sequence last) {
    base::Time as_of{};
    for (std::uint64_t i = history.position().value(); i < last.value(); ++i) {
        const Recorded& recorded = shop.log()[i];
        as_of = recorded.time;
        const auto told =
            history.event(recorded.event(), recorded.bytes, recorded.sequence, recorded.time);
        ASSERT_TRUE(told.has_value()) << told.error().message;
    }
    const auto reached = history.reached(last, as_of);
    ASSERT_TRUE(reached.has_value()) << reached.error().message;
}

// All pages of a subject, newest first.
inline std::vector<std::uint64_t> all_events(History& history, model::TenantId tenant,
                                             const Subject& subject, std::size_t limit = 7) {
    std::vector<std::uint64_t> found;
    std::string resume_after;
    do {
        const auto page = history.events(tenant, subject, resume_after, limit);
        if (!page) {
            ADD_FAILURE() << page.error().message;
            break;
        }
        EXPECT_LE(page->rows.size(), limit);
        for (const EventRow& row : page->rows) {
            found.push_back(row.sequence.value());
        }
        resume_after = page->resume_after;
    } while (!resume_after.empty());
    return found;
}

// A history in a directory of its own, fed from a shop.
class HistoryTest : public ::testing::Test {
  protected:
    void SetUp() override { open(); }

    void open() {
        history_.reset();
        auto opened = open_history(directory_.path());
        ASSERT_TRUE(opened.has_value()) << opened.error().message;
        history_ = *std::move(opened);
    }
    void feed_all() { feed(*history_, shop_, shop_.last()); }

    std::vector<std::uint64_t> events(const Subject& subject, std::size_t limit = 7) {
        return all_events(*history_, kOurs, subject, limit);
    }
    CellExplanation explain_only_cell(const Moment& moment = {}, std::size_t names = 100) {
        const auto found = history_->explain(kOurs, model::SkuId(1), std::nullopt, moment, names);
        EXPECT_TRUE(found.has_value());
        EXPECT_EQ(found->cells.size(), 1u);
        return found->cells.at(0);
    }
    std::int64_t on_hand_at(base::Time as_of, const CountIncludes& includes = {}) {
        const auto found = history_->on_hand_at(kOurs, model::SkuId(1), kEast, as_of, includes);
        EXPECT_TRUE(found.has_value());
        return found->on_hand;
    }

    ledger::testing::TemporaryDirectory directory_;
    std::unique_ptr<History> history_;
    Shop shop_;
};

}  // namespace holdfast::projection::testing
