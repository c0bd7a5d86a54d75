// Inspection: a look at the replayer's state from another thread.
//
// Reports (what a changed class would do, where stock is stranded) need more of the state than the
// published views show, and may take a while. They run on the replayer's thread between two steps:
// the state stands still for them, and the writer is not concerned. The replayer has idle priority;
// under full load a look waits.
// Thread rule: `inspect` on any thread but the replayer's; the rest on the replayer's.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>

#include "base/result.hpp"
#include "core/state.hpp"
#include "model/ids.hpp"

namespace holdfast::partition {

// `position`: everything up to it is in the state. Both are good during the call only.
using Look = std::function<void(const core::State& state, model::Sequence position)>;

// What reports are given. Tests on one thread implement it over a state that they own.
class StateInspector {
  public:
    virtual ~StateInspector() = default;
    // Runs `look` and returns when it is done. Errors: unavailable (the service stops).
    [[nodiscard]] virtual base::Result<void> inspect(const Look& look) = 0;
};

class InspectionQueue final : public StateInspector {
  public:
    // `wake`: tells the replayer's thread that somebody waits.
    explicit InspectionQueue(std::function<void()> wake) : wake_(std::move(wake)) {}

    [[nodiscard]] base::Result<void> inspect(const Look& look) override;

    // Runs what waits.
    void run(const core::State& state, model::Sequence position);
    // Whoever waits now or later is told that the service stops.
    void close();

  private:
    enum class Outcome : std::uint8_t { waiting, done, refused };
    struct Waiting {
        const Look* look;
        Outcome* outcome;
    };

    std::function<void()> wake_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Waiting> waiting_;
    bool closed_ = false;
};

}  // namespace holdfast::partition
