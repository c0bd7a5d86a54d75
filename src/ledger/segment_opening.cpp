#include "ledger/segment_opening.hpp"

#include <algorithm>

#include "ledger/checkpoint_files.hpp"

namespace holdfast::ledger {
namespace {

using base::ErrorCode;
using base::failure;
using base::Result;

Result<void> find_files(OpenSegments& opened) {
    const auto id = parse_ledger_id(opened.info.id);
    if (!id) {
        return failure(ErrorCode::corrupted, opened.options.path + "/FORMAT has no proper id");
    }
    opened.files = std::make_unique<SegmentFiles>(LedgerPaths(opened.options.path).segments, *id);
    return {};
}

// Changes nothing.
Result<void> judge(OpenSegments& opened, const Mark& mark) {
    const std::string& path = opened.options.path;
    const std::string& directory = opened.files->directory();
    if (!exists(directory) && mark.tail.last.value() == 0) {
        opened.end.tail = mark.tail;  // creation was interrupted
        return {};
    }
    if (!exists(directory)) {
        return failure(ErrorCode::corrupted, directory + " is missing; nothing was changed");
    }
    TRY(opened.end, recover_end(path, *opened.files, opened.info.partition, mark));
    if (opened.end.tail.epoch > mark.tail.epoch) {
        return failure(ErrorCode::corrupted,
                       "the epoch in " + path + "/tail is older than that of the newest batch");
    }
    opened.end.tail.epoch = mark.tail.epoch;
    if (opened.end.active == 0) {
        return {};
    }
    const std::uint64_t active = opened.end.active;
    TRY(const auto file, PosixFile::open(opened.files->path(active), PosixFile::Mode::read));
    TRY(opened.index, make_index(file, opened.files->salt(active), opened.end.end));
    return {};
}

// Whatever serving will need of the files, so that it is missed before anything was changed.
Result<void> judge_to_serve(OpenSegments& opened, const Mark& mark) {
    TRY_VOID(judge(opened, mark));
    opened.unfinished = std::max<std::uint64_t>(opened.end.header.texts_from, 1);
    for (std::uint64_t number = opened.unfinished; number < opened.end.active; ++number) {
        TRY([[maybe_unused]] const auto full, opened.files->full(number));
    }
    const auto ignore = [](const TextSection&, auto) -> Result<void> { return {}; };
    TRY(opened.texts, scan_texts(*opened.files, opened.end, ignore));
    TRY([[maybe_unused]] const auto store, look_at_texts(texts_place(opened), mark.manifest));
    return {};
}

Result<void> look(OpenSegments& opened) {
    TRY(const TailMark mark,
        TailMark::open(LedgerPaths(opened.options.path).tail, PosixFile::Mode::read));
    return judge(opened, mark.newest());
}

// After a sync that failed, pages that are not on the disk read back as if they were. So whatever
// the mark does not vouch for is written once more.
Result<void> write_again(PosixFile& file, std::uint64_t begin, std::uint64_t end) {
    constexpr std::uint64_t kPiece = std::uint64_t{1} << 20;
    base::Buffer piece;
    for (std::uint64_t at = begin; at < end; at += kPiece) {
        piece.resize(std::min(kPiece, end - at));
        TRY(const auto read, file.read_at(at, piece));
        piece.resize(read);  // less if the header is all there is of a segment
        TRY_VOID(file.write_at(at, piece));
    }
    return {};
}

Result<void> zero_rest(PosixFile& file, const SegmentsEnd& end) {
    if (end.rest > end.end) {
        TRY_VOID(file.write_at(end.end, base::Buffer(end.rest - end.end)));
    }
    return {};
}

Result<void> persist_tail(const OpenSegments& opened, const RecordPlace& marked) {
    const SegmentsEnd& end = opened.end;
    for (std::uint64_t number = end.active + 1; number <= end.files; ++number) {
        TRY_VOID(remove_file(opened.files->path(number)));
    }
    const std::uint64_t from = std::max<std::uint64_t>(marked.segment, 1);
    for (std::uint64_t number = from; number <= end.active; ++number) {
        TRY(auto file, PosixFile::open(opened.files->path(number), PosixFile::Mode::overwrite));
        TRY(const auto status, file.status());
        const bool is_active = number == end.active;
        const std::uint64_t begin = number == marked.segment ? marked.offset : 0;
        TRY_VOID(write_again(file, begin, is_active ? end.end : status.size));
        TRY_VOID(is_active ? zero_rest(file, end) : Result<void>());
        TRY_VOID(file.sync());
    }
    return sync_directory(opened.files->directory());
}

// Into both slots, so that damage to one never brings an older epoch back.
Result<void> take_epoch(OpenSegments& opened) {
    Tail& tail = opened.end.tail;
    tail.epoch = model::Epoch(tail.epoch.value() + 1);
    const Mark mark{
        .tail = tail, .manifest = opened.mark->newest().manifest, .place = opened.end.newest};
    for (int slot = 0; slot < 2; ++slot) {
        TRY_VOID(opened.mark->write(mark));
        TRY_VOID(opened.mark->sync());
    }
    return {};
}

Result<OpenSegments> open_to_read(const LedgerOptions& options) {
    OpenSegments opened{.options = options};
    TRY(opened.info, find_or_create_ledger(options, LedgerKind::segments));
    TRY_VOID(find_files(opened));
    // Whoever serves the ledger may go on between two looks at its files.
    constexpr int kAttempts = 3;
    auto looked = look(opened);
    for (int attempt = 1; !looked && attempt < kAttempts; ++attempt) {
        opened.end = {};
        looked = look(opened);
    }
    TRY_VOID(looked);
    return opened;
}

Result<OpenSegments> open_to_serve(const LedgerOptions& options) {
    if (options.create_if_missing) {
        TRY_VOID(make_directory(options.path));
    }
    const LedgerPaths paths(options.path);
    OpenSegments opened{.options = options};
    TRY(opened.lock, DirectoryLock::take(options.path));
    TRY(opened.info, find_or_create_ledger(options, LedgerKind::segments));
    TRY_VOID(find_files(opened));
    TRY(opened.mark, TailMark::open(paths.tail, PosixFile::Mode::overwrite));
    const Mark marked = opened.mark->newest();
    TRY_VOID(judge_to_serve(opened, marked));

    TRY_VOID(make_directory(paths.segments));
    TRY_VOID(persist_tail(opened, marked.place));
    TRY_VOID(take_epoch(opened));
    TRY_VOID(CheckpointFiles(paths.checkpoints, options.partition, options.warn).prepare());
    return opened;
}

}  // namespace

Result<OpenSegments> open_segments(const LedgerOptions& options) {
    return options.read_only ? open_to_read(options) : open_to_serve(options);
}

SegmentTexts::Place texts_place(const OpenSegments& opened) {
    return {.paths = LedgerPaths(opened.options.path),
            .id = opened.info.id,
            .files = opened.files.get()};
}

}  // namespace holdfast::ledger
