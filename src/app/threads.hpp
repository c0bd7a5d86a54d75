// What threads of the application do when they cannot go on, and how they make room for others.
// Thread rule: any thread.
#pragma once

#include <string_view>

#include "base/result.hpp"

namespace holdfast::app {

// Ends the process at once: nothing more may be acknowledged.
[[noreturn]] void fail_stop(std::string_view what, const base::Error& error);

// The calling thread runs when no other wants to, and cannot take that back (app/paced_work.hpp).
void use_idle_priority();

}  // namespace holdfast::app
