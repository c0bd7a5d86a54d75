#include "app/memory_ahead.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <mutex>

#include "base/thread_name.hpp"
#include "core/table_memory.hpp"

namespace holdfast::app {
namespace {

constexpr std::size_t kSmall = std::size_t{8} << 20;
constexpr std::size_t kReadyMax = std::size_t{64} << 20;  // two regions of the tables

}  // namespace

void make_memory_ready() {
    const std::size_t taken = core::table_memory_taken();
    if (taken >= kSmall) {
        core::reserve_table_memory(std::min(taken, kReadyMax));
    }
}

MemoryAhead::MemoryAhead(std::chrono::milliseconds pause)
    : thread_([pause](const std::stop_token& stop) {
          base::name_this_thread("memory");
          std::mutex mutex;
          std::condition_variable_any stopping;
          std::unique_lock lock(mutex);
          while (!stopping.wait_for(lock, stop, pause, [&] { return stop.stop_requested(); })) {
              make_memory_ready();
          }
      }) {}

}  // namespace holdfast::app
