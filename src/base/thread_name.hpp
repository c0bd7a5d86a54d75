// The name of a thread, as `top -H`, `perf` and debuggers show it.
// Thread rule: any thread, about itself.
#pragma once

namespace holdfast::base {

// At most 15 characters; the kernel keeps no more.
void name_this_thread(const char* name);

}  // namespace holdfast::base
