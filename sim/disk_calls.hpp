// DiskCalls: below /simulated, libc's calls on files go to a disk in memory.
//
// The ledger's file code runs as it is, down to the calls of the operating system: whatever links
// this defines those of them that it uses (ledger/posix_file.cpp, ledger/free_space.cpp), for all
// of the process; what is not below /simulated goes on to libc. Why here and not at a port: ADR 21.
// Thread rule: a disk is mounted for one thread.
#pragma once

#include "sim/simulated_disk.hpp"

namespace holdfast::sim {

inline constexpr std::string_view kMountPoint = "/simulated";

// While it lives, this thread's calls below the mount point go to the disk. One at a time.
class Mounted {
  public:
    explicit Mounted(SimulatedDisk& disk);
    ~Mounted();
    Mounted(const Mounted&) = delete;
    Mounted& operator=(const Mounted&) = delete;
};

}  // namespace holdfast::sim
