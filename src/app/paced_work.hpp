// PacedWork: work in turns, taken by a thread of the scheduler's idle class or, while it hurries,
// by one of the normal class.
//
//     PacedWork views("replayer", [this] { return follow_turn(); });
//
// Why two threads: one that entered the idle class cannot leave it again without privileges
// (CAP_SYS_NICE, or an RLIMIT_NICE of 20), which a service seldom has. A turn that the idle thread
// began is ended by it, however long that waits for a core, so turns are short.
// Thread rule: one owner. Turns are taken one at a time, and each sees what those before it did.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

namespace holdfast::app {

enum class Pace : std::uint8_t {
    idle,    // when no other thread wants to run
    hurry,   // like any other thread
    finish,  // no more
};

class PacedWork {
  public:
    // `turn` says at which pace the next one is taken; the first one is idle. `name`: of both
    // threads. Throws std::system_error where the system gives no thread.
    PacedWork(const char* name, std::function<Pace()> turn);
    // Until a turn has said `finish`.
    ~PacedWork() = default;
    PacedWork(const PacedWork&) = delete;
    PacedWork& operator=(const PacedWork&) = delete;

  private:
    void take_turns(Pace mine);

    std::function<Pace()> turn_;
    std::mutex mutex_;  // held during a turn: the other thread has nothing else to do
    std::condition_variable changed_;
    Pace next_ = Pace::idle;
    std::jthread hurrying_;
    std::jthread idle_;
};

}  // namespace holdfast::app
