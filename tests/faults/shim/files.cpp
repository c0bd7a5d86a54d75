// The calls on open files that the shim stands before: libc's names, made of raw system calls.
//
// A change and its record are one step under the lock; a sync is two records, so that only what
// was written before it began counts as on the disk. No sync reaches the real disk: what would
// survive a power cut is decided by disk.py, from the journal.

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "tests/faults/shim/journal.hpp"
#include "tests/faults/shim/plan.hpp"
#include "tests/faults/shim/watched.hpp"

namespace faultdisk {
namespace {

int failed(int error) {
    errno = error;
    return -1;
}

std::int64_t size_of(int descriptor) {
    struct stat status{};
    return ::fstat(descriptor, &status) == 0 ? status.st_size : 0;
}

// Where a write without an offset goes.
off_t next_offset(int descriptor) {
    const auto mode = ::syscall(SYS_fcntl, descriptor, F_GETFL);
    return (mode & O_APPEND) != 0 ? size_of(descriptor)
                                  : ::syscall(SYS_lseek, descriptor, 0, SEEK_CUR);
}

constexpr off_t kSequential = -1;

int sync_watched(int descriptor, bool counts_as_durable) {
    Verdict verdict;
    std::string path;
    {
        const Locked lock;
        path = path_of(descriptor);
        verdict = judge(Call::sync, path.c_str());
        record({.kind = Kind::sync_begin,
                .descriptor = descriptor,
                .length = counts_as_durable ? 1 : 0,
                .path = path});
    }
    if (const unsigned delay = slowness(Call::sync); delay != 0) {
        ::usleep(delay);
    }
    const Locked lock;
    record({.kind = Kind::sync_end, .error = verdict.error, .descriptor = descriptor});
    return verdict.fails ? failed(verdict.error) : 0;
}

ssize_t write_once(int descriptor, const void* data, std::size_t size, off_t offset) {
    const Locked lock;
    const Verdict verdict = judge(Call::write, path_of(descriptor));
    if (verdict.fails) {
        return failed(verdict.error);
    }
    if (verdict.is_short && size > 1) {
        size /= 2;
    }
    const off_t at = offset == kSequential ? next_offset(descriptor) : offset;
    const auto written = offset == kSequential
                             ? ::syscall(SYS_write, descriptor, data, size)
                             : ::syscall(SYS_pwrite64, descriptor, data, size, offset);
    if (written > 0) {
        record({.kind = Kind::write,
                .descriptor = descriptor,
                .offset = at,
                .length = written,
                .data = data,
                .data_bytes = static_cast<std::size_t>(written)});
    }
    return written;
}

ssize_t write_watched(int descriptor, const void* data, std::size_t size, off_t offset) {
    const ssize_t written = write_once(descriptor, data, size, offset);
    const bool syncs = written > 0 && syncs_itself(descriptor);
    return syncs && sync_watched(descriptor, true) != 0 ? -1 : written;
}

ssize_t write_parts(int descriptor, const iovec* parts, int count, off_t offset) {
    std::string whole;
    for (int i = 0; i < count; ++i) {
        whole.append(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
    }
    return write_watched(descriptor, whole.data(), whole.size(), offset);
}

int resize(int descriptor, off_t size) {
    const Locked lock;
    if (const Verdict verdict = judge(Call::space, path_of(descriptor)); verdict.fails) {
        return failed(verdict.error);
    }
    const auto result = ::syscall(SYS_ftruncate, descriptor, size);
    if (result == 0) {
        record({.kind = Kind::truncate, .descriptor = descriptor, .offset = size});
    }
    return static_cast<int>(result);
}

int allocate(int descriptor, int mode, off_t offset, off_t size) {
    const Locked lock;
    if (const Verdict verdict = judge(Call::space, path_of(descriptor)); verdict.fails) {
        return failed(verdict.error);
    }
    const auto result = ::syscall(SYS_fallocate, descriptor, mode, offset, size);
    if (result != 0) {
        return static_cast<int>(result);
    }
    if (mode == 0) {
        record({.kind = Kind::extend, .descriptor = descriptor, .offset = offset + size});
    } else if ((mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)) != 0) {
        record({.kind = Kind::punch, .descriptor = descriptor, .offset = offset, .length = size});
    }
    return 0;
}

void report_unseen(int descriptor, const char* how) {
    const Locked lock;
    record({.kind = Kind::unseen, .path = path_of(descriptor), .other = how});
}

}  // namespace
}  // namespace faultdisk

using namespace faultdisk;

extern "C" {

ssize_t write(int fd, const void* data, size_t size) {
    return is_watched(fd) ? write_watched(fd, data, size, kSequential)
                          : ::syscall(SYS_write, fd, data, size);
}

ssize_t pwrite(int fd, const void* data, size_t size, off_t offset) {
    return is_watched(fd) ? write_watched(fd, data, size, offset)
                          : ::syscall(SYS_pwrite64, fd, data, size, offset);
}

ssize_t pwrite64(int fd, const void* data, size_t size, off64_t offset) {
    return pwrite(fd, data, size, offset);
}

ssize_t writev(int fd, const iovec* parts, int count) {
    return is_watched(fd) ? write_parts(fd, parts, count, kSequential)
                          : ::syscall(SYS_writev, fd, parts, count);
}

ssize_t pwritev(int fd, const iovec* parts, int count, off_t offset) {
    return is_watched(fd) ? write_parts(fd, parts, count, offset)
                          : ::syscall(SYS_pwritev, fd, parts, count, offset, 0L);
}

ssize_t pwritev64(int fd, const iovec* parts, int count, off64_t offset) {
    return pwritev(fd, parts, count, offset);
}

ssize_t pwritev2(int fd, const iovec* parts, int count, off_t offset, int flags) {
    if (!is_watched(fd)) {
        return ::syscall(SYS_pwritev2, fd, parts, count, offset, 0L, flags);
    }
    const ssize_t written = write_parts(fd, parts, count, offset);
    const bool syncs = (flags & (RWF_DSYNC | RWF_SYNC)) != 0;
    return written > 0 && syncs && sync_watched(fd, true) != 0 ? -1 : written;
}

int fsync(int fd) {
    return is_watched(fd) ? sync_watched(fd, true) : static_cast<int>(::syscall(SYS_fsync, fd));
}

int fdatasync(int fd) {
    return is_watched(fd) ? sync_watched(fd, true) : static_cast<int>(::syscall(SYS_fdatasync, fd));
}

// Starts writing out and promises nothing. Without flags it does nothing at all: RocksDB asks so
// whether there is such a call.
int sync_file_range(int fd, off64_t offset, off64_t size, unsigned flags) {
    return is_watched(fd) && flags != 0
               ? sync_watched(fd, false)
               : static_cast<int>(::syscall(SYS_sync_file_range, fd, offset, size, flags));
}

int ftruncate(int fd, off_t size) {
    return is_watched(fd) ? resize(fd, size) : static_cast<int>(::syscall(SYS_ftruncate, fd, size));
}

int ftruncate64(int fd, off64_t size) { return ftruncate(fd, size); }

int fallocate(int fd, int mode, off_t offset, off_t size) {
    return is_watched(fd) ? allocate(fd, mode, offset, size)
                          : static_cast<int>(::syscall(SYS_fallocate, fd, mode, offset, size));
}

int fallocate64(int fd, int mode, off64_t offset, off64_t size) {
    return fallocate(fd, mode, offset, size);
}

int posix_fallocate(int fd, off_t offset, off_t size) {
    return fallocate(fd, 0, offset, size) == 0 ? 0 : errno;
}

int posix_fallocate64(int fd, off64_t offset, off64_t size) {
    return posix_fallocate(fd, offset, size);
}

void* mmap(void* address, size_t size, int protection, int flags, int fd, off_t offset) {
    if (is_watched(fd) && (flags & MAP_SHARED) != 0 && (protection & PROT_WRITE) != 0) {
        report_unseen(fd, "a shared mapping that can be written");
    }
    return reinterpret_cast<void*>(
        ::syscall(SYS_mmap, address, size, protection, flags, fd, offset));
}

void* mmap64(void* address, size_t size, int protection, int flags, int fd, off64_t offset) {
    return mmap(address, size, protection, flags, fd, offset);
}

int close(int fd) {
    if (!is_watched(fd)) {
        return static_cast<int>(::syscall(SYS_close, fd));
    }
    const Locked lock;
    record({.kind = Kind::close, .descriptor = fd});
    unwatch(fd);
    return static_cast<int>(::syscall(SYS_close, fd));
}

}  // extern "C"
