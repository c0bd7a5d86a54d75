// NaiveWorld: the machine and the naive model side by side. Part of the tests of NaiveModel.
//
// Runs steps in both and says the first difference. Grants are events that the machine times: each
// is handed to the model when it was written, and the model says whether it was right. After
// `settle` nothing may be owed. Thread rule: one thread.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "core/naive_dice.hpp"
#include "core/naive_machine.hpp"

namespace holdfast::core::testing {

class NaiveWorld : private NaiveMachine {
  public:
    using NaiveMachine::kNobody;

    explicit NaiveWorld(bool forgets) {
        if (forgets) {
            world_.forget_everything();
        }
    }
    [[nodiscard]] std::uint64_t thawed() const { return world_.thawed(); }
    [[nodiscard]] const NaiveModel& model() const { return model_; }
    [[nodiscard]] const Answer& answer() const { return answer_; }
    [[nodiscard]] std::uint64_t grants() const { return grants_; }

    // The first difference; empty: none.
    std::string run(const Step& step) {
        difference_.clear();
        if (step.seconds > 0) {
            model_.wait(step.seconds);
            world_.wait(std::chrono::seconds(step.seconds));
        }
        world_.expiry_budget(step.budget);
        if (step.sweep) {
            sweep();
        }
        if (step.crash) {
            world_.restore_from_snapshot();
        }
        // A hold that is over is judged by its class as it is when somebody ends it: a class
        // changes only when all that are over have ended.
        const Op op = step.ask.operation;
        if (step.settle || op == Op::resolve_case || op == Op::put_class || op == Op::put_sku) {
            settle();
        }
        if (difference_.empty() &&
            (step.ask.operation != Op::resolve_case || find_case(step.ask))) {
            execute(step.ask);
        }
        if (difference_.empty()) {
            compare_all();
        }
        if (step.settle && difference_.empty()) {
            settle();
            compare_all();
        }
        return difference_;
    }
    void finish() {
        settle();
        compare_all();
    }
    [[nodiscard]] const World& machine() const { return world_; }

  private:
    template <typename Left, typename Right>
    bool same(const char* what, const Left& machine, const Right& naive) {
        if (machine == naive) {
            return true;
        }
        if (difference_.empty()) {
            difference_ = std::string(what) + ": machine " + ::testing::PrintToString(machine) +
                          ", model " + ::testing::PrintToString(naive);
        }
        return false;
    }
    void differ(const std::string& what) { difference_ = difference_.empty() ? what : difference_; }

    // -- running ---------------------------------------------------------------------------
    std::uint64_t sweep() {
        world_.expire_due();
        sequence_ += world_.last_count();
        const auto count = world_.last_count();
        note_grants(UINT64_MAX, true);
        return count;
    }
    void settle() {
        while (difference_.empty() && sweep() > 0) {
        }
        compare_what_follows();
    }
    // Grants of the last batch, before or from a sequence on.
    void note_grants(std::uint64_t sequence, bool before) {
        std::uint64_t at = sequence_ - world_.last_count();
        for (const auto& event : world_.last_events()) {
            ++at;
            const auto* const changed = std::get_if<model::ReservationChanged>(&event);
            if (changed != nullptr && changed->verb == model::Verb::grant &&
                (at < sequence) == before) {
                ++grants_;
                const std::size_t index = number_of(changed->image.id);
                if (!model_.grant(index)) {
                    differ("reservation " + std::to_string(index) + " was granted out of turn");
                }
            }
        }
    }
    [[nodiscard]] bool any_grant() const {
        return std::ranges::any_of(world_.last_events(), [](const model::Event& event) {
            const auto* const changed = std::get_if<model::ReservationChanged>(&event);
            return changed != nullptr && changed->verb == model::Verb::grant;
        });
    }

    void execute(const Ask& ask) {
        Reply reply = send(ask);
        while (reply.outcome == Outcome::expire_first || reply.outcome == Outcome::grant_first) {
            sequence_ += world_.last_count();
            note_grants(UINT64_MAX, true);
            reply = send(ask);
        }
        sequence_ += world_.last_count();
        const bool has_event = reply.outcome == Outcome::applied;
        // Grants beside an answer that has no event came before or after it: nobody can see.
        const bool either = !has_event && model_.tick > 0 && any_grant();
        const NaiveModel before = either ? model_ : NaiveModel();
        note_grants(has_event ? reply.sequence.value() : UINT64_MAX, true);
        judge(ask, reply);
        if (either && !difference_.empty()) {
            difference_.clear();
            model_ = before;
            judge(ask, reply);
            note_grants(UINT64_MAX, true);
        } else if (has_event) {
            note_grants(reply.sequence.value(), false);
        }
        replies_.push_back(reply.bytes);
        sequences_.push_back(sequence_);
    }
    void judge(const Ask& ask, const Reply& reply) {
        std::map<std::size_t, std::size_t> turns;  // whose turn it is, by SKU
        for (const auto& line : ask.cart.lines) {
            const auto sku = NaiveModel::find(model_.skus, line.sku);
            const auto next =
                sku && ask.operation == Op::create ? model_.next_grant(*sku) : std::nullopt;
            if (next && !model_.policy(*sku).untracked) {
                turns[*sku] = *next;
            }
        }
        answer_ = model_.ask(ask, replies_.size());
        compare_answer(ask, reply);
        if (answer_.code == model::RefusalCode::none && !answer_.replayed && answer_.shows &&
            ask.operation == Op::create) {
            for (const auto& line : model_.reservations[*answer_.shows].lines) {
                if (line.sum(&model::LineQuantities::held) > 0 && turns.contains(line.sku)) {
                    differ("reservation " + std::to_string(turns[line.sku]) + " was overtaken");
                }
            }
        }
    }

    // -- comparing -------------------------------------------------------------------------
    void compare_answer(const Ask& ask, const Reply& reply) {
        using model::RefusalCode;
        if (!same("code", reply.code(), answer_.code)) {
            return;
        }
        if (answer_.code != RefusalCode::none) {
            same("recorded", reply.refusal.recorded, answer_.recorded);
            if (answer_.lines) {
                compare_failing(reply.refusal.lines, *answer_.lines);
            }
            return;
        }
        if (answer_.replayed) {
            if (same("replayed", reply.outcome == Outcome::replayed, true)) {
                same("replay", *reply.bytes == *replies_.at(answer_.attempt), true);
            }
            return;
        }
        const bool shown = ask.cart.dry_run || (!answer_.changes && ask.key().empty());
        if (!answer_.changes_or_not) {
            same("outcome", reply.outcome, shown ? Outcome::shown : Outcome::applied);
        }
        same("parked", std::holds_alternative<model::FactParked>(*reply.event), answer_.parked);
        if (answer_.counted) {
            same("count", static_cast<int>(reply.as<model::StockCounted>().outcome),
                 static_cast<int>(*answer_.counted));
        }
        if (answer_.shows) {
            if (*answer_.shows == ids_.size()) {
                ids_.push_back(reply.id());
                compared_.push_back(0);
            }
            same("reservation shown", reply.id(), id_of(*answer_.shows));
        }
    }
    void compare_failing(const std::vector<model::FailingLine>& machine,
                         const std::vector<Answer::Failing>& naive) {
        same("failing lines", machine.size(), naive.size());
        for (std::size_t i = 0; difference_.empty() && i < naive.size(); ++i) {
            same("failing line", machine[i].line, naive[i].line);
            same("requested", machine[i].requested, naive[i].requested);
            same("sellable", machine[i].sellable, naive[i].sellable);
        }
    }

    using Dead = std::map<std::pair<std::uint32_t, model::PoolId>, model::CellImage>;

    // Every reservation that has another version than when it was compared last, and every cell.
    void compare_all() {
        const core::State& state = world_.core_state();
        Dead dead;
        same("reservations", world_.reservations(), model_.reservations.size());
        for (std::size_t i = 0; i < ids_.size() && difference_.empty(); ++i) {
            const Reservation* const record = state.find_reservation(ids_[i]);  // null: forgotten
            const bool over = record != nullptr && is_dead(*record, world_.now());
            if (!over && record != nullptr && record->version == compared_[i] &&
                record->version == model_.reservations[i].version) {
                continue;
            }
            auto image = world_.image(ids_[i]);
            if (over) {
                const auto before = image;
                image = std::get<model::ReservationChanged>(decide_expiry(state, *record)).image;
                for (std::size_t l = 0; l < image.lines.size(); ++l) {
                    const auto& line = before.lines[l];
                    auto& units = dead[{line.sku.value(), line.pool}];
                    (line.soft ? units.soft_held : units.held) +=
                        line.untracked ? 0 : line.units.held - image.lines[l].units.held;
                }
            }
            compare_reservation(image, model_.reservations[i]);
            if (!difference_.empty()) {
                difference_ = "reservation " + std::to_string(i) + ": " + difference_ +
                              describe(image, model_.reservations[i]);
            }
            compared_[i] = over ? 0 : image.version;
        }
        for (std::size_t s = 0; s < model_.skus.size(); ++s) {
            for (std::size_t p = 0; p < model_.pools.size() && difference_.empty(); ++p) {
                compare_cell(s, p, dead);
            }
        }
    }
    // Both as they are, entry by entry.
    static std::string describe(const model::ReservationImage& image,
                                const NaiveModel::Reservation& naive) {
        std::ostringstream out;
        for (const auto& entry : image.lines) {
            out << "\n  machine: SKU " << entry.sku.value() << " pool " << entry.pool.value() << ' '
                << ::testing::PrintToString(entry.units);
        }
        for (const auto& line : naive.lines) {
            for (const auto& part : line.parts) {
                out << "\n  model:   SKU " << line.sku << " pool " << part.pool << ' '
                    << ::testing::PrintToString(part.units);
            }
        }
        return out.str();
    }
    void compare_reservation(const model::ReservationImage& image,
                             const NaiveModel::Reservation& naive) {
        same("state", state_of(image), naive.state());
        same("version", image.version, naive.version);
        same("extensions", image.extensions, naive.extensions);
        same("deadline", base::to_ms(image.expires_at), base::to_ms(time_of(naive.deadline)));
        same("first created", base::to_ms(image.first_created_at),
             base::to_ms(time_of(naive.first_created)));
        same("replaced by", image.replaced_by,
             naive.replaced_by ? id_of(*naive.replaced_by) : model::ReservationId{});
        std::size_t at = 0;
        for (const auto& line : naive.lines) {
            for (std::size_t p = 0; p < line.parts.size(); ++p, ++at) {
                if (!same("more entries", image.lines.size() > at, true)) {
                    return;
                }
                const auto& entry = image.lines[at];
                same("units", entry.units, line.parts[p].units);
                same("pool", entry.pool.value(), pool_id(line.parts[p].pool).value());
                same("requested", entry.requested, p == 0 ? line.requested : 0);
                same("SKU", entry.sku.value(), line.sku);
                same("soft", entry.soft && entry.units.held > 0,
                     line.soft && line.parts[p].units.held > 0);
                same("untracked", entry.untracked, line.untracked);
            }
        }
        same("entries", image.lines.size(), at);
    }
    void compare_cell(std::size_t sku, std::size_t pool, const Dead& dead) {
        const core::State& state = world_.core_state();
        const NaiveModel::Cell& naive = model_.cells[sku][pool];
        const auto index = state.find_cell(model::SkuId(at(sku)), pool_id(pool));
        if (!same("cell", index != kNoIndex, naive.known) || index == kNoIndex) {
            if (!difference_.empty()) {
                difference_ +=
                    " (" + model_.skus[sku].name + " in " + model_.pools[pool].name + ")";
            }
            return;
        }
        model::CellImage units = state.cells[index].units;
        if (const auto found = dead.find({at(sku), pool_id(pool)}); found != dead.end()) {
            units.held -= found->second.held;
            units.soft_held -= found->second.soft_held;
        }
        same("units", units,
             model::CellImage{.on_hand = naive.on_hand,
                              .unavailable = naive.all_unavailable(),
                              .held = naive.held,
                              .committed = naive.committed,
                              .safety_stock = naive.safety,
                              .soft_held = naive.soft_held});
        const auto& parts = state.cell_facts[index].unavailable;
        same("unavailable by reason",
             std::ranges::equal(parts, naive.unavailable,
                                [](const auto& left, const auto& right) {
                                    return left.first == right.first && left.second == right.second;
                                }),
             true);
        if (!difference_.empty()) {
            difference_ =
                model_.skus[sku].name + " in " + model_.pools[pool].name + ": " + difference_;
        }
    }

    // What follows by itself, once the machine has nothing left to do.
    void compare_what_follows() {
        if (!difference_.empty()) {
            return;
        }
        const core::State& state = world_.core_state();
        using model::CaseKind;
        std::multiset<std::tuple<CaseKind, std::uint64_t, std::uint64_t>> machine;
        std::multiset<std::tuple<CaseKind, std::uint64_t, std::uint64_t>> naive;
        for (const auto& [id, record] : state.cases) {
            const auto& image = record.image;
            const bool of_cell = image.kind == CaseKind::shortage || image.kind == CaseKind::count;
            of_cell ? machine.emplace(image.kind, image.sku.value(), image.pool.value())
                    : machine.emplace(image.kind, number_of(image.reservation), 0);
        }
        for (std::size_t s = 0; s < model_.skus.size(); ++s) {
            for (std::size_t p = 0; p < model_.pools.size(); ++p) {
                if (model_.cells[s][p].known && model_.is_short(s, p)) {
                    naive.emplace(CaseKind::shortage, s, p);
                }
                if (model_.cells[s][p].pending) {
                    naive.emplace(CaseKind::count, s, p);
                }
            }
        }
        for (std::size_t i = 0; i < model_.reservations.size(); ++i) {
            if (model_.reservations[i].state() == model::ReservationState::review) {
                naive.emplace(CaseKind::review, i, 0);
            }
        }
        for (const auto i : model_.late_money) {
            naive.emplace(CaseKind::late_money, i, 0);
        }
        for (const auto& fact : model_.facts) {
            naive.emplace(CaseKind::unexpected_fact, fact.reservation, 0);
        }
        const auto only = [&](const auto& here, const auto& there, const char* whose) {
            for (const auto& one : here) {
                if (there.count(one) < here.count(one)) {
                    differ(std::string("only the ") + whose + " has a case of " +
                           std::string(to_string(std::get<0>(one))) + ": reservation or SKU " +
                           std::to_string(std::get<1>(one)) + " pool " +
                           std::to_string(std::get<2>(one)));
                }
            }
        };
        only(machine, naive, "machine");
        only(naive, machine, "model");
        compare_queues();
        std::size_t on_their_way = 0;
        for (std::size_t t = 0; t < transfers_.size(); ++t) {
            const auto found = state.transfers.find(transfers_[t]);
            same("on its way",
                 found != state.transfers.end() ? found->second.image.in_transit() : 0,
                 model_.transfers[t].on_its_way);
            on_their_way += model_.transfers[t].on_its_way > 0 ? 1 : 0;
        }
        same("transfers", state.transfers.size(), on_their_way);
    }
    void compare_queues() {
        const core::State& state = world_.core_state();
        for (std::size_t s = 0; s < model_.skus.size() && difference_.empty(); ++s) {
            const auto queue = model_.queue(s);
            for (std::size_t place = 0; place < queue.size(); ++place) {
                const auto* const waiter = state.find_reservation(id_of(queue[place]));
                same("ahead", place_of(state, *waiter).ahead, place);
            }
            if (const auto owed = model_.next_grant(s)) {
                differ("reservation " + std::to_string(*owed) + " is owed a grant");
            }
        }
    }

    Answer answer_;
    std::string difference_;
    std::vector<std::uint32_t> compared_;                       // versions
    std::vector<std::shared_ptr<const base::Buffer>> replies_;  // by attempt
    std::uint64_t grants_ = 0;
};

}  // namespace holdfast::core::testing
