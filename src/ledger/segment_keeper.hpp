// SegmentKeeper: what a segment ledger does beside its appends, on a thread of its own.
//
// It makes the next segment before the present one is full, its blocks allocated and written with
// zeros, so that an append never waits for a file to be made and its sync has no metadata to
// commit; and it finishes full segments: index, length, texts (ledger/segment_texts.hpp). All of
// it can fail or be left out without harm to any batch: whoever appends does without.
// Internal to this folder. Thread rule: one thread calls.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "ledger/segment_files.hpp"
#include "ledger/segment_texts.hpp"

namespace holdfast::ledger {

// A segment file that nothing was written to yet.
struct SpareSegment {
    PosixFile file;
    std::uint64_t number = 0;
    std::uint64_t allocated = 0;  // bytes that can be written without asking for room
};

// Makes the file without filling it. Errors: storage_full, unavailable; nothing is left then.
[[nodiscard]] base::Result<SpareSegment> make_segment_file(const SegmentFiles& files,
                                                           std::uint64_t number);

class SegmentKeeper {
  public:
    struct Full {
        std::uint64_t number = 0;
        std::uint64_t end = 0;
        SegmentIndex index;
    };

    // `at_once`: there is no thread, whoever asks for something does it.
    SegmentKeeper(const SegmentFiles& files, SegmentTexts& texts, Warn warn,
                  std::function<base::Result<void>()> sync_mark, bool at_once);
    SegmentKeeper(const SegmentKeeper&) = delete;
    SegmentKeeper& operator=(const SegmentKeeper&) = delete;
    // Ends the thread; a segment that lies ready is removed.
    ~SegmentKeeper();

    // Asks for that segment; done later, or not at all if the disk is rather full.
    void prepare(std::uint64_t number, std::uint64_t bytes);
    // The segment that was asked for, once it is ready. With `now`, as far as it has come; nothing
    // only if there is no file.
    [[nodiscard]] std::optional<SpareSegment> take(bool now);
    void finish(Full full);

  private:
    struct Wish {
        std::uint64_t number;
        std::uint64_t bytes;
    };

    void run(const std::stop_token& stop);
    void make(const Wish& wish, const std::stop_token& stop);
    [[nodiscard]] base::Result<void> fill(const Wish& wish, const std::stop_token& stop);
    // A failure is told to whoever reads warnings.
    void complete(const Full& full);
    [[nodiscard]] base::Result<void> try_complete(const Full& full);

    const SegmentFiles& files_;
    SegmentTexts& texts_;
    Warn warn_;
    std::function<base::Result<void>()> sync_mark_;
    bool at_once_;

    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::optional<Wish> wish_;
    std::deque<Full> full_;
    std::optional<SpareSegment> spare_;
    bool is_ready_ = false;   // the spare is filled
    bool is_busy_ = false;    // the thread writes to the spare without the lock
    bool is_wanted_ = false;  // somebody waits for the spare as it is
    std::jthread thread_;     // last: it uses all of the above; none if `at_once_`
};

}  // namespace holdfast::ledger
