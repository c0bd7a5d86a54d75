// Which descriptors lead into the watched directory (FAULTDISK_ROOT), and the lock that puts all
// changes of its files into one order.
#pragma once

#include <pthread.h>

#include <string>

namespace faultdisk {

// Held over a change and its record.
class Locked {
  public:
    Locked();
    ~Locked();
    Locked(const Locked&) = delete;
    Locked& operator=(const Locked&) = delete;
};

// The path below the root, "." for the root itself; nothing if it leads elsewhere.
// `directory` is a descriptor or AT_FDCWD, as for openat.
[[nodiscard]] bool below_root(int directory, const char* path, std::string& out);

[[nodiscard]] bool is_watched(int descriptor);
// Opened with O_DSYNC: each write ends with a sync.
[[nodiscard]] bool syncs_itself(int descriptor);
// With the lock held:
void watch(int descriptor, const std::string& path, bool syncs_itself);
void unwatch(int descriptor);
[[nodiscard]] const char* path_of(int descriptor);

}  // namespace faultdisk
