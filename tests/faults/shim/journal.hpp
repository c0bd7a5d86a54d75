// The journal of a watched directory: every call that changes a file in it, in the order in which
// the calls took effect, with what was written. tests/faults/disk.py reads it.
//
// A record is one writev to a file opened with O_APPEND, so that SIGKILL leaves whole records and
// at most one cut off at the end. All numbers are little-endian.
// Thread rule: everything here is called with the shim's lock held.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace faultdisk {

enum class Kind : std::uint8_t {
    start = 1,       // a process begins: descriptors of the one before are gone
    open = 2,        // path; offset: the flags
    close = 3,       // descriptor
    write = 4,       // descriptor, offset, bytes
    truncate = 5,    // descriptor; offset: the new size
    extend = 6,      // descriptor; offset: the size it has at least
    punch = 7,       // descriptor, offset; length: of zeros
    sync_begin = 8,  // descriptor; path
    sync_end = 9,    // descriptor; error
    rename = 10,     // path, other
    unlink = 11,     // path
    mkdir = 12,      // path
    rmdir = 13,      // path
    link = 14,       // path, other
    fault = 15,      // path; error: what the call was failed with; offset: which kind of call
    unseen = 16,     // path; other: a way of writing that the journal cannot follow
};

struct [[gnu::packed]] Header {
    std::uint32_t bytes;  // of the whole record
    Kind kind;
    std::uint8_t error;
    std::uint16_t path_bytes;
    std::uint16_t other_bytes;
    std::int32_t descriptor;
    std::uint32_t thread;
    std::int64_t offset;
    std::int64_t length;
};

struct Record {
    Kind kind;
    int error = 0;
    int descriptor = -1;
    std::int64_t offset = 0;
    std::int64_t length = 0;
    std::string_view path = {};
    std::string_view other = {};
    const void* data = nullptr;
    std::size_t data_bytes = 0;
};

// Opens the journal named by FAULTDISK_JOURNAL and writes `start`; without one nothing is recorded.
void open_journal();
void record(const Record& what);

}  // namespace faultdisk
