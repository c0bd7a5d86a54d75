// PosixFile and friends: the few file operations that durability needs, with errors naming paths.
//
// Not for RocksDB's own files. Error codes: not_found, permission_denied, storage_full, and
// unavailable for everything else the operating system says. Thread rule: one thread per object,
// but positioned reads and writes of different ranges may run at the same time.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace holdfast::ledger {

class PosixFile {
  public:
    enum class Mode {
        read,       // must exist
        overwrite,  // must exist; reads and writes in place
        create,     // must not exist
    };

    [[nodiscard]] static base::Result<PosixFile> open(const std::string& path, Mode mode);

    PosixFile(PosixFile&& other) noexcept
        : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}
    PosixFile& operator=(PosixFile&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        std::swap(path_, other.path_);
        return *this;
    }
    ~PosixFile();

    // Writes everything or fails.
    [[nodiscard]] base::Result<void> append(std::span<const std::byte> bytes);
    [[nodiscard]] base::Result<void> write_at(std::uint64_t offset,
                                              std::span<const std::byte> bytes);
    // All pieces, one after the other from `offset` on, in one system call if it takes them.
    [[nodiscard]] base::Result<void> write_at(std::uint64_t offset,
                                              std::span<const std::span<const std::byte>> pieces);
    // Fills `out`; fewer bytes only at the end of the file.
    [[nodiscard]] base::Result<std::size_t> read_at(std::uint64_t offset,
                                                    std::span<std::byte> out) const;
    struct Status {
        std::uint64_t size = 0;
        bool is_removed = false;  // no directory names it any more
    };
    [[nodiscard]] base::Result<Status> status() const;
    [[nodiscard]] base::Result<void> sync();
    // The bytes and what is needed to find them, not the times.
    [[nodiscard]] base::Result<void> sync_data();
    // Gives the file blocks up to `size`, which read as zeros.
    [[nodiscard]] base::Result<void> allocate(std::uint64_t size);
    // Starts writing a range to the disk and waits for it. Promises nothing: it spreads the work
    // of a later sync.
    [[nodiscard]] base::Result<void> write_back(std::uint64_t offset, std::uint64_t size);
    [[nodiscard]] base::Result<void> truncate(std::uint64_t size);

    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    friend class DirectoryLock;
    PosixFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}

    int descriptor_;
    std::string path_;
};

// Exclusive ownership of a directory among processes (flock on the directory itself, so that
// taking it changes no file). Ends with the object or the process.
class DirectoryLock {
  public:
    // Errors: already_locked, naming the directory.
    [[nodiscard]] static base::Result<DirectoryLock> take(const std::string& directory);

  private:
    explicit DirectoryLock(PosixFile file) : file_(std::move(file)) {}
    PosixFile file_;
};

[[nodiscard]] base::Result<base::Buffer> read_file(const std::string& path);

// The whole new content or the old one, whatever crashes: temporary file, sync, rename, sync of
// the directory.
[[nodiscard]] base::Result<void> replace_file(const std::string& path,
                                              std::span<const std::byte> bytes);
[[nodiscard]] base::Result<void> rename_durably(const std::string& from, const std::string& to);
[[nodiscard]] base::Result<void> sync_directory(const std::string& directory);

// Makes the directory unless it is there, and its name durable; the parent must exist.
[[nodiscard]] base::Result<void> make_directory(const std::string& directory);
// Makes a place for others' too, as open as the umask has it, with all that is missing on the way.
[[nodiscard]] base::Result<void> make_directories(const std::string& directory);
[[nodiscard]] bool exists(const std::string& path);
// Names, without "." and "..", sorted.
[[nodiscard]] base::Result<std::vector<std::string>> list_directory(const std::string& directory);
[[nodiscard]] base::Result<void> remove_file(const std::string& path);

}  // namespace holdfast::ledger
