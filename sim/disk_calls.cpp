#include "sim/disk_calls.hpp"

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstring>
#include <memory>
#include <optional>

#include "base/check.hpp"

namespace holdfast::sim {
namespace {

thread_local SimulatedDisk* mounted = nullptr;

// What libc would have done.
template <typename Function>
Function* next(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

// As calls return it: -1 and errno.
template <typename Number>
Number told(Number result) {
    if (result < 0) {
        errno = static_cast<int>(-result);
        return -1;
    }
    return result;
}

// The path on the simulated disk; nothing if it leads elsewhere.
std::optional<std::string_view> simulated(const char* path) {
    const std::string_view text = path;
    const bool inside = mounted != nullptr && text.starts_with(kMountPoint) &&
                        (text.size() == kMountPoint.size() || text[kMountPoint.size()] == '/');
    return inside ? std::optional(text.substr(kMountPoint.size())) : std::nullopt;
}

bool simulated(int descriptor) { return descriptor >= kFirstDescriptor && mounted != nullptr; }

std::span<const std::byte> bytes_of(const void* data, std::size_t size) {
    return {static_cast<const std::byte*>(data), size};
}

void fill(const SimulatedDisk::Status& from, struct stat& out) {
    out = {};
    out.st_size = static_cast<off_t>(from.size);
    out.st_nlink = from.links;
    out.st_mode = from.is_directory ? S_IFDIR | 0750 : S_IFREG | 0640;
}

// What opendir gives out.
struct Listing {
    std::vector<std::string> names;
    std::size_t at = 0;
    dirent entry{};
};
thread_local std::map<DIR*, std::unique_ptr<Listing>> listings;

}  // namespace

Mounted::Mounted(SimulatedDisk& disk) {
    CHECK(mounted == nullptr, "another disk is mounted");
    mounted = &disk;
}

Mounted::~Mounted() { mounted = nullptr; }

}  // namespace holdfast::sim

using namespace holdfast::sim;

extern "C" {

int open(const char* path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
    va_end(more);
    if (const auto inside = simulated(path)) {
        return told(mounted->open(*inside, flags));
    }
    static auto* const real = next<int(const char*, int, ...)>("open");
    return real(path, flags, mode);
}

int close(int descriptor) {
    if (simulated(descriptor)) {
        return told(mounted->close(descriptor));
    }
    static auto* const real = next<int(int)>("close");
    return real(descriptor);
}

ssize_t write(int descriptor, const void* data, std::size_t size) {
    if (simulated(descriptor)) {
        return told(mounted->write(descriptor, bytes_of(data, size)));
    }
    static auto* const real = next<ssize_t(int, const void*, std::size_t)>("write");
    return real(descriptor, data, size);
}

ssize_t pwrite(int descriptor, const void* data, std::size_t size, off_t offset) {
    if (simulated(descriptor)) {
        return told(mounted->write_at(descriptor, bytes_of(data, size),
                                      static_cast<std::uint64_t>(offset)));
    }
    static auto* const real = next<ssize_t(int, const void*, std::size_t, off_t)>("pwrite");
    return real(descriptor, data, size, offset);
}

ssize_t pwritev(int descriptor, const iovec* parts, int count, off_t offset) {
    if (simulated(descriptor)) {
        holdfast::base::Buffer whole;
        for (int i = 0; i < count; ++i) {
            const auto part = bytes_of(parts[i].iov_base, parts[i].iov_len);
            whole.insert(whole.end(), part.begin(), part.end());
        }
        return told(mounted->write_at(descriptor, whole, static_cast<std::uint64_t>(offset)));
    }
    static auto* const real = next<ssize_t(int, const iovec*, int, off_t)>("pwritev");
    return real(descriptor, parts, count, offset);
}

ssize_t pread(int descriptor, void* out, std::size_t size, off_t offset) {
    if (simulated(descriptor)) {
        return told(mounted->read_at(descriptor, {static_cast<std::byte*>(out), size},
                                     static_cast<std::uint64_t>(offset)));
    }
    static auto* const real = next<ssize_t(int, void*, std::size_t, off_t)>("pread");
    return real(descriptor, out, size, offset);
}

int ftruncate(int descriptor, off_t size) {
    if (simulated(descriptor)) {
        return told(mounted->truncate(descriptor, static_cast<std::uint64_t>(size)));
    }
    static auto* const real = next<int(int, off_t)>("ftruncate");
    return real(descriptor, size);
}

// Returns the error itself.
int posix_fallocate(int descriptor, off_t offset, off_t size) {
    if (simulated(descriptor)) {
        return -mounted->allocate(descriptor, static_cast<std::uint64_t>(offset + size));
    }
    static auto* const real = next<int(int, off_t, off_t)>("posix_fallocate");
    return real(descriptor, offset, size);
}

// Promises nothing.
int sync_file_range(int descriptor, off64_t offset, off64_t size, unsigned flags) {
    if (simulated(descriptor)) {
        return 0;
    }
    static auto* const real = next<int(int, off64_t, off64_t, unsigned)>("sync_file_range");
    return real(descriptor, offset, size, flags);
}

int fsync(int descriptor) {
    if (simulated(descriptor)) {
        return told(mounted->sync(descriptor));
    }
    static auto* const real = next<int(int)>("fsync");
    return real(descriptor);
}

int fdatasync(int descriptor) {
    if (simulated(descriptor)) {
        return told(mounted->sync(descriptor));
    }
    static auto* const real = next<int(int)>("fdatasync");
    return real(descriptor);
}

int flock(int descriptor, int operation) {
    if (simulated(descriptor)) {
        return told(mounted->lock(descriptor));
    }
    static auto* const real = next<int(int, int)>("flock");
    return real(descriptor, operation);
}

int fstat(int descriptor, struct stat* out) {
    if (simulated(descriptor)) {
        SimulatedDisk::Status status;
        const int result = mounted->status(descriptor, status);
        fill(status, *out);
        return told(result);
    }
    static auto* const real = next<int(int, struct stat*)>("fstat");
    return real(descriptor, out);
}

int stat(const char* path, struct stat* out) {
    if (const auto inside = simulated(path)) {
        SimulatedDisk::Status status;
        const int result = mounted->status(*inside, status);
        fill(status, *out);
        return told(result);
    }
    static auto* const real = next<int(const char*, struct stat*)>("stat");
    return real(path, out);
}

int statvfs(const char* path, struct statvfs* out) {
    if (simulated(path)) {
        *out = {};
        out->f_frsize = 1;
        out->f_bavail = mounted->free_bytes();
        return 0;
    }
    static auto* const real = next<int(const char*, struct statvfs*)>("statvfs");
    return real(path, out);
}

int rename(const char* from, const char* to) {
    const auto old_path = simulated(from);
    const auto new_path = simulated(to);
    if (old_path && new_path) {
        return told(mounted->rename(*old_path, *new_path));
    }
    static auto* const real = next<int(const char*, const char*)>("rename");
    return real(from, to);
}

int unlink(const char* path) {
    if (const auto inside = simulated(path)) {
        return told(mounted->unlink(*inside));
    }
    static auto* const real = next<int(const char*)>("unlink");
    return real(path);
}

int mkdir(const char* path, mode_t mode) {
    if (const auto inside = simulated(path)) {
        return told(mounted->mkdir(*inside));
    }
    static auto* const real = next<int(const char*, mode_t)>("mkdir");
    return real(path, mode);
}

DIR* opendir(const char* path) {
    const auto inside = simulated(path);
    if (!inside) {
        static auto* const real = next<DIR*(const char*)>("opendir");
        return real(path);
    }
    auto listing = std::make_unique<Listing>();
    if (told(mounted->list(*inside, listing->names)) != 0) {
        return nullptr;
    }
    auto* const stream = reinterpret_cast<DIR*>(listing.get());
    listings.emplace(stream, std::move(listing));
    return stream;
}

dirent* readdir(DIR* stream) {
    const auto found = listings.find(stream);
    if (found == listings.end()) {
        static auto* const real = next<dirent*(DIR*)>("readdir");
        return real(stream);
    }
    Listing& listing = *found->second;
    if (listing.at == listing.names.size()) {
        return nullptr;
    }
    const std::string& name = listing.names[listing.at++];
    CHECK(name.size() < sizeof listing.entry.d_name);
    std::memcpy(listing.entry.d_name, name.c_str(), name.size() + 1);
    return &listing.entry;
}

int closedir(DIR* stream) {
    if (listings.erase(stream) != 0) {
        return 0;
    }
    static auto* const real = next<int(DIR*)>("closedir");
    return real(stream);
}

// What a new ledger's id is drawn with: else no two runs of a seed would be the same.
int RAND_bytes(unsigned char* out, int size) {
    if (mounted != nullptr) {
        mounted->draw(std::as_writable_bytes(std::span(out, static_cast<std::size_t>(size))));
        return 1;
    }
    static auto* const real = next<int(unsigned char*, int)>("RAND_bytes");
    return real(out, size);
}

}  // extern "C"
