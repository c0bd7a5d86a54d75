// The calls on names that the shim stands before: opening, renaming, removing.

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdarg>
#include <string>

#include "tests/faults/shim/journal.hpp"
#include "tests/faults/shim/plan.hpp"
#include "tests/faults/shim/watched.hpp"

namespace faultdisk {
namespace {

bool refused(const std::string& path) {
    const Verdict verdict = judge(Call::name, path.c_str());
    if (verdict.fails) {
        errno = verdict.error;
    }
    return verdict.fails;
}

int open_any(int directory, const char* path, int flags, mode_t mode) {
    std::string name;
    if (!below_root(directory, path, name)) {
        return static_cast<int>(::syscall(SYS_openat, directory, path, flags, mode));
    }
    const Locked lock;
    const bool creates = (flags & O_CREAT) != 0;
    if (creates && refused(name)) {
        return -1;
    }
    const auto descriptor = static_cast<int>(::syscall(SYS_openat, directory, path, flags, mode));
    if (descriptor >= 0) {
        record({.kind = Kind::open, .descriptor = descriptor, .offset = flags, .path = name});
        watch(descriptor, name, (flags & (O_DSYNC | O_SYNC)) != 0);
    }
    return descriptor;
}

// `change` does it for real and returns what the system call did.
template <typename Change>
int change_name(Kind kind, int directory, const char* path, Change change) {
    std::string name;
    if (!below_root(directory, path, name)) {
        return static_cast<int>(change());
    }
    const Locked lock;
    if (refused(name)) {
        return -1;
    }
    const auto result = static_cast<int>(change());
    if (result == 0) {
        record({.kind = kind, .path = name});
    }
    return result;
}

template <typename Change>
int change_two(Kind kind, int from_directory, const char* from, int to_directory, const char* to,
               Change change) {
    std::string old_name;
    std::string new_name;
    if (!below_root(from_directory, from, old_name) || !below_root(to_directory, to, new_name)) {
        return static_cast<int>(change());
    }
    const Locked lock;
    if (refused(new_name)) {
        return -1;
    }
    const auto result = static_cast<int>(change());
    if (result == 0) {
        record({.kind = kind, .path = old_name, .other = new_name});
    }
    return result;
}

mode_t mode_of(int flags, va_list more) {
    return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
}

}  // namespace
}  // namespace faultdisk

using namespace faultdisk;

extern "C" {

int open(const char* path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    const mode_t mode = mode_of(flags, more);
    va_end(more);
    return open_any(AT_FDCWD, path, flags, mode);
}

int open64(const char* path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    const mode_t mode = mode_of(flags, more);
    va_end(more);
    return open_any(AT_FDCWD, path, flags, mode);
}

int openat(int directory, const char* path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    const mode_t mode = mode_of(flags, more);
    va_end(more);
    return open_any(directory, path, flags, mode);
}

int openat64(int directory, const char* path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    const mode_t mode = mode_of(flags, more);
    va_end(more);
    return open_any(directory, path, flags, mode);
}

int __open_2(const char* path, int flags) { return open_any(AT_FDCWD, path, flags, 0); }
int __open64_2(const char* path, int flags) { return open_any(AT_FDCWD, path, flags, 0); }

int creat(const char* path, mode_t mode) {
    return open_any(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

int rename(const char* from, const char* to) {
    return change_two(Kind::rename, AT_FDCWD, from, AT_FDCWD, to,
                      [=] { return ::syscall(SYS_rename, from, to); });
}

int renameat(int from_directory, const char* from, int to_directory, const char* to) {
    return change_two(Kind::rename, from_directory, from, to_directory, to, [=] {
        return ::syscall(SYS_renameat, from_directory, from, to_directory, to);
    });
}

int link(const char* from, const char* to) {
    return change_two(Kind::link, AT_FDCWD, from, AT_FDCWD, to,
                      [=] { return ::syscall(SYS_link, from, to); });
}

int unlink(const char* path) {
    return change_name(Kind::unlink, AT_FDCWD, path, [=] { return ::syscall(SYS_unlink, path); });
}

int unlinkat(int directory, const char* path, int flags) {
    const Kind kind = (flags & AT_REMOVEDIR) != 0 ? Kind::rmdir : Kind::unlink;
    return change_name(kind, directory, path,
                       [=] { return ::syscall(SYS_unlinkat, directory, path, flags); });
}

int rmdir(const char* path) {
    return change_name(Kind::rmdir, AT_FDCWD, path, [=] { return ::syscall(SYS_rmdir, path); });
}

int remove(const char* path) {
    const int result = unlink(path);
    return result != 0 && errno == EISDIR ? rmdir(path) : result;
}

int mkdir(const char* path, mode_t mode) {
    return change_name(Kind::mkdir, AT_FDCWD, path,
                       [=] { return ::syscall(SYS_mkdir, path, mode); });
}

}  // extern "C"
