#include "app/stop_limit.hpp"

#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <system_error>

#include "base/log.hpp"
#include "base/thread_name.hpp"

namespace holdfast::app {
namespace {

void end_process_after(std::chrono::milliseconds limit, const std::stop_token& called_off) {
    base::name_this_thread("stop limit");
    std::mutex mutex;
    std::condition_variable_any changed;
    std::unique_lock lock(mutex);
    if (!changed.wait_for(lock, called_off, limit, [&] { return called_off.stop_requested(); })) {
        base::log_warning("stopped before the views had ended; the next start reads on");
        std::_Exit(EXIT_SUCCESS);
    }
}

}  // namespace

StopLimit::StopLimit(std::chrono::milliseconds limit) {
    try {
        thread_ = std::jthread(
            [limit](const std::stop_token& called_off) { end_process_after(limit, called_off); });
    } catch (const std::system_error&) {
        base::log_warning("no thread to limit how long stopping takes");
    }
}

}  // namespace holdfast::app
