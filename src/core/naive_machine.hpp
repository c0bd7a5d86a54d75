// NaiveMachine: the machine, asked in the words of NaiveModel. Part of the tests of NaiveModel.
//
// Numbers become ids, seconds become times, and a count is compared with the model's own list of
// movements, as the reconciliation does it. Thread rule: one thread.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "core/naive_model.hpp"
#include "core/testing.hpp"

namespace holdfast::core::testing {

class NaiveMachine {
  public:
    static constexpr std::size_t kNobody = 1'000'000;  // the number of no reservation
    static constexpr std::uint32_t kRefusalsMax = 6;
    static constexpr std::uint32_t kRefusalsPerSecond = 2;

    NaiveMachine()
        : world_({.tenant = model::TenantId{0},
                  .recorded_refusals_max = kRefusalsMax,
                  .recorded_refusals_per_second = kRefusalsPerSecond,
                  .tombstones_max = 1'000,
                  .name = "default"}) {
        world_.check_every(100);
        model_.refusals_max = kRefusalsMax;
        model_.refusals_per_second = kRefusalsPerSecond;
        sequences_.push_back(3);
        model_.policies[0].settings.ttl = -1;  // no Policy of ours: the first one put is another
    }

  protected:
    using Op = model::Operation;

    // -- what is asked of the machine ------------------------------------------------------
    [[nodiscard]] std::optional<base::Time> time(const std::optional<std::int64_t>& second) const {
        return second ? std::optional(time_of(*second)) : std::nullopt;
    }
    [[nodiscard]] static base::Time time_of(std::int64_t seconds) {
        return seconds == NaiveModel::kNever ? base::kNever
                                             : World::kStart + std::chrono::seconds(seconds);
    }

    Reply send(const Ask& ask) {
        const std::string& key = ask.key();
        switch (ask.operation) {
            case Op::create: {
                Cart cart = ask.cart;
                if (ask.supersedes) {
                    cart.supersedes = id_of(*ask.supersedes);
                }
                return world_.create(cart);
            }
            case Op::record_sale: return world_.send(ask.operation, sale(ask), key);
            case Op::set_safety_stock:
                return world_.send(ask.operation,
                                   model::SetSafetyStock{.sku = world_.sku_name(ask.name),
                                                         .pool = world_.maybe_pool(ask.pool),
                                                         .units = ask.quantity},
                                   key);
            case Op::receive_stock:
            case Op::adjust_stock:
            case Op::mark_unavailable:
                return world_.move(ask.operation, {.sku = ask.name,
                                                   .quantity = ask.quantity,
                                                   .pool = ask.pool,
                                                   .reason = ask.reason,
                                                   .from_unavailable = ask.from_unavailable,
                                                   .occurred_at = time(ask.at),
                                                   .key = key});
            case Op::release_by_name:
                return ask.by_key ? world_.release_key(ask.name, key)
                                  : world_.release_reference(ask.name, ask.flag, key);
            case Op::transfer_stock:
            case Op::settle_transfer:
            case Op::count_stock:
            case Op::resolve_case: return send_fact(ask, key);
            case Op::put_sku:
            case Op::put_class:
            case Op::put_pool:
            case Op::set_caps:
            case Op::change_selling: return send_settings(ask, key);
            default: {
                With with = ask.with;
                with.occurred_at = time(ask.at);
                return world_.change(ask.operation, id_of(ask.target), with);
            }
        }
    }
    [[nodiscard]] model::RecordSale sale(const Ask& ask) const {
        model::RecordSale out{.reference = world_.reference_name(ask.cart.reference),
                              .channel = ask.cart.channel,
                              .shipped = ask.flag,
                              .occurred_at = time(ask.at)};
        for (const auto& line : ask.cart.lines) {
            out.lines.push_back({.sku = world_.sku_name(line.sku),
                                 .pool = world_.maybe_pool(line.pool),
                                 .quantity = line.quantity});
        }
        return out;
    }
    Reply send_fact(const Ask& ask, const std::string& key) {
        if (ask.operation == Op::transfer_stock) {
            Reply reply = world_.send(ask.operation,
                                      model::TransferStock{.sku = world_.sku_name(ask.name),
                                                           .from = world_.pool_name(ask.pool),
                                                           .to = world_.pool_name(ask.to),
                                                           .quantity = ask.quantity,
                                                           .instant = ask.flag,
                                                           .occurred_at = time(ask.at)},
                                      key);
            if (reply.outcome == Outcome::applied) {
                transfers_.push_back(reply.as<model::TransferChanged>().transfer.id);
            }
            return reply;
        }
        if (ask.operation == Op::settle_transfer) {
            const auto id = ask.target < transfers_.size() ? transfers_[ask.target]
                                                           : model::TransferId(kNobody);
            return world_.send(ask.operation,
                               model::SettleTransfer{.transfer = id,
                                                     .quantity = ask.some,
                                                     .lost = ask.flag,
                                                     .occurred_at = time(ask.at)},
                               key);
        }
        if (ask.operation == Op::count_stock) {
            return world_.send(ask.operation, count(ask), key);
        }
        const model::CaseImage& open = find_case(ask)->image;
        base::Digest128 plan = open.count.plan;
        plan.low ^= ask.wrong_plan ? 1 : 0;
        return world_.send(ask.operation,
                           model::ResolveCase{.id = open.id,
                                              .resolution = ask.resolution,
                                              .plan = plan,
                                              .override_submitter = ask.flag,
                                              .who = ask.who},
                           key);
    }
    // As the reconciliation computes it, from the model's own list of movements.
    [[nodiscard]] model::CountStock count(const Ask& ask) const {
        const auto sku = NaiveModel::find(model_.skus, ask.name);
        const auto pool = NaiveModel::find(model_.pools, ask.pool.empty() ? "default" : ask.pool);
        model::CountStock out{.sku = world_.sku_name(ask.name),
                              .pool = world_.maybe_pool(ask.pool),
                              .counted = ask.quantity,
                              .as_of = time_of(*ask.at),
                              .submitter = ask.who};
        const std::size_t seen =
            sequences_.size() - 1 - std::min<std::size_t>(ask.lag, sequences_.size() - 1);
        out.position = model::Sequence(ask.lag == 0 ? sequence_ : sequences_[seen]);
        if (sku && pool) {
            out.drift = ask.quantity - model_.cells[*sku][*pool].had(std::min(*ask.at, model_.now));
            const auto cell = world_.core_state().find_cell(model::SkuId(at(*sku)), pool_id(*pool));
            out.last_count = cell != kNoIndex ? world_.core_state().cell_facts[cell].last_count
                                              : model::Sequence{};
        }
        out.last_count = model::Sequence(out.last_count.value() + (ask.after_another ? 1 : 0));
        return out;
    }
    Reply send_settings(const Ask& ask, const std::string& key) {
        const auto class_name = [](const std::string& name) {
            return model::class_name("default", name);
        };
        switch (ask.operation) {
            case Op::put_sku: {
                model::PutSku request{.sku = world_.sku_name(ask.name)};
                if (!ask.to.empty()) {
                    request.sku_class = class_name(ask.to);
                }
                return world_.send(ask.operation, request, key);
            }
            case Op::put_class:
                return world_.send(ask.operation,
                                   model::PutClass{.name = class_name(ask.name),
                                                   .policy = sku_class_of(ask.policy)},
                                   key);
            case Op::put_pool: {
                model::Pool pool;
                pool.region = ask.warehouse.region;
                pool.priority = ask.warehouse.priority;
                pool.channels = ask.warehouse.channels;
                return world_.send(
                    ask.operation,
                    model::PutPool{.name = world_.pool_name(ask.name),
                                   .settings = pool,
                                   .overflow = world_.maybe_pool(ask.warehouse.overflow)},
                    key);
            }
            case Op::set_caps:
                return world_.send(ask.operation, model::SetCaps{.caps = ask.caps}, key);
            default: break;
        }
        using model::StopScope;
        return world_.send(
            ask.operation,
            model::ChangeSelling{.scope = ask.scope,
                                 .subject = ask.scope == StopScope::sku ? world_.sku_name(ask.name)
                                            : ask.scope == StopScope::pool
                                                ? world_.pool_name(ask.name)
                                            : ask.scope == StopScope::sku_class
                                                ? class_name(ask.name)
                                                : model::Name{.text = ask.name, .digest = {}},
                                 .stopped = ask.flag,
                                 .until = time(ask.at)},
            key);
    }

    // -- names -----------------------------------------------------------------------------
    [[nodiscard]] model::ReservationId id_of(std::size_t index) const {
        return index < ids_.size() ? ids_[index] : model::ReservationId{kNobody};
    }
    [[nodiscard]] std::size_t number_of(model::ReservationId id) const {
        return static_cast<std::size_t>(std::ranges::lower_bound(ids_, id) - ids_.begin());
    }
    static std::uint32_t at(std::size_t index) { return static_cast<std::uint32_t>(index); }
    static model::PoolId pool_id(std::size_t index) {
        return index == NaiveModel::kAnywhere ? model::kAnyPool
                                              : model::PoolId(static_cast<std::uint16_t>(index));
    }
    // The case that a resolution speaks of, if it is open for both.
    [[nodiscard]] const Case* find_case(const Ask& ask) const {
        using model::CaseKind;
        const auto sku = NaiveModel::find(model_.skus, ask.name);
        const auto pool = NaiveModel::find(model_.pools, ask.pool);
        const bool of_cell = ask.kind == CaseKind::shortage || ask.kind == CaseKind::count;
        const auto& r = model_.reservations;
        const bool open =
            of_cell ? sku && pool &&
                          (ask.kind == CaseKind::count
                               ? model_.cells[*sku][*pool].pending.has_value()
                               : model_.cells[*sku][*pool].known && model_.is_short(*sku, *pool))
            : ask.kind == CaseKind::unexpected_fact ? ask.nth < model_.facts.size()
            : ask.kind == CaseKind::late_money
                ? model_.late_money.contains(ask.target)
                : ask.target < r.size() && r[ask.target].state() == model::ReservationState::review;
        std::size_t nth = 0;
        for (const auto& [id, record] : world_.core_state().cases) {
            const model::CaseImage& image = record.image;
            const bool it =
                image.kind == ask.kind &&
                (of_cell ? sku && pool && image.sku.value() == *sku && image.pool == pool_id(*pool)
                 : ask.kind == CaseKind::unexpected_fact ? nth++ == ask.nth
                                                         : image.reservation == id_of(ask.target));
            if (it) {
                return open ? &record : nullptr;
            }
        }
        return nullptr;
    }

    NaiveModel model_;
    World world_;
    std::vector<model::ReservationId> ids_;     // by the model's number
    std::vector<model::TransferId> transfers_;  // by the model's number
    std::vector<std::uint64_t> sequences_;      // the newest after each command
    std::uint64_t sequence_ = 3;
};

}  // namespace holdfast::core::testing
