// Memory for tables that grow, made ready before they ask for it.
//
// The first touch of a page waits for the kernel, milliseconds for a huge one; a thread of its own
// waits instead of the writer, or of a recovery. Of normal priority: of the idle class it came too
// late beside the views, and the writer cleared pages itself. Small shops need none of it.
// Thread rule: one owner; the thread ends with it.
#pragma once

#include <chrono>
#include <thread>

namespace holdfast::app {

// Once, on the calling thread.
void make_memory_ready();

class MemoryAhead {
  public:
    // Makes it ready again and again, with such pauses.
    explicit MemoryAhead(std::chrono::milliseconds pause);

  private:
    std::jthread thread_;
};

}  // namespace holdfast::app
