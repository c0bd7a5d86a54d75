// What the shim shall do to the calls it sees, as told by the environment:
//
//   FAULTDISK_FAIL=sync:17:5       the 17th sync fails with errno 5 and reaches no disk
//   FAULTDISK_FAIL=write:3:28:0    all writes from the 3rd on fail with errno 28 (0: for ever)
//   FAULTDISK_FAIL=write:3:0       the 3rd write is short by half; the next one goes on
//   FAULTDISK_CUT=sync:17          SIGKILL instead of the 17th sync
//   FAULTDISK_SLOW=sync:2000       every sync takes 2000 microseconds longer
//   FAULTDISK_ONLY=PATTERN         counts calls on paths that match (fnmatch, below the root)
//
// Calls are `sync`, `write`, `space` (truncate, allocate) and `name` (create, rename, unlink, ...).
// Thread rule: `judge` is called with the shim's lock held.
#pragma once

#include <string_view>

namespace faultdisk {

enum class Call { sync, write, space, name };

struct Verdict {
    bool fails = false;
    bool is_short = false;
    int error = 0;
};

void read_plan();

// Counts this call; does not return if the power is cut here. `path` is below the root.
[[nodiscard]] Verdict judge(Call call, const char* path);

// How much longer such a call takes, in microseconds. Any thread.
[[nodiscard]] unsigned slowness(Call call);

}  // namespace faultdisk
