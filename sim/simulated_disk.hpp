// SimulatedDisk: files in memory, and what a power cut would leave of them.
//
// Of every file it knows what is durable, what is pending (written, not yet synced) and what the
// running process sees. A sync makes pending writes durable; one that fails loses some of them,
// though the process goes on seeing all, as Linux does: their pages count as clean. Names belong to
// their directory and become durable when that is synced, in their order. A power cut keeps any
// part of what is pending: none, all, a beginning with a torn end, some sectors, or the ends
// without the middle. A process that is killed leaves everything it wrote.
//
// tests/faults has the same model of the real process's disk (disk.py); the two know no other.
//
// Calls are named after libc's and return what those return, or -errno. Paths are absolute, without
// "." and "..". Thread rule: one thread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/prng.hpp"
#include "sim/faults.hpp"

namespace holdfast::sim {

class SimulatedDisk {
  public:
    struct Status {
        std::uint64_t size = 0;
        unsigned links = 0;
        bool is_directory = false;
    };

    // `dice` are thrown for all that goes wrong, and outlive the disk. Nothing does at first.
    explicit SimulatedDisk(base::Prng& dice);
    ~SimulatedDisk();

    // From now on these strike; they outlive the disk.
    void expose_to(const Faults& faults) { faults_ = &faults; }

    // Says from now on that it synced, and does nothing: planted, to see that it is found.
    void lie() { lies_ = true; }
    // The process is gone, and with it its descriptors and locks. Until the next one begins nothing
    // can be changed, so that what is left of the old one tidies nothing up.
    void kill();
    // The power is gone, too.
    void cut();
    void begin_process() { is_dead_ = false; }
    // One bit of what is stored changes. `unflip` takes it back, unless its byte was written since;
    // false: there is none to take back.
    void flip_a_bit();
    bool unflip();

    int open(std::string_view path, int flags);
    int close(int descriptor);
    ssize_t read_at(int descriptor, std::span<std::byte> out, std::uint64_t offset) const;
    ssize_t write_at(int descriptor, std::span<const std::byte> bytes, std::uint64_t offset);
    // Where the last one ended.
    ssize_t write(int descriptor, std::span<const std::byte> bytes);
    int truncate(int descriptor, std::uint64_t size);
    int allocate(int descriptor, std::uint64_t size);
    int sync(int descriptor);
    int lock(int descriptor);
    int status(int descriptor, Status& out) const;
    int status(std::string_view path, Status& out) const;
    int rename(std::string_view from, std::string_view to);
    int unlink(std::string_view path);
    int mkdir(std::string_view path);
    int list(std::string_view path, std::vector<std::string>& out) const;
    [[nodiscard]] std::uint64_t free_bytes();
    // Random bytes, by the dice.
    void draw(std::span<std::byte> out);

  private:
    struct Node;
    using NodePtr = std::shared_ptr<Node>;
    struct Open {
        NodePtr node;
        std::uint64_t at = 0;  // of `write`
        bool holds_lock = false;
    };

    [[nodiscard]] NodePtr find(std::string_view path) const;
    // The directory of a path, and the last part of it.
    [[nodiscard]] NodePtr parent(std::string_view path, std::string& name) const;
    [[nodiscard]] Node* opened(int descriptor) const;
    [[nodiscard]] bool strikes(FaultKind kind) {
        return faults_ != nullptr && faults_->strikes(kind, dice_);
    }
    // Whether the process ends before this call does anything. Until it is taken down it may read,
    // as those who judge it do, and changes nothing.
    [[nodiscard]] bool dies();

    base::Prng& dice_;
    const Faults* faults_ = nullptr;
    NodePtr root_;
    std::map<int, Open> open_;
    NodePtr flipped_;  // the file with a flipped bit; null: none
    int next_;
    bool lies_ = false;
    bool is_dead_ = false;
};

// Descriptors of simulated files are this or above: no real one is so high.
inline constexpr int kFirstDescriptor = 1 << 24;

}  // namespace holdfast::sim
