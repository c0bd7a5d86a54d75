#include "app/threads.hpp"

#include <pthread.h>
#include <sched.h>

#include <cstdlib>

#include "base/log.hpp"

namespace holdfast::app {

void fail_stop(std::string_view what, const base::Error& error) {
    base::log_error(what, {{"code", base::to_string(error.code)}, {"detail", error.message}});
    std::_Exit(EXIT_FAILURE);
}

void use_idle_priority() {
    const sched_param none{};
    static_cast<void>(::pthread_setschedparam(::pthread_self(), SCHED_IDLE, &none));
}

}  // namespace holdfast::app
