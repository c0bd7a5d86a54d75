#include "sim/simulated_disk.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <utility>

#include "base/check.hpp"

namespace holdfast::sim {

using base::Buffer;

namespace {

constexpr std::size_t kSector = 512;
constexpr std::size_t kPage = 4096;
constexpr std::uint64_t kRoom = std::uint64_t{1} << 40;

// A write, or a new size: with `cuts` exactly that one, else at least.
struct Change {
    std::uint64_t offset = 0;
    Buffer bytes;
    bool resizes = false;
    bool cuts = false;
};

void put(Buffer& content, const Change& change) {
    const std::size_t end = change.offset + change.bytes.size();
    if (change.resizes ? change.cuts || content.size() < end : content.size() < end) {
        content.resize(end);
    }
    std::copy_n(change.bytes.data(), change.bytes.size(), content.data() + change.offset);
}

// A write as writes that stay within a sector or page; other changes as they are.
std::vector<Change> pieces_of(const Change& change, std::size_t size) {
    if (change.resizes) {
        return {change};
    }
    std::vector<Change> out;
    for (std::size_t at = 0; at < change.bytes.size();) {
        const std::size_t begin = change.offset + at;
        const std::size_t length = std::min(change.bytes.size() - at, size - begin % size);
        const auto from = change.bytes.begin() + static_cast<std::ptrdiff_t>(at);
        out.push_back(
            {.offset = begin, .bytes = {from, from + static_cast<std::ptrdiff_t>(length)}});
        at += length;
    }
    return out;
}

// What of a file's pending changes a power cut keeps.
class Remains {
  public:
    explicit Remains(base::Prng& dice) : dice_(dice) {}

    std::vector<Change> of(const std::vector<Change>& pending) {
        switch (dice_.below(5)) {
            case 0: return {};
            case 1: return pending;
            case 2: return torn(pending);
            case 3: return scattered(pending);
            default: return hollow(pending);
        }
    }

  private:
    std::vector<Change> torn(const std::vector<Change>& pending) {
        const auto count = static_cast<std::ptrdiff_t>(dice_.below(pending.size() + 1));
        std::vector<Change> kept(pending.begin(), pending.begin() + count);
        if (!kept.empty() && !kept.back().resizes) {
            kept.back().bytes.resize(dice_.below(kept.back().bytes.size() + 1));
        }
        return kept;
    }

    std::vector<Change> scattered(const std::vector<Change>& pending) {
        const std::uint64_t percent = dice_.below(101);
        std::vector<Change> kept;
        for (const Change& change : pending) {
            for (Change& piece : pieces_of(change, kSector)) {
                if (dice_.chance(percent, 100)) {
                    kept.push_back(std::move(piece));
                }
            }
        }
        return kept;
    }

    // The beginning and the end of each write are there, not all between.
    std::vector<Change> hollow(const std::vector<Change>& pending) {
        std::vector<Change> kept;
        for (const Change& change : pending) {
            auto pieces = pieces_of(change, kSector);
            for (std::size_t i = 0; i < pieces.size(); ++i) {
                if (i == 0 || i + 1 == pieces.size() || dice_.chance(1, 2)) {
                    kept.push_back(std::move(pieces[i]));
                }
            }
        }
        return kept;
    }

    base::Prng& dice_;
};

}  // namespace

struct SimulatedDisk::Node {
    using Names = std::map<std::string, NodePtr, std::less<>>;
    struct Flip {
        std::size_t at = 0;
        std::byte bit{};
    };

    explicit Node(bool directory) : is_directory(directory) {}

    // -- a file
    void change(Change what) {
        put(now, what);
        const std::size_t end = what.resizes ? SIZE_MAX : what.offset + what.bytes.size();
        if (flip && flip->at >= what.offset && flip->at < end) {
            flip.reset();  // overwritten, or cut off
        }
        if (!what.resizes) {
            newest_at = what.offset;
            newest_size = what.bytes.size();
            add_lost_neighbours(what);
        }
        pending.push_back(std::move(what));
    }
    // Anywhere, or in what was written last: there damage looks most like an end that was never
    // synced.
    [[nodiscard]] std::size_t draw_place(base::Prng& dice) const {
        const bool in_newest = newest_size > 0 && newest_at + newest_size <= now.size();
        return in_newest && dice.chance(1, 2) ? newest_at + dice.below(newest_size)
                                              : dice.below(now.size());
    }
    // Who writes to a page makes all of it dirty: also what a failed sync had lost.
    void add_lost_neighbours(Change& what) {
        std::size_t begin = what.offset;
        std::size_t end = what.offset + what.bytes.size();
        for (std::size_t page = begin / kPage; page * kPage < end; ++page) {
            if (lost_pages.erase(page) != 0) {
                begin = std::min(begin, page * kPage);
                end = std::max(end, std::min(now.size(), page * kPage + kPage));
            }
        }
        const auto from = now.begin();
        what.offset = begin;
        what.bytes.assign(from + static_cast<std::ptrdiff_t>(begin),
                          from + static_cast<std::ptrdiff_t>(end));
    }
    // Some pages may have reached the disk before the error.
    void lose(base::Prng& dice) {
        const std::uint64_t percent = std::array{0, 0, 50, 100}[dice.below(4)];
        for (const Change& change : std::exchange(pending, {})) {
            for (const Change& piece : pieces_of(change, kPage)) {
                if (piece.resizes || dice.chance(percent, 100)) {
                    put(durable, piece);
                } else {
                    lost_pages.insert(piece.offset / kPage);
                }
            }
        }
    }

    // -- a directory; nothing: the name is gone
    void rename(const Names& changed) {
        for (const auto& [name, what] : changed) {
            const auto old = names.find(name);
            if (old != names.end()) {
                --old->second->links;
            }
            if (what != nullptr) {
                ++what->links;
            }
        }
        apply_names(names, changed);
        pending_names.push_back(changed);
    }
    static void apply_names(Names& names, const Names& changed) {
        for (const auto& [name, what] : changed) {
            if (what == nullptr) {
                names.erase(name);
            } else {
                names.insert_or_assign(name, what);
            }
        }
    }

    void sync() {
        for (const Change& change : std::exchange(pending, {})) {
            put(durable, change);
        }
        for (const Names& changed : std::exchange(pending_names, {})) {
            apply_names(durable_names, changed);
        }
    }

    // A node that has two names because a rename was not whole is the same file twice.
    void cut(base::Prng& dice, std::set<const Node*>& seen) {
        if (!seen.insert(this).second) {
            return;
        }
        for (const Change& change : Remains(dice).of(std::exchange(pending, {}))) {
            put(durable, change);
        }
        now = durable;
        flip.reset();
        lost_pages.clear();
        const std::size_t kept = dice.below(pending_names.size() + 1);
        for (std::size_t i = 0; i < kept; ++i) {
            apply_names(durable_names, pending_names[i]);
        }
        pending_names.clear();
        names = durable_names;
        for (const auto& [name, node] : names) {
            node->links = 1;
            node->cut(dice, seen);
        }
    }

    void collect_files(const NodePtr& self, std::vector<NodePtr>& out) {
        if (!is_directory && !now.empty()) {
            out.push_back(self);
        }
        for (const auto& [name, node] : names) {
            node->collect_files(node, out);
        }
    }

    bool is_directory;
    unsigned links = 0;
    bool is_locked = false;
    Buffer now;
    Buffer durable;
    std::vector<Change> pending;
    std::set<std::size_t> lost_pages;  // clean in memory, never on the disk
    std::size_t newest_at = 0;         // the last write: where, and how much
    std::size_t newest_size = 0;
    std::optional<Flip> flip;  // in `now`
    Names names;
    Names durable_names;
    std::vector<Names> pending_names;
};

SimulatedDisk::SimulatedDisk(base::Prng& dice)
    : dice_(dice), root_(std::make_shared<Node>(true)), next_(kFirstDescriptor) {}

SimulatedDisk::~SimulatedDisk() = default;

// -- ends and damage --------------------------------------------------------------------------

void SimulatedDisk::kill() {
    for (const auto& [descriptor, open] : open_) {
        open.node->is_locked = false;
    }
    open_.clear();
    is_dead_ = true;
}

void SimulatedDisk::cut() {
    kill();
    std::set<const Node*> seen;
    root_->cut(dice_, seen);
}

// Of what the next process will read; what is durable beneath stays as it is.
void SimulatedDisk::flip_a_bit() {
    std::vector<NodePtr> files;
    root_->collect_files(root_, files);
    if (files.empty() || flipped_ != nullptr) {
        return;
    }
    flipped_ = files[dice_.below(files.size())];
    const std::size_t at = flipped_->draw_place(dice_);
    flipped_->flip = Node::Flip{.at = at, .bit = std::byte{1} << dice_.below(8)};
    flipped_->now[at] ^= flipped_->flip->bit;
}

bool SimulatedDisk::unflip() {
    const NodePtr node = std::exchange(flipped_, nullptr);
    if (node == nullptr || !node->flip) {
        return false;
    }
    const Node::Flip flip = *std::exchange(node->flip, std::nullopt);
    node->now[flip.at] ^= flip.bit;
    return true;
}

// -- names ------------------------------------------------------------------------------------

SimulatedDisk::NodePtr SimulatedDisk::find(std::string_view path) const {
    NodePtr at = root_;
    while (at != nullptr && !path.empty()) {
        path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
        const std::string_view part = path.substr(0, path.find('/'));
        path.remove_prefix(part.size());
        if (!part.empty()) {
            const auto found = at->names.find(part);
            at = found == at->names.end() ? nullptr : found->second;
        }
    }
    return at;
}

SimulatedDisk::NodePtr SimulatedDisk::parent(std::string_view path, std::string& name) const {
    const auto slash = path.find_last_of('/');
    CHECK(slash != std::string_view::npos, "a path of the simulated disk is absolute");
    name = path.substr(slash + 1);
    const NodePtr found = find(path.substr(0, slash));
    return found != nullptr && found->is_directory ? found : nullptr;
}

SimulatedDisk::Node* SimulatedDisk::opened(int descriptor) const {
    const auto found = open_.find(descriptor);
    return found == open_.end() ? nullptr : found->second.node.get();
}

bool SimulatedDisk::dies() {
    is_dead_ = is_dead_ || strikes(FaultKind::sudden_death);
    return is_dead_;
}

int SimulatedDisk::open(std::string_view path, int flags) {
    NodePtr node = find(path);
    const bool makes = (flags & O_CREAT) != 0;
    if (node != nullptr && makes && (flags & O_EXCL) != 0) {
        return -EEXIST;
    }
    if (node == nullptr) {
        std::string name;
        const NodePtr directory = parent(path, name);
        if (!makes || directory == nullptr) {
            return -ENOENT;
        }
        if (dies()) {
            return -EIO;
        }
        node = std::make_shared<Node>(false);
        directory->rename({{name, node}});
    }
    const int descriptor = next_++;
    open_.emplace(descriptor, Open{.node = std::move(node)});
    return descriptor;
}

int SimulatedDisk::close(int descriptor) {
    const auto found = open_.find(descriptor);
    if (found == open_.end()) {
        return -EBADF;
    }
    if (found->second.holds_lock) {
        found->second.node->is_locked = false;
    }
    open_.erase(found);
    return 0;
}

int SimulatedDisk::rename(std::string_view from, std::string_view to) {
    if (dies()) {
        return -EIO;
    }
    std::string old_name;
    std::string new_name;
    const NodePtr directory = parent(from, old_name);
    const NodePtr node = find(from);
    if (directory == nullptr || node == nullptr) {
        return -ENOENT;
    }
    CHECK(parent(to, new_name) == directory, "a file is moved to another directory");
    if (old_name != new_name) {
        directory->rename({{new_name, node}, {old_name, nullptr}});
    }
    return 0;
}

int SimulatedDisk::unlink(std::string_view path) {
    if (dies()) {
        return -EIO;
    }
    std::string name;
    const NodePtr directory = parent(path, name);
    if (directory == nullptr || !directory->names.contains(name)) {
        return -ENOENT;
    }
    directory->rename({{name, nullptr}});
    return 0;
}

int SimulatedDisk::mkdir(std::string_view path) {
    if (dies()) {
        return -EIO;
    }
    std::string name;
    const NodePtr directory = parent(path, name);
    if (directory == nullptr) {
        return -ENOENT;
    }
    if (directory->names.contains(name)) {
        return -EEXIST;
    }
    directory->rename({{name, std::make_shared<Node>(true)}});
    return 0;
}

int SimulatedDisk::list(std::string_view path, std::vector<std::string>& out) const {
    const NodePtr node = find(path);
    if (node == nullptr || !node->is_directory) {
        return -ENOENT;
    }
    for (const auto& [name, inside] : node->names) {
        out.push_back(name);
    }
    return 0;
}

// -- files ------------------------------------------------------------------------------------

ssize_t SimulatedDisk::read_at(int descriptor, std::span<std::byte> out,
                               std::uint64_t offset) const {
    const Node* const node = opened(descriptor);
    if (node == nullptr) {
        return -EBADF;
    }
    const std::size_t begin = std::min<std::size_t>(offset, node->now.size());
    const std::size_t size = std::min(out.size(), node->now.size() - begin);
    // The standard's, not its ranges': those of libstdc++ 12 copy bytes that are const one by one.
    std::copy_n(node->now.data() + begin, size, out.data());
    return static_cast<ssize_t>(size);
}

ssize_t SimulatedDisk::write_at(int descriptor, std::span<const std::byte> bytes,
                                std::uint64_t offset) {
    Node* const node = opened(descriptor);
    if (node == nullptr) {
        return -EBADF;
    }
    if (is_dead_) {
        return -EIO;
    }
    const bool grows = offset + bytes.size() > node->now.size();
    if (grows && strikes(FaultKind::disk_full)) {
        return -ENOSPC;
    }
    std::size_t size = bytes.size();
    if (strikes(FaultKind::bad_disk)) {
        if (size < 2 || dice_.chance(1, 2)) {
            return -EIO;
        }
        size /= 2;  // a short write; who goes on may succeed
    }
    const bool is_cut_short = dies();
    const auto written = bytes.first(is_cut_short ? dice_.below(size + 1) : size);
    node->change({.offset = offset, .bytes = {written.begin(), written.end()}});
    return is_cut_short ? -EIO : static_cast<ssize_t>(size);
}

ssize_t SimulatedDisk::write(int descriptor, std::span<const std::byte> bytes) {
    const auto found = open_.find(descriptor);
    if (found == open_.end()) {
        return -EBADF;
    }
    const ssize_t written = write_at(descriptor, bytes, found->second.at);
    found->second.at += static_cast<std::uint64_t>(std::max<ssize_t>(written, 0));
    return written;
}

int SimulatedDisk::truncate(int descriptor, std::uint64_t size) {
    if (dies()) {
        return -EIO;
    }
    Node* const node = opened(descriptor);
    if (node == nullptr) {
        return -EBADF;
    }
    node->change({.offset = size, .bytes = {}, .resizes = true, .cuts = true});
    return 0;
}

int SimulatedDisk::allocate(int descriptor, std::uint64_t size) {
    if (dies()) {
        return -EIO;
    }
    Node* const node = opened(descriptor);
    if (node == nullptr) {
        return -EBADF;
    }
    if (strikes(FaultKind::disk_full)) {
        return -ENOSPC;
    }
    node->change({.offset = size, .bytes = {}, .resizes = true});
    return 0;
}

int SimulatedDisk::sync(int descriptor) {
    if (dies()) {
        return -EIO;
    }
    Node* const node = opened(descriptor);
    if (node == nullptr) {
        return -EBADF;
    }
    if (strikes(FaultKind::bad_disk)) {
        // The journal of names keeps what it has: later syncs try again.
        node->lose(dice_);
        return -EIO;
    }
    if (!lies_) {
        node->sync();
    }
    return 0;
}

int SimulatedDisk::lock(int descriptor) {
    const auto found = open_.find(descriptor);
    if (found == open_.end()) {
        return -EBADF;
    }
    if (std::exchange(found->second.node->is_locked, true)) {
        return -EWOULDBLOCK;
    }
    found->second.holds_lock = true;
    return 0;
}

int SimulatedDisk::status(int descriptor, Status& out) const {
    const Node* const node = opened(descriptor);
    if (node == nullptr) {
        return -EBADF;
    }
    out = {.size = node->now.size(), .links = node->links, .is_directory = node->is_directory};
    return 0;
}

int SimulatedDisk::status(std::string_view path, Status& out) const {
    const NodePtr node = find(path);
    if (node == nullptr) {
        return -ENOENT;
    }
    out = {.size = node->now.size(), .links = node->links, .is_directory = node->is_directory};
    return 0;
}

void SimulatedDisk::draw(std::span<std::byte> out) {
    for (std::byte& byte : out) {
        byte = std::byte(dice_.below(256));
    }
}

std::uint64_t SimulatedDisk::free_bytes() { return strikes(FaultKind::disk_full) ? 0 : kRoom; }

}  // namespace holdfast::sim
