// Lookups: what parked commands wait for, found by another thread than the writer's.
//
// The writer asks and goes on; `step` looks keys and reservations up in archive and ledger; the
// writer takes what was found with its next batch. What the archive says is checked here, so the
// writer need not; a batch of the ledger that cannot be read is part of what was found. A passive
// object: threads attach from outside. Thread rule: `ask` and `take` on the writer's thread; `step`
// and `wait` on one other thread (in tests and simulation the same).
#pragma once

#include <algorithm>
#include <array>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "base/bounded_queue.hpp"
#include "core/missing.hpp"
#include "model/limits.hpp"
#include "partition/archive_lookup.hpp"
#include "partition/submission.hpp"

namespace holdfast::partition {

// Filled in at the index of what `missing` names. Owned by who asks.
struct Lookup {
    Submission* submission = nullptr;
    core::Missing missing;
    std::array<std::optional<core::KeyRecord>, 2> keys;
    std::array<std::optional<FoundRest>, 2> rests;

    // A reservation cannot be put back: the ledger has it and cannot be read there. A key that was
    // found is all that its retry needs.
    [[nodiscard]] bool is_unreadable() const {
        return std::ranges::any_of(rests, [](const auto& rest) { return rest && !rest->event; });
    }
};

class Lookups {
  public:
    // `at_once`: that many may be asked for and not yet taken.
    Lookups(Archive& archive, ledger::Ledger& ledger,
            std::size_t at_once = model::kParkedCommandsMax)
        : archive_(archive), ledger_(ledger), asked_(at_once) {}

    // -- the writer's ---------------------------------------------------------------------------
    [[nodiscard]] std::size_t at_once() const { return asked_.capacity(); }
    void ask(Lookup& lookup);
    // In the order in which they were asked for.
    void take(std::vector<Lookup*>& out);
    // Called after every step that found something out; before the threads begin.
    void on_found(std::function<void()> wake) { wake_ = std::move(wake); }

    // -- the thread's ---------------------------------------------------------------------------
    // False: nothing was asked for. Errors: of the archive; nobody is answered then.
    [[nodiscard]] base::Result<bool> step();
    void wait(base::Duration at_most) { static_cast<void>(asked_.wait_for_work(at_most)); }
    void wake() { asked_.notify(); }

  private:
    base::Result<void> look_up(Lookup& lookup);

    Archive& archive_;
    ledger::Ledger& ledger_;
    base::BoundedQueue<Lookup*> asked_;
    std::vector<Lookup*> working_;
    std::mutex mutex_;
    std::vector<Lookup*> found_;  // guarded by mutex_
    std::function<void()> wake_;
};

}  // namespace holdfast::partition
