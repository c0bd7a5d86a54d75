#include "ledger/segment_keeper.hpp"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "ledger/free_space.hpp"

namespace holdfast::ledger {
namespace {

using base::Result;

// Small pieces: a great write would make the syncs of appends wait.
constexpr std::size_t kPieceBytes = std::size_t{256} << 10;
// A segment is made ahead only if the disk has room for so many of them.
constexpr std::uint64_t kRoomFactor = 4;

// Below everything that answers clients, yet not starved by it: half-made work is of no use.
void use_low_priority() {
    constexpr int kNice = 10;
    constexpr int kIoWhoProcess = 1;
    constexpr int kIoIdle = 3 << 13;
    const auto self = static_cast<id_t>(::syscall(SYS_gettid));
    static_cast<void>(::setpriority(PRIO_PROCESS, self, kNice));
    static_cast<void>(::syscall(SYS_ioprio_set, kIoWhoProcess, self, kIoIdle));
}

}  // namespace

Result<SpareSegment> make_segment_file(const SegmentFiles& files, std::uint64_t number) {
    const std::string path = files.path(number);
    TRY_VOID(remove_file(path));
    TRY(auto file, PosixFile::open(path, PosixFile::Mode::create));
    if (const auto synced = sync_directory(files.directory()); !synced) {
        static_cast<void>(remove_file(path));
        return std::unexpected(synced.error());
    }
    return SpareSegment{.file = std::move(file), .number = number, .allocated = 0};
}

SegmentKeeper::SegmentKeeper(const SegmentFiles& files, SegmentTexts& texts, Warn warn,
                             std::function<Result<void>()> sync_mark, bool at_once)
    : files_(files),
      texts_(texts),
      warn_(std::move(warn)),
      sync_mark_(std::move(sync_mark)),
      at_once_(at_once) {
    if (!at_once_) {
        thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
    }
}

SegmentKeeper::~SegmentKeeper() {
    if (thread_.joinable()) {
        thread_.request_stop();
        thread_.join();
    }
    if (spare_) {
        static_cast<void>(remove_file(spare_->file.path()));
    }
}

void SegmentKeeper::prepare(std::uint64_t number, std::uint64_t bytes) {
    if (at_once_) {
        make({number, bytes}, {});
        return;
    }
    {
        const std::scoped_lock lock(mutex_);
        wish_ = Wish{number, bytes};
    }
    changed_.notify_all();
}

std::optional<SpareSegment> SegmentKeeper::take(bool now) {
    std::unique_lock lock(mutex_);
    if (!is_ready_ && !now) {
        return std::nullopt;
    }
    is_wanted_ = true;
    wish_.reset();
    changed_.wait(lock, [this] { return !is_busy_; });
    is_wanted_ = false;
    is_ready_ = false;
    return std::exchange(spare_, std::nullopt);
}

void SegmentKeeper::finish(Full full) {
    if (at_once_) {
        complete(full);
        return;
    }
    {
        const std::scoped_lock lock(mutex_);
        full_.push_back(std::move(full));
    }
    changed_.notify_all();
}

void SegmentKeeper::run(const std::stop_token& stop) {
    use_low_priority();
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [this] { return wish_ || !full_.empty(); })) {
        if (wish_) {
            const Wish wish = *std::exchange(wish_, std::nullopt);
            is_busy_ = true;
            lock.unlock();
            make(wish, stop);
            lock.lock();
            is_busy_ = false;
            changed_.notify_all();
            continue;
        }
        const Full full = std::move(full_.front());
        full_.pop_front();
        lock.unlock();
        complete(full);
        lock.lock();
    }
}

// Leaves a spare segment, or nothing.
void SegmentKeeper::make(const Wish& wish, const std::stop_token& stop) {
    const auto free = free_bytes(files_.directory());
    if (!free || *free < kRoomFactor * wish.bytes) {
        return;
    }
    auto made = make_segment_file(files_, wish.number);
    if (!made) {
        return;
    }
    {
        const std::scoped_lock lock(mutex_);
        spare_ = std::move(*made);
    }
    if (!fill(wish, stop)) {
        const std::scoped_lock lock(mutex_);
        static_cast<void>(remove_file(spare_->file.path()));
        spare_.reset();
    }
}

Result<void> SegmentKeeper::fill(const Wish& wish, const std::stop_token& stop) {
    PosixFile& file = spare_->file;
    TRY_VOID(file.allocate(wish.bytes));
    spare_->allocated = wish.bytes;
    const base::Buffer zeros(kPieceBytes);
    for (std::uint64_t at = 0; at < wish.bytes; at += kPieceBytes) {
        const std::size_t size = std::min<std::uint64_t>(kPieceBytes, wish.bytes - at);
        TRY_VOID(file.write_at(at, std::span(zeros).first(size)));
        TRY_VOID(file.write_back(at, size));
        const std::scoped_lock lock(mutex_);
        if (is_wanted_ || stop.stop_requested()) {
            return {};
        }
    }
    TRY_VOID(file.sync());
    const std::scoped_lock lock(mutex_);
    is_ready_ = true;
    return {};
}

void SegmentKeeper::complete(const Full& full) {
    if (const auto done = try_complete(full); !done) {
        warn_("segment " + std::to_string(full.number) +
              " could not be finished: " + done.error().message);
    }
}

Result<void> SegmentKeeper::try_complete(const Full& full) {
    // Neither is synced: an index that a crash loses or damages is not used, and zeros behind the
    // end do no harm.
    const std::string path = files_.index_path(full.number);
    TRY_VOID(remove_file(path));
    {
        TRY(auto index, PosixFile::open(path, PosixFile::Mode::create));
        TRY_VOID(index.append(full.index.encode(full.number)));
        TRY(auto segment, PosixFile::open(files_.path(full.number), PosixFile::Mode::overwrite));
        TRY_VOID(segment.truncate(full.end));
    }
    return texts_.move(full.number, sync_mark_);
}

}  // namespace holdfast::ledger
