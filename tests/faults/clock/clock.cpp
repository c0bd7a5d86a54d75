// Preloaded: a wall clock that can be moved while the service runs, and threads that cannot start.
//
//   FAULTCLOCK_FILE=PATH    twice eight bytes: nanoseconds that CLOCK_REALTIME is ahead, and that
//                           CLOCK_BOOTTIME is, at any moment
//   FAULTCLOCK_THREADS=N    the Nth thread and all after it fail to start with EAGAIN
//
// Both moved alike: time passes. CLOCK_MONOTONIC is left alone.

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

struct Shifts {
    std::atomic<std::int64_t> wall;
    std::atomic<std::int64_t> boot;
};

const Shifts* map_shifts() {
    const char* const path = std::getenv("FAULTCLOCK_FILE");
    if (path == nullptr) {
        return nullptr;
    }
    const int file = ::open(path, O_RDONLY | O_CLOEXEC);
    void* const at = ::mmap(nullptr, sizeof(Shifts), PROT_READ, MAP_SHARED, file, 0);
    ::close(file);
    if (file < 0 || at == MAP_FAILED) {
        std::perror("faultclock: the shift cannot be read");
        std::_Exit(99);
    }
    return static_cast<const Shifts*>(at);
}

std::int64_t shift_of(clockid_t id) {
    static const auto* const mapped = map_shifts();
    if (mapped == nullptr) {
        return 0;
    }
    switch (id) {
        case CLOCK_REALTIME:
        case CLOCK_REALTIME_COARSE: return mapped->wall.load(std::memory_order_relaxed);
        case CLOCK_BOOTTIME: return mapped->boot.load(std::memory_order_relaxed);
        default: return 0;
    }
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t id, timespec* out) {
    const auto result = static_cast<int>(::syscall(SYS_clock_gettime, id, out));
    if (const std::int64_t shift = result == 0 ? shift_of(id) : 0; shift != 0) {
        const std::int64_t now = out->tv_sec * kSecond + out->tv_nsec + shift;
        out->tv_sec = now / kSecond;
        out->tv_nsec = now % kSecond;
    }
    return result;
}

int gettimeofday(timeval* out, void*) {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    out->tv_sec = now.tv_sec;
    out->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t* out) {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    if (out != nullptr) {
        *out = now.tv_sec;
    }
    return now.tv_sec;
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*run)(void*),
                   void* argument) {
    using Create = decltype(&pthread_create);
    static const auto real = reinterpret_cast<Create>(::dlsym(RTLD_NEXT, "pthread_create"));
    static const char* const limit = std::getenv("FAULTCLOCK_THREADS");
    static std::atomic<int> count{0};
    if (limit != nullptr && ++count >= std::atoi(limit)) {
        return EAGAIN;
    }
    return real(thread, attributes, run, argument);
}

}  // extern "C"
