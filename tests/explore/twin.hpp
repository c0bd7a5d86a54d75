// Twin: the production machine and the naive model, asked the same, one action after another.
//
// `take` acts on both and says the first difference between their answers. `judge` tries what must
// hold of every state: invariants, replay, forgetting, all figures once everything due is done, and
// that with time alone every hold ends. Expiries come when an action says so or somebody meets a
// dead hold; grants when the machine makes them, and the model says whether it was their turn.
// Names are those of core/naive_ask.hpp: reservations by number of appearance.
// Thread rule: one thread per Twin.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/forget_testing.hpp"
#include "core/machine.hpp"
#include "core/naive_model.hpp"

namespace holdfast::explore {

// What can be done in a state: a command, or something that nobody asks for.
struct Action {
    enum class Kind { ask, second, sweep, forget };
    std::string name{};
    Kind kind = Kind::ask;
    core::testing::Ask asked{};
};

class Twin {
  public:
    // An empty partition.
    Twin();
    // The machine goes on from a snapshot, as after a restart.
    Twin(const Twin& other);
    Twin& operator=(const Twin&) = delete;

    // The first difference in what was answered; empty: none.
    [[nodiscard]] std::string take(const Action& action);
    // The first thing that is wrong with the state; empty: nothing.
    [[nodiscard]] std::string judge() const;

    [[nodiscard]] std::size_t reservations() const { return ids_.size(); }
    // The state without what times, sequences and versions are called: two states that have the
    // same one have the same futures, but for those names.
    [[nodiscard]] base::Digest128 canonical() const;
    // The same once everything that is due is done: a machine that was restarted looks for more
    // that is due than one that was not, and nobody may be able to tell.
    [[nodiscard]] base::Digest128 canonical_at_rest() const;

  private:
    using Bytes = std::shared_ptr<const base::Buffer>;
    struct Batch {
        model::Sequence first;
        base::Time time;
        Bytes payload;
    };

    [[nodiscard]] core::OpenBatch open();
    void append(const model::Event& event);
    void close(const core::OpenBatch& batch);
    void tell_shelf(const Batch& batch);
    [[nodiscard]] std::string sweep();
    void forget();
    [[nodiscard]] std::string ask(const core::testing::Ask& asked);
    [[nodiscard]] std::string answer(const core::testing::Ask& asked,
                                     const core::Execution& execution);
    [[nodiscard]] std::string compare(const core::testing::Ask& asked,
                                      const core::testing::Answer& answer,
                                      const core::Execution& execution);
    [[nodiscard]] std::string compare_success(const core::testing::Ask& asked,
                                              const core::testing::Answer& answer,
                                              const core::Execution& execution);
    // Grants of the last batch, from a sequence on and before another.
    [[nodiscard]] std::string note_grants(std::uint64_t from, std::uint64_t to);
    [[nodiscard]] bool any_grant() const;

    [[nodiscard]] std::string compare_states() const;
    [[nodiscard]] std::string compare_reservation(std::size_t number) const;
    [[nodiscard]] std::string compare_cell(std::size_t sku) const;
    [[nodiscard]] std::string compare_cases() const;
    [[nodiscard]] std::string replay_again() const;
    [[nodiscard]] std::string let_time_pass();
    void add_keys(base::ByteWriter& out) const;
    void add_model(base::ByteWriter& out) const;
    void add_cases(base::ByteWriter& out) const;
    [[nodiscard]] model::ReservationImage image(std::size_t number) const;
    [[nodiscard]] model::ReservationId id_of(std::size_t number) const;
    [[nodiscard]] std::size_t number_of(model::ReservationId id) const;

    std::unique_ptr<core::State> state_ = std::make_unique<core::State>();
    std::optional<core::Machine> machine_;
    core::testing::NaiveModel model_;
    core::testing::Shelf shelf_;
    model::Sequence next_{1};
    base::Time now_;
    std::vector<Batch> batches_;             // all of them
    std::vector<model::ReservationId> ids_;  // by number
    std::vector<model::Sequence> answers_;   // by attempt: the event of the answer
    std::set<base::Digest128> keys_;         // that were ever sent, and names released
    std::vector<model::Event> events_;       // of the last batch; view its payload
    base::Buffer payload_;
    std::vector<model::SkuId> touched_;
    std::vector<model::Event> names_;
};

}  // namespace holdfast::explore
