#include "tests/faults/shim/watched.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "tests/faults/shim/journal.hpp"
#include "tests/faults/shim/plan.hpp"

namespace faultdisk {
namespace {

constexpr int kDescriptors = 1 << 16;

pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_once_t once = PTHREAD_ONCE_INIT;
enum State : unsigned char { unwatched, watched, syncing };
std::atomic<State> states[kDescriptors];
char* paths[kDescriptors];  // of the watched ones; never freed at the end of the process
const char* root = nullptr;

// Not a constructor: other libraries' constructors may open files before ours would have run.
void begin() {
    root = std::getenv("FAULTDISK_ROOT");
    read_plan();
    open_journal();
}

std::string absolute(int directory, const char* path) {
    if (path[0] == '/') {
        return path;
    }
    char base[PATH_MAX] = {};
    if (directory == AT_FDCWD) {
        return ::getcwd(base, sizeof base) == nullptr ? path : std::string(base) + "/" + path;
    }
    char link[64];
    std::snprintf(link, sizeof link, "/proc/self/fd/%d", directory);
    const auto size = ::readlink(link, base, sizeof base - 1);
    return size < 0 ? path : std::string(base, static_cast<std::size_t>(size)) + "/" + path;
}

}  // namespace

Locked::Locked() {
    ::pthread_once(&once, begin);
    ::pthread_mutex_lock(&mutex);
}

Locked::~Locked() { ::pthread_mutex_unlock(&mutex); }

bool below_root(int directory, const char* path, std::string& out) {
    ::pthread_once(&once, begin);
    if (root == nullptr || path == nullptr) {
        return false;
    }
    const std::string full = absolute(directory, path);
    const std::size_t size = std::strlen(root);
    if (!full.starts_with(root) || (full.size() > size && full[size] != '/')) {
        return false;
    }
    out = full.size() > size + 1 ? full.substr(size + 1) : ".";
    return true;
}

bool is_watched(int descriptor) {
    return descriptor >= 0 && descriptor < kDescriptors &&
           states[descriptor].load(std::memory_order_relaxed) != unwatched;
}

bool syncs_itself(int descriptor) {
    return states[descriptor].load(std::memory_order_relaxed) == syncing;
}

void watch(int descriptor, const std::string& path, bool syncs_itself) {
    if (descriptor >= kDescriptors) {
        std::fprintf(stderr, "faultdisk: descriptor %d is beyond what is watched\n", descriptor);
        std::_Exit(99);
    }
    paths[descriptor] = ::strdup(path.c_str());
    states[descriptor].store(syncs_itself ? syncing : watched, std::memory_order_relaxed);
}

void unwatch(int descriptor) {
    states[descriptor].store(unwatched, std::memory_order_relaxed);
    std::free(paths[descriptor]);
    paths[descriptor] = nullptr;
}

const char* path_of(int descriptor) { return paths[descriptor]; }

}  // namespace faultdisk
