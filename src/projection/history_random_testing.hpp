// Helpers for tests of the history: a shop that does everything at random.
//
// Thread rule: one thread per object.
#pragma once

#include <algorithm>
#include <array>
#include <iterator>

#include "base/prng.hpp"
#include "projection/history_testing.hpp"

namespace holdfast::projection::testing {

inline constexpr std::array<std::string_view, 4> kAgents = {"", "anna", "bert", "cleo"};
inline constexpr std::array<std::string_view, 5> kReferences = {"", "A-1", "A-2", "B-1", "B-2"};
inline constexpr std::array<std::string_view, 3> kSources = {"", "wms", "erp"};
inline constexpr std::array<std::uint32_t, 5> kSkus = {1, 2, 3, 100, 101};
inline constexpr std::array<model::PoolId, 3> kPools = {model::PoolId(0), model::PoolId(1),
                                                        model::PoolId(2)};
inline constexpr std::array<base::Digest128, 3> kBuyers = {base::Digest128{}, base::Digest128{1, 1},
                                                           base::Digest128{2, 1}};

// Movements, transfers, counts, reservations and whatever else there is, in random order.
class RandomShop : public Shop {
  public:
    explicit RandomShop(std::uint64_t seed) : prng_(seed) {}

    template <typename Choices>
    auto pick(const Choices& choices) {
        return choices[prng_.below(choices.size())];
    }
    bool one_in(std::uint64_t n) { return prng_.chance(1, n); }
    std::int64_t upto(std::int64_t high) { return prng_.between(0, high); }

    void step() {
        if (one_in(3)) {
            pass(upto(5'000));
        }
        switch (prng_.below(12)) {
            case 0: move_stock(); return;
            case 1: move_between_pools(); return;
            case 2: count(); return;
            case 3: other(); return;
            case 4:
            case 5:
            case 6: create(); return;
            default: change();
        }
    }

  private:
    base::Time some_time() {
        return one_in(2) ? base::Time{} : now() + base::Duration(upto(20'000) - 15'000);
    }
    model::KeyUse key() {
        model::KeyUse key{.source = pick(kSources)};
        key.source_sequence = key.source.empty() ? 0 : upto(50);
        return key;
    }

    void move_stock() {
        const std::uint32_t sku = pick(kSkus);
        const model::PoolId pool = pick(kPools);
        model::StockMoved event{
            .occurred_at = some_time(), .reference = pick(kReferences), .key = key()};
        if (one_in(2)) {
            event.delta = 1 + upto(50);
        } else if (one_in(2)) {
            event.movement = model::Movement::adjustment;
            event.reason = one_in(2) ? model::Reason::theft : model::Reason::found;
            event.delta = upto(20) - 10;
        } else {
            event.movement = model::Movement::unavailable;
            event.unavailable_reason =
                one_in(2) ? model::Reason::damage : model::Reason::quality_hold;
            event.unavailable_delta =
                upto(8) - std::min<std::int64_t>(cell(sku, pool).unavailable, 3);
        }
        moved(sku, pool, event);
    }

    void move_between_pools() {
        using enum model::TransferStep;
        std::vector<model::TransferImage> open;
        for (const auto& [id, image] : transfers()) {
            if (image.in_transit() > 0) {
                open.push_back(image);
            }
        }
        if (open.empty() || one_in(2)) {
            const std::size_t from = prng_.below(kPools.size());
            transfer({.step = one_in(4) ? model::TransferStep::moved : sent,
                      .units = 1 + upto(9),
                      .occurred_at = some_time(),
                      .transfer = {.sku = model::SkuId(pick(kSkus)),
                                   .from = kPools[from],
                                   .to = kPools[(from + 1) % kPools.size()],
                                   .reference = pick(kReferences)},
                      .key = key()});
            return;
        }
        const model::TransferImage image = pick(open);
        transfer({.step = one_in(4) ? lost : arrived,
                  .units = 1 + upto(image.in_transit() - 1),
                  .occurred_at = some_time(),
                  .transfer = image,
                  .key = key()});
    }

    void count() {
        using enum model::CountOutcome;
        constexpr std::array kOutcomes = {matched, applied, model::CountOutcome::pending, outdated,
                                          rejected};
        const std::uint32_t sku = pick(kSkus);
        const model::PoolId pool = pick(kPools);
        model::StockCounted event{.outcome = pick(kOutcomes),
                                  .reason = model::Reason::cycle_count,
                                  .count = {.counted = upto(100),
                                            .drift = upto(20) - 10,
                                            .as_of = now() - base::Duration(upto(20'000))},
                                  .key = key()};
        event.delta = event.outcome == applied ? event.count.drift : 0;
        event.count.disputed = event.outcome == model::CountOutcome::pending ? upto(5)
                               : event.outcome == rejected
                                   ? -upto(std::min<std::int64_t>(cell(sku, pool).unavailable, 5))
                                   : 0;
        counted(sku, pool, event);
    }

    void other() {
        const std::uint32_t sku = pick(kSkus);
        const model::TenantId tenant = tenant_of(sku);
        switch (prng_.below(6)) {
            case 0: safety(sku, pick(kPools), upto(9)); return;
            case 1: emit(model::SkuUpdated{.tenant = tenant, .sku = model::SkuId(sku)}); return;
            case 2:
                emit(model::CaseOpened{.image = {.id = model::CaseId(next().value()),
                                                 .tenant = tenant,
                                                 .sku = model::SkuId(sku),
                                                 .pool = one_in(2) ? pick(kPools) : model::kAnyPool,
                                                 .reference = pick(kReferences)}});
                return;
            case 3:
                emit(model::RefusalRecorded{
                    .tenant = tenant,
                    .refusal = {.code = model::RefusalCode::insufficient_stock,
                                .lines = {{.sku = model::SkuId(sku)}}}});
                return;
            case 4:
                emit(model::PoolDefined{.tenant = tenant, .pool = {.id = pick(kPools)}});
                return;
            default: emit(model::StateHashLogged{});
        }
    }

    model::LineImage line(std::uint32_t sku, model::Verb verb) {
        const std::int64_t units = 1 + upto(9);
        model::LineImage line{.sku = model::SkuId(sku),
                              .pool = pick(kPools),
                              .untracked = one_in(10),
                              .soft = verb == model::Verb::hold && one_in(5),
                              .requested = units,
                              .units = {.accepted = units}};
        switch (verb) {
            case model::Verb::queue:
                line.units.accepted = 0;
                line.pool = one_in(2) ? model::kAnyPool : line.pool;
                break;
            case model::Verb::hold: line.units.held = units; break;
            default:
                line.units.committed = upto(units);
                line.units.shipped = units - line.units.committed;
        }
        return line;
    }

    void create() {
        constexpr std::array kVerbs = {model::Verb::hold, model::Verb::hold, model::Verb::hold,
                                       model::Verb::sale, model::Verb::queue};
        const model::Verb verb = pick(kVerbs);
        model::ReservationImage image;
        image.waiting = verb == model::Verb::queue ? model::ReservationState::queued
                                                   : model::ReservationState::held;
        image.expires_at = now() + base::Duration(upto(30'000));
        image.first_created_at = one_in(4) ? now() - base::Duration(upto(9'000)) : base::Time{};
        image.texts.agent_id = pick(kAgents);
        image.texts.operator_id = pick(kAgents);
        image.texts.reference = pick(kReferences);
        image.customer = pick(kBuyers);
        const std::uint32_t sku = pick(kSkus);
        const std::int64_t lines = verb == model::Verb::queue ? 0 : upto(2);
        for (std::int64_t i = 0; i <= lines; ++i) {
            const bool same = one_in(2);
            image.lines.push_back(line(same        ? sku
                                       : sku < 100 ? 1 + static_cast<std::uint32_t>(upto(2))
                                                   : 101,
                                       verb));
        }
        changed({.verb = verb, .occurred_at = some_time(), .image = image, .key = key()});
    }

    // Moves some units of each line; verbs that find nothing change only the version.
    void change() {
        if (reservations().empty()) {
            return;
        }
        auto at = reservations().begin();
        std::advance(at, prng_.below(reservations().size()));
        constexpr std::array kVerbs = {
            model::Verb::begin_payment, model::Verb::commit, model::Verb::commit,
            model::Verb::release,       model::Verb::expire, model::Verb::ship,
            model::Verb::ship,          model::Verb::cancel, model::Verb::return_units,
            model::Verb::supersede,     model::Verb::grant,  model::Verb::reallocate,
            model::Verb::close_short,   model::Verb::extend};
        model::ReservationChanged event{.verb = pick(kVerbs),
                                        .occurred_at = some_time(),
                                        .document = pick(kReferences),
                                        .image = at->second,
                                        .key = key()};
        if (event.verb == model::Verb::return_units && one_in(2)) {
            event.disposition = model::Disposition::damaged;
        }
        change(event);
        changed(event);
    }

    void change(model::ReservationChanged& event) {
        model::ReservationImage& image = event.image;
        const bool queued = image.waiting == model::ReservationState::queued;
        if (queued != (event.verb == model::Verb::grant)) {
            event.verb = model::Verb::extend;
        }
        if (event.verb == model::Verb::begin_payment) {
            image.waiting = model::ReservationState::payment_pending;
        }
        if (event.verb == model::Verb::extend || event.verb == model::Verb::grant) {
            image.expires_at = now() + base::Duration(upto(30'000));
        }
        if (event.verb == model::Verb::reallocate) {
            reallocate(image);
        }
        for (model::LineImage& line : image.lines) {
            change(event.verb, line);
        }
        if (event.verb == model::Verb::grant) {
            image.waiting = model::ReservationState::held;
        }
    }

    void change(model::Verb verb, model::LineImage& line) {
        model::LineQuantities& units = line.units;
        const auto take = [&](std::int64_t& from, std::int64_t& to) {
            const std::int64_t some = one_in(2) ? from : upto(from);
            from -= some;
            to += some;
        };
        switch (verb) {
            case model::Verb::begin_payment: line.soft = false; break;
            case model::Verb::commit: take(units.held, units.committed); break;
            case model::Verb::release:
            case model::Verb::supersede: take(units.held, units.released); break;
            case model::Verb::expire: take(units.held, units.expired); break;
            case model::Verb::ship: take(units.committed, units.shipped); break;
            case model::Verb::cancel:
                take(units.committed, units.released);
                take(units.held, units.released);
                break;
            case model::Verb::close_short: take(units.committed, units.closed_short); break;
            case model::Verb::return_units:
                units.returned += upto(units.shipped - units.returned);
                break;
            case model::Verb::grant:
                units.accepted = units.held = line.requested;
                line.pool = line.pool == model::kAnyPool ? pick(kPools) : line.pool;
                break;
            default: break;
        }
    }

    void reallocate(model::ReservationImage& image) {
        model::LineImage& first = image.lines.front();
        const model::PoolId to = pick(kPools);
        // A line has one entry of a pool at most.
        std::size_t entries = 0;
        do {
            if (image.lines[entries++].pool == to) {
                return;
            }
        } while (entries < image.lines.size() && image.lines[entries].continues);
        if (first.units.committed == 0) {
            return;
        }
        model::LineImage part{
            .sku = first.sku,
            .pool = to,
            .untracked = first.untracked,
            .continues = true,
            .units = {.accepted = first.units.committed, .committed = first.units.committed}};
        first.units.accepted -= first.units.committed;
        first.units.committed = 0;
        image.lines.insert(image.lines.begin() + 1, part);
    }

    base::Prng prng_;
};

}  // namespace holdfast::projection::testing
