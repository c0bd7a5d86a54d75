#include "base/thread_name.hpp"

#include <pthread.h>

namespace holdfast::base {

// Refused only where the name is too long, and then the thread goes without one.
void name_this_thread(const char* name) {
    static_cast<void>(::pthread_setname_np(::pthread_self(), name));
}

}  // namespace holdfast::base
