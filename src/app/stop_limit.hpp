// StopLimit: ends the process if its owner is not gone in time.
//
// What is left to do once the writer has ended is for the views, by threads that run when no other
// wants to: beside somebody else's full load that may take minutes, which whoever stops a service
// does not wait. Nothing depends on it: a view reads on, or is made again, at the next start.
// Thread rule: one owner.
#pragma once

#include <chrono>
#include <thread>

namespace holdfast::app {

class StopLimit {
  public:
    // The process ends as one that stopped cleanly. Where the system gives no thread there is no
    // limit.
    explicit StopLimit(std::chrono::milliseconds limit);

  private:
    std::jthread thread_;
};

}  // namespace holdfast::app
