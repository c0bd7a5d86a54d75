#include "ledger/posix_file.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <system_error>

#include "base/check.hpp"

namespace holdfast::ledger {
namespace {

using base::ErrorCode;
using base::Result;

ErrorCode code_of(int number) {
    switch (number) {
        case ENOENT:
        case ENOTDIR: return ErrorCode::not_found;
        case EACCES:
        case EPERM:
        case EROFS: return ErrorCode::permission_denied;
        case ENOSPC:
        case EDQUOT: return ErrorCode::storage_full;
        default: return ErrorCode::unavailable;
    }
}

std::unexpected<base::Error> os_failure(std::string_view verb, const std::string& path) {
    const int number = errno;
    return base::failure(code_of(number), "cannot " + std::string(verb) + " " + path + ": " +
                                              std::generic_category().message(number));
}

int flags_of(PosixFile::Mode mode) {
    switch (mode) {
        case PosixFile::Mode::read: return O_RDONLY | O_CLOEXEC;
        case PosixFile::Mode::overwrite: return O_RDWR | O_CLOEXEC;
        case PosixFile::Mode::create: return O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC;
    }
    UNREACHABLE();
}

// Calls `io` until everything is done; it returns what one read or write returned.
template <typename Io>
Result<std::size_t> transfer(std::size_t size, std::string_view verb, const std::string& path,
                             const Io& io) {
    std::size_t done = 0;
    while (done < size) {
        const auto step = io(done);
        if (step < 0 && errno == EINTR) {
            continue;
        }
        if (step < 0) {
            return os_failure(verb, path);
        }
        if (step == 0) {
            break;
        }
        done += static_cast<std::size_t>(step);
    }
    return done;
}

// A write that takes nothing and says nothing would be called durable by the sync after it.
template <typename Io>
Result<void> write_all(std::size_t size, const std::string& path, const Io& io) {
    TRY(const auto done, transfer(size, "write", path, io));
    if (done < size) {
        return base::failure(ErrorCode::unavailable,
                             "cannot write " + path + ": " + std::to_string(done) + " of " +
                                 std::to_string(size) + " bytes were taken, and no more");
    }
    return {};
}

std::string parent_of(const std::string& path) {
    const auto slash = path.find_last_of('/');
    return slash == std::string::npos ? "." : path.substr(0, std::max<std::size_t>(slash, 1));
}

// Of a directory that is there: it may have been made by a process that ended before it had synced
// the name. One that is in another's directory was not.
Result<void> sync_name_of(const std::string& directory) {
    auto synced = sync_directory(parent_of(directory));
    const bool is_others = !synced && synced.error().code == ErrorCode::permission_denied;
    return is_others ? Result<void>() : synced;
}

}  // namespace

Result<PosixFile> PosixFile::open(const std::string& path, Mode mode) {
    const int descriptor = ::open(path.c_str(), flags_of(mode), 0640);
    if (descriptor < 0) {
        return os_failure("open", path);
    }
    return PosixFile(descriptor, path);
}

PosixFile::~PosixFile() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

Result<void> PosixFile::append(std::span<const std::byte> bytes) {
    return write_all(bytes.size(), path_, [&](std::size_t at) {
        return ::write(descriptor_, bytes.data() + at, bytes.size() - at);
    });
}

Result<void> PosixFile::write_at(std::uint64_t offset, std::span<const std::byte> bytes) {
    return write_all(bytes.size(), path_, [&](std::size_t at) {
        return ::pwrite(descriptor_, bytes.data() + at, bytes.size() - at,
                        static_cast<off_t>(offset + at));
    });
}

Result<void> PosixFile::write_at(std::uint64_t offset,
                                 std::span<const std::span<const std::byte>> pieces) {
    constexpr std::size_t kPiecesMax = 8;
    std::array<iovec, kPiecesMax> vectors{};
    CHECK(pieces.size() <= kPiecesMax);
    std::size_t total = 0;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        // The call does not write through the pointer; its type is older than const.
        vectors.at(i) = {const_cast<std::byte*>(pieces[i].data()), pieces[i].size()};
        total += pieces[i].size();
    }
    const auto wrote = ::pwritev(descriptor_, vectors.data(), static_cast<int>(pieces.size()),
                                 static_cast<off_t>(offset));
    if (wrote < 0 && errno != EINTR) {
        return os_failure("write", path_);
    }
    // What a signal or a limit of the system cut off is written piece by piece.
    auto done = static_cast<std::size_t>(std::max<ssize_t>(wrote, 0));
    if (done == total) {
        return {};
    }
    for (const auto& piece : pieces) {
        const std::size_t skip = std::min(done, piece.size());
        TRY_VOID(write_at(offset + skip, piece.subspan(skip)));
        done -= skip;
        offset += piece.size();
    }
    return {};
}

Result<std::size_t> PosixFile::read_at(std::uint64_t offset, std::span<std::byte> out) const {
    return transfer(out.size(), "read", path_, [&](std::size_t at) {
        return ::pread(descriptor_, out.data() + at, out.size() - at,
                       static_cast<off_t>(offset + at));
    });
}

Result<PosixFile::Status> PosixFile::status() const {
    struct stat status{};
    if (::fstat(descriptor_, &status) != 0) {
        return os_failure("examine", path_);
    }
    return Status{static_cast<std::uint64_t>(status.st_size), status.st_nlink == 0};
}

Result<void> PosixFile::sync() {
    if (::fsync(descriptor_) != 0) {
        return os_failure("sync", path_);
    }
    return {};
}

Result<void> PosixFile::sync_data() {
    if (::fdatasync(descriptor_) != 0) {
        return os_failure("sync", path_);
    }
    return {};
}

Result<void> PosixFile::allocate(std::uint64_t size) {
    const int number = ::posix_fallocate(descriptor_, 0, static_cast<off_t>(size));
    if (number != 0) {
        errno = number;
        return os_failure("allocate", path_);
    }
    return {};
}

Result<void> PosixFile::write_back(std::uint64_t offset, std::uint64_t size) {
    constexpr unsigned kAll =
        SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
    if (::sync_file_range(descriptor_, static_cast<off64_t>(offset), static_cast<off64_t>(size),
                          kAll) != 0) {
        return os_failure("write back", path_);
    }
    return {};
}

Result<void> PosixFile::truncate(std::uint64_t size) {
    if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) {
        return os_failure("cut", path_);
    }
    return {};
}

Result<DirectoryLock> DirectoryLock::take(const std::string& directory) {
    const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) {
        return os_failure("open", directory);
    }
    PosixFile file(descriptor, directory);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) {
        return DirectoryLock(std::move(file));
    }
    if (errno == EWOULDBLOCK) {
        return base::failure(ErrorCode::already_locked,
                             "the ledger directory " + directory +
                                 " is in use by another process (only one may serve it)");
    }
    return os_failure("lock", directory);
}

Result<base::Buffer> read_file(const std::string& path) {
    TRY(const PosixFile file, PosixFile::open(path, PosixFile::Mode::read));
    TRY(const auto status, file.status());
    base::Buffer bytes(status.size);
    TRY(const auto read, file.read_at(0, bytes));
    bytes.resize(read);
    return bytes;
}

Result<void> replace_file(const std::string& path, std::span<const std::byte> bytes) {
    const std::string temporary = path + ".tmp";
    TRY_VOID(remove_file(temporary));
    TRY(auto file, PosixFile::open(temporary, PosixFile::Mode::create));
    TRY_VOID(file.append(bytes));
    TRY_VOID(file.sync());
    return rename_durably(temporary, path);
}

Result<void> rename_durably(const std::string& from, const std::string& to) {
    if (::rename(from.c_str(), to.c_str()) != 0) {
        return os_failure("rename " + from + " to", to);
    }
    return sync_directory(parent_of(to));
}

Result<void> sync_directory(const std::string& directory) {
    TRY(auto file, PosixFile::open(directory, PosixFile::Mode::read));
    return file.sync();
}

Result<void> make_directory(const std::string& directory) {
    if (::mkdir(directory.c_str(), 0750) == 0) {
        return sync_directory(parent_of(directory));
    }
    return errno == EEXIST ? sync_name_of(directory) : os_failure("create directory", directory);
}

Result<void> make_directories(const std::string& directory) {
    if (exists(directory)) {
        return sync_name_of(directory);
    }
    const std::string parent = parent_of(directory);
    TRY_VOID(make_directories(parent));
    if (::mkdir(directory.c_str(), 0777) != 0 && errno != EEXIST) {
        return os_failure("create directory", directory);
    }
    return sync_directory(parent);
}

bool exists(const std::string& path) {
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0;
}

Result<std::vector<std::string>> list_directory(const std::string& directory) {
    struct Close {
        void operator()(DIR* stream) const { ::closedir(stream); }
    };
    const std::unique_ptr<DIR, Close> stream(::opendir(directory.c_str()));
    if (!stream) {
        return os_failure("list", directory);
    }
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(stream.get())) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") {
            names.emplace_back(name);
        }
    }
    std::ranges::sort(names);
    return names;
}

Result<void> remove_file(const std::string& path) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
        return os_failure("remove", path);
    }
    return {};
}

}  // namespace holdfast::ledger
