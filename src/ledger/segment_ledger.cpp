#include "ledger/segment_ledger.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <limits>
#include <mutex>
#include <utility>

#include "base/check.hpp"
#include "ledger/append_check.hpp"
#include "ledger/checkpoint_files.hpp"
#include "ledger/free_space.hpp"
#include "ledger/segment_keeper.hpp"
#include "ledger/segment_opening.hpp"
#include "ledger/segment_reader.hpp"

namespace holdfast::ledger {
namespace {

using base::ErrorCode;
using base::failure;
using base::Result;

// Bytes that are not allocated ahead are asked for before the write begins, with the file system's
// own administration: only then is "nothing was written" certain.
constexpr std::uint64_t kFreeFloor = std::uint64_t{8} << 20;
constexpr std::uint64_t kFrameMax = std::numeric_limits<std::uint32_t>::max();
// Without a spare segment the present one goes on growing up to so many times the usual size.
constexpr std::uint64_t kOverfull = 2;

// The segment that appends go to. Only the appending thread changes it; readers look at `index`
// and `end` under the ledger's mutex.
struct Active {
    std::shared_ptr<PosixFile> file;
    SegmentHeader header;
    std::uint32_t salt = 0;
    SegmentIndex index;
    std::uint64_t end = 0;        // 0: not even the header is written yet
    std::uint64_t allocated = 0;  // bytes that can be written without asking for room
};

class SegmentLedger final : public Ledger {
  public:
    SegmentLedger(OpenSegments opened, const SegmentSizes& sizes)
        : opened_(std::move(opened)),
          sizes_(sizes),
          files_(*opened_.files),
          tail_(opened_.end.tail),
          newest_(opened_.end.newest),
          checkpoints_(LedgerPaths(opened_.options.path).checkpoints, opened_.options.partition,
                       opened_.options.warn) {}
    ~SegmentLedger() override;

    [[nodiscard]] Result<void> start();

    Result<void> append(const Append& append) override;
    Result<void> read_from(model::Sequence first, std::size_t batches,
                           const BytesVisitor& visit) override;
    Result<void> forget(std::span<const base::Digest128> digests) override;
    Result<std::unique_ptr<CheckpointWriter>> begin_checkpoint(model::Sequence at) override;
    Result<std::optional<std::string>> private_text(base::Digest128 digest) override;

    Result<Tail> tail() override {
        const std::scoped_lock lock(mutex_);
        return tail_;
    }
    Result<std::optional<model::Sequence>> read_newest_checkpoint(
        model::Sequence before, const BytesVisitor& visit) override {
        return checkpoints_.read_newest(tail()->last, before, visit);
    }

  private:
    // What a reading needs to know of the active segment, as of one moment.
    struct View {
        std::uint64_t number = 0;
        std::shared_ptr<PosixFile> file;
        std::uint32_t salt = 0;
        model::Sequence first;
        std::uint64_t begin = 0;
        std::uint64_t end = 0;
        model::Sequence last;  // of the ledger
    };

    [[nodiscard]] Result<void> open_active();
    [[nodiscard]] Result<void> writable() const;
    [[nodiscard]] Result<void> room_for(std::uint64_t bytes);
    [[nodiscard]] Result<std::optional<Active>> next_segment(std::uint64_t frame_bytes);
    [[nodiscard]] Result<void> write(Active& active, const Append& append,
                                     std::span<const std::byte> texts, const FrameSizes& sizes);
    void publish(const Batch& batch, const Tail& tail, std::uint64_t offset, std::uint64_t end);
    void retire(Active full);
    void prepare_next();
    std::unexpected<base::Error> in_doubt(const base::Error& cause);
    [[nodiscard]] View view(model::Sequence first);
    [[nodiscard]] Result<TextsView*> texts_view();
    [[nodiscard]] Result<void> sync_mark() { return opened_.mark->sync(); }

    OpenSegments opened_;
    SegmentSizes sizes_;
    SegmentFiles& files_;
    std::mutex mutex_;  // readers look at what the appending thread moves: tail_, active_
    Tail tail_;
    std::optional<Active> active_;
    RecordPlace newest_;
    std::atomic<bool> is_wounded_ = false;
    CheckpointFiles checkpoints_;
    std::unique_ptr<SegmentTexts> texts_;  // none if read-only
    std::mutex view_mutex_;
    std::unique_ptr<TextsView> view_;        // only if read-only
    std::unique_ptr<SegmentKeeper> keeper_;  // last: it uses the others
};

// --- opening and closing -----------------------------------------------------------------------

Result<void> SegmentLedger::start() {
    TRY_VOID(open_active());
    if (opened_.options.read_only) {
        return {};
    }
    TRY(texts_,
        SegmentTexts::open(texts_place(opened_), std::move(opened_.texts), opened_.unfinished));
    // What a crash left half erased is erased before anything else happens.
    TRY_VOID(texts_->move(0, [this] { return sync_mark(); }));
    keeper_ = std::make_unique<SegmentKeeper>(
        files_, *texts_, opened_.options.warn, [this] { return sync_mark(); }, sizes_.at_once);
    for (std::uint64_t number = opened_.unfinished; number < opened_.end.active; ++number) {
        TRY(const auto full, files_.full(number));
        keeper_->finish({.number = number, .end = full->end, .index = full->index});
    }
    prepare_next();
    return {};
}

Result<void> SegmentLedger::open_active() {
    const SegmentsEnd& end = opened_.end;
    if (end.active == 0) {
        return {};
    }
    const auto mode =
        opened_.options.read_only ? PosixFile::Mode::read : PosixFile::Mode::overwrite;
    TRY(auto file, PosixFile::open(files_.path(end.active), mode));
    TRY(const auto status, file.status());
    const std::uint32_t salt = files_.salt(end.active);
    active_ = Active{.file = std::make_shared<PosixFile>(std::move(file)),
                     .header = end.header,
                     .salt = salt,
                     .index = std::move(opened_.index),
                     .end = end.end,
                     .allocated = status.size};
    return {};
}

SegmentLedger::~SegmentLedger() {
    keeper_.reset();
    if (opened_.mark && !is_wounded_) {
        if (const auto synced = sync_mark(); !synced) {
            opened_.options.warn(synced.error().message);
        }
    }
}

// --- appending ---------------------------------------------------------------------------------

Result<void> SegmentLedger::writable() const {
    if (opened_.options.read_only) {
        return failure(ErrorCode::invalid_input,
                       "the ledger " + opened_.options.path + " was opened read-only");
    }
    if (is_wounded_) {
        return failure(ErrorCode::outcome_unknown, "an earlier write to the ledger " +
                                                       opened_.options.path +
                                                       " is in doubt: stop and open it again");
    }
    return {};
}

std::unexpected<base::Error> SegmentLedger::in_doubt(const base::Error& cause) {
    is_wounded_ = true;
    return failure(ErrorCode::outcome_unknown, cause.message);
}

Result<void> SegmentLedger::room_for(std::uint64_t bytes) {
    const auto free = free_bytes(opened_.options.path);
    if (!free) {
        return in_doubt(free.error());
    }
    const std::uint64_t needed = bytes + kFreeFloor;
    if (*free < needed) {
        return failure(ErrorCode::storage_full,
                       "the disk of " + opened_.options.path + " has " + std::to_string(*free) +
                           " bytes free, an append asks for " + std::to_string(needed));
    }
    return {};
}

Result<void> SegmentLedger::append(const Append& append) {
    TRY_VOID(writable());
    // Only this thread moves the tail and the active segment, so it reads them without the lock.
    TRY(const Batch batch, check_append(append, tail_, opened_.options.partition));
    const base::Buffer texts = encode_texts(append.private_texts);
    if (append.batch.size() > kFrameMax || texts.size() > kFrameMax) {
        return failure(ErrorCode::invalid_input, "the batch is too large for one record");
    }
    const FrameSizes sizes{.batch = static_cast<std::uint32_t>(append.batch.size()),
                           .texts = static_cast<std::uint32_t>(texts.size())};
    TRY(auto next, next_segment(sizes.total()));
    Active& to = next ? *next : *active_;
    const std::uint64_t offset = std::max<std::uint64_t>(to.end, kSegmentHeaderBytes);
    if (offset + sizes.total() > to.allocated) {
        TRY_VOID(room_for(offset + sizes.total() - to.end));
    }
    if (const auto written = write(to, append, texts, sizes); !written) {
        return in_doubt(written.error());
    }
    const Tail tail = tail_after(append, batch, tail_);
    const RecordPlace place{.segment = to.header.number, .offset = offset};
    // The batch is durable, but its disk does not answer as it should: stopping is the safe side.
    if (const auto marked =
            opened_.mark->write({.tail = tail, .manifest = texts_->manifest(), .place = place});
        !marked) {
        return in_doubt(marked.error());
    }
    if (!texts.empty()) {
        texts_->note({place.segment, offset + sizes.texts_at(), sizes.texts});
    }
    if (next) {
        std::optional<Active> full;
        {
            const std::scoped_lock lock(mutex_);
            full = std::exchange(active_, std::move(*next));
        }
        publish(batch, tail, offset, offset + sizes.total());
        if (full) {
            retire(std::move(*full));
        }
        prepare_next();
        return {};
    }
    publish(batch, tail, offset, offset + sizes.total());
    return {};
}

// The segment to go on with if the active one is full. A failure here has written nothing.
Result<std::optional<Active>> SegmentLedger::next_segment(std::uint64_t frame_bytes) {
    if (active_ && active_->end + frame_bytes <= active_->allocated) {
        return std::nullopt;
    }
    const bool must_go_on = !active_ || active_->end >= kOverfull * sizes_.most;
    auto spare = keeper_->take(must_go_on);
    if (!spare && !must_go_on) {
        return std::nullopt;
    }
    const std::uint64_t number = active_ ? active_->header.number + 1 : 1;
    if (!spare) {
        TRY_VOID(room_for(kSegmentHeaderBytes + frame_bytes));
        auto made = make_segment_file(files_, number);
        if (!made && made.error().code == ErrorCode::storage_full) {
            return std::unexpected(made.error());
        }
        if (!made) {
            return in_doubt(made.error());
        }
        spare = std::move(*made);
    }
    return Active{.file = std::make_shared<PosixFile>(std::move(spare->file)),
                  .header = {.partition = opened_.options.partition,
                             .id = files_.id(),
                             .number = number,
                             .first = model::Sequence(tail_.last.value() + 1),
                             .previous = tail_.hash,
                             .bytes_before = tail_.bytes,
                             .previous_end = active_ ? active_->end : 0,
                             .texts_from = std::min(texts_->oldest(), number)},
                  .salt = files_.salt(number),
                  .index = {},
                  .end = 0,
                  .allocated = spare->allocated};
}

// One write, one sync: a new segment's header goes with its first frame.
Result<void> SegmentLedger::write(Active& active, const Append& append,
                                  std::span<const std::byte> texts, const FrameSizes& sizes) {
    constexpr std::array<std::byte, 8> kZeros{};
    const FrameHeader head = encode_frame_header(sizes, active.salt);
    const base::Buffer page =
        active.end == 0 ? encode_segment_header(active.header) : base::Buffer();
    const std::array<std::span<const std::byte>, 6> pieces = {
        page,         head,
        append.batch, std::span(kZeros).first(padded(append.batch.size()) - append.batch.size()),
        texts,        std::span(kZeros).first(padded(texts.size()) - texts.size())};
    TRY_VOID(active.file->write_at(active.end, pieces));
    return active.file->sync_data();
}

void SegmentLedger::publish(const Batch& batch, const Tail& tail, std::uint64_t offset,
                            std::uint64_t end) {
    const std::scoped_lock lock(mutex_);
    tail_ = tail;
    active_->index.add(batch.header.first, offset);
    active_->end = end;
    active_->allocated = std::max(active_->allocated, end);
}

void SegmentLedger::retire(Active full) {
    keeper_->finish(
        {.number = full.header.number, .end = full.end, .index = std::move(full.index)});
}

void SegmentLedger::prepare_next() {
    const std::uint64_t number = active_ ? active_->header.number + 1 : 1;
    const std::uint64_t size = (tail_.bytes + sizes_.least - 1) / sizes_.least * sizes_.least;
    keeper_->prepare(number, std::clamp(size, sizes_.least, sizes_.most));
}

// --- reading -----------------------------------------------------------------------------------

SegmentLedger::View SegmentLedger::view(model::Sequence first) {
    const std::scoped_lock lock(mutex_);
    if (!active_) {
        return {};
    }
    return {.number = active_->header.number,
            .file = active_->file,
            .salt = active_->salt,
            .first = active_->header.first,
            .begin = active_->index.find(first),
            .end = active_->end,
            .last = tail_.last};
}

// One reading: what is still to be found, and who is shown it.
struct Reading {
    model::Sequence first;
    std::size_t left;
    const BytesVisitor& visit;
    bool has_begun = false;
};

// Only a look at two fields, to pass over what comes before the batch that is searched.
bool ends_before(std::span<const std::byte> sealed, model::Sequence first) {
    constexpr std::size_t kFirstSequenceAt = 8;
    base::ByteReader reader(sealed.subspan(std::min(sealed.size(), kFirstSequenceAt)));
    const auto begin = reader.fixed<std::uint64_t>();
    return begin + reader.fixed<std::uint32_t>() <= first.value();
}

Result<void> read_frame(const Frame& frame, const PosixFile& file, Reading& reading) {
    if (!reading.has_begun && ends_before(frame.batch, reading.first)) {
        return {};
    }
    const auto place = " (" + file.path() + ", byte " + std::to_string(frame.offset) + ")";
    const auto batch = open_sealed(frame.batch);
    if (!batch) {
        return failure(batch.error().code, batch.error().message + place);
    }
    const model::Sequence begin = batch->header.first;
    if (reading.has_begun ? begin != reading.first : begin > reading.first) {
        return failure(ErrorCode::corrupted, "the ledger goes on with event " +
                                                 std::to_string(begin.value()) + " where event " +
                                                 std::to_string(reading.first.value()) +
                                                 " should be" + place);
    }
    reading.has_begun = true;
    reading.first = model::Sequence(batch->last().value() + 1);
    --reading.left;
    return reading.visit(frame.batch);
}

Result<void> read_segment(const PosixFile& file, std::uint32_t salt, std::uint64_t begin,
                          std::uint64_t end, Reading& reading) {
    FrameReader reader(file, salt, begin, end);
    while (reading.left > 0) {
        TRY(const auto frame, reader.next());
        if (!frame && reader.at() == end) {
            return {};
        }
        if (!frame) {
            return failure(ErrorCode::corrupted,
                           file.path() + " is damaged at byte " + std::to_string(reader.at()));
        }
        TRY_VOID(read_frame(*frame, file, reading));
    }
    return {};
}

Result<void> SegmentLedger::read_from(model::Sequence first, std::size_t batches,
                                      const BytesVisitor& visit) {
    first = std::max(first, model::Sequence(1));
    const View last = view(first);
    if (last.number == 0 || first > last.last || batches == 0) {
        return {};
    }
    std::uint64_t number = last.number;
    if (first < last.first) {
        TRY(number, files_.locate(first, last.number));
    }
    Reading reading{.first = first, .left = batches, .visit = visit};
    for (; number < last.number && reading.left > 0; ++number) {
        TRY(const auto segment, files_.full(number));
        TRY_VOID(read_segment(segment->file, segment->salt, segment->index.find(reading.first),
                              segment->end, reading));
    }
    TRY_VOID(read_segment(*last.file, last.salt, last.begin, last.end, reading));
    if (reading.left > 0 && reading.first.value() != last.last.value() + 1) {
        return failure(ErrorCode::corrupted, "event " + std::to_string(reading.first.value()) +
                                                 " is missing in " + files_.directory());
    }
    return {};
}

// --- texts and checkpoints ---------------------------------------------------------------------

Result<TextsView*> SegmentLedger::texts_view() {
    const std::scoped_lock lock(view_mutex_);
    if (!view_) {
        TRY(view_, TextsView::open(texts_place(opened_), opened_.end));
    }
    return view_.get();
}

Result<std::optional<std::string>> SegmentLedger::private_text(base::Digest128 digest) {
    if (texts_) {
        return texts_->find(digest);
    }
    TRY(auto* const view, texts_view());
    return view->find(digest);
}

Result<void> SegmentLedger::forget(std::span<const base::Digest128> digests) {
    TRY_VOID(writable());
    TRY_VOID(texts_->move(SegmentTexts::kAll, [this] { return sync_mark(); }));
    return texts_->erase(digests);
}

Result<std::unique_ptr<CheckpointWriter>> SegmentLedger::begin_checkpoint(model::Sequence at) {
    TRY_VOID(writable());
    if (at > tail()->last) {
        return failure(ErrorCode::invalid_input,
                       "a checkpoint at sequence " + std::to_string(at.value()) +
                           " would be ahead of the ledger " + opened_.options.path);
    }
    return checkpoints_.begin(at);
}

}  // namespace

Result<std::unique_ptr<Ledger>> open_segment_ledger(const LedgerOptions& options,
                                                    const SegmentSizes& sizes) {
    TRY(auto opened, open_segments(options));
    auto ledger = std::make_unique<SegmentLedger>(std::move(opened), sizes);
    TRY_VOID(ledger->start());
    return ledger;
}

}  // namespace holdfast::ledger
