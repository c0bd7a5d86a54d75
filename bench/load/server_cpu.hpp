// CPU time of a server and everything it started, from /proc: what work costs on a shared machine.
//
// Includes children that ended and were waited for. 0 for pid 0 or a process that is gone.
#pragma once

namespace holdfast::bench {

[[nodiscard]] double cpu_seconds_of_tree(int pid);

}  // namespace holdfast::bench
