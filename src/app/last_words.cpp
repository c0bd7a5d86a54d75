#include "app/last_words.hpp"

#include <cstdlib>
#include <exception>
#include <new>
#include <system_error>
#include <utility>

#include "base/log.hpp"

namespace holdfast::app {
namespace {

// Given back before anything is said: saying takes memory.
constexpr std::size_t kReserveBytes = std::size_t{256} << 10;
void* reserve = nullptr;

[[noreturn]] void stop_at_limit(const char* what, const std::exception& thrown) {
    base::log_error(what, {{"detail", thrown.what()}});
    std::_Exit(EXIT_FAILURE);
}

[[noreturn]] void speak() {
    std::free(std::exchange(reserve, nullptr));
    const std::exception_ptr thrown = std::current_exception();
    if (!thrown) {
        // RocksDB, without a thread it asked for, gives up like this.
        base::log_error(
            "a library gave up, most likely for lack of threads or memory; the process ends");
        std::abort();
    }
    try {
        std::rethrow_exception(thrown);
    } catch (const std::bad_alloc& error) {
        stop_at_limit("out of memory; the process ends", error);
    } catch (const std::system_error& error) {
        stop_at_limit("the system gives no more; the process ends", error);
    } catch (const std::exception& error) {
        base::log_error("an exception that nobody expected; the process ends",
                        {{"detail", error.what()}});
    } catch (...) {
        base::log_error("something that nobody expected was thrown; the process ends");
    }
    std::abort();
}

}  // namespace

void install_last_words() {
    reserve = std::malloc(kReserveBytes);
    std::set_terminate(speak);
}

}  // namespace holdfast::app
