#include "tests/faults/shim/journal.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace faultdisk {
namespace {

int journal = -1;

[[noreturn]] void give_up(const char* what) {
    std::perror(what);
    std::_Exit(99);
}

iovec part(const void* data, std::size_t size) { return {const_cast<void*>(data), size}; }

}  // namespace

void open_journal() {
    const char* const path = std::getenv("FAULTDISK_JOURNAL");
    if (path == nullptr) {
        return;
    }
    constexpr int kFlags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;
    journal = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, kFlags, 0600));
    if (journal < 0) {
        give_up("faultdisk: the journal cannot be opened");
    }
    record({.kind = Kind::start});
}

void record(const Record& what) {
    if (journal < 0) {
        return;
    }
    const std::size_t bytes =
        sizeof(Header) + what.path.size() + what.other.size() + what.data_bytes;
    const Header header{.bytes = static_cast<std::uint32_t>(bytes),
                        .kind = what.kind,
                        .error = static_cast<std::uint8_t>(what.error),
                        .path_bytes = static_cast<std::uint16_t>(what.path.size()),
                        .other_bytes = static_cast<std::uint16_t>(what.other.size()),
                        .descriptor = what.descriptor,
                        .thread = static_cast<std::uint32_t>(::syscall(SYS_gettid)),
                        .offset = what.offset,
                        .length = what.length};
    const iovec parts[] = {part(&header, sizeof header), part(what.path.data(), what.path.size()),
                           part(what.other.data(), what.other.size()),
                           part(what.data, what.data_bytes)};
    if (::syscall(SYS_writev, journal, parts, 4) != static_cast<long>(bytes)) {
        give_up("faultdisk: the journal cannot be written");
    }
}

}  // namespace faultdisk
