// Says why the process ends when nothing can be done any more.
//
// Memory or threads that run out throw in places where nobody can go on, some of them inside
// libraries. The process then ends at once, before anything else is acknowledged, as after a failed
// append; what had been acknowledged is on the disk.
// Thread rule: call once, before there are threads.
#pragma once

namespace holdfast::app {

// An exception that nobody caught is logged: out of memory or of threads, exit code 1; anything
// else is a bug and aborts.
void install_last_words();

}  // namespace holdfast::app
