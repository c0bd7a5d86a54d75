#include "ledger/segment_recovery.hpp"

#include <algorithm>

#include "ledger/format.hpp"
#include "ledger/segment_reader.hpp"

namespace holdfast::ledger {
namespace {

using base::ErrorCode;
using base::Result;

class Recovery {
  public:
    Recovery(const std::string& directory, const SegmentFiles& files, model::PartitionId partition,
             const Mark& mark)
        : directory_(directory),
          files_(files),
          partition_(partition),
          mark_(mark),
          chain_(mark.tail.last, mark.tail.hash) {}

    Result<SegmentsEnd> run() {
        TRY(end_.files, files_.newest());
        end_.tail = mark_.tail;
        end_.newest = mark_.place;
        if (mark_.place.segment > end_.files) {
            return ends_early(mark_.place.segment, "is missing");
        }
        TRY_VOID(follow(std::max<std::uint64_t>(mark_.place.segment, 1)));
        return end_;
    }

  private:
    // From the mark's segment on through all that go on from there.
    Result<void> follow(std::uint64_t number) {
        bool is_over = false;
        for (; number <= end_.files; ++number) {
            TRY(const auto header, files_.header(number));
            if (!header && number == mark_.place.segment) {
                return ends_early(number, "has a damaged header");
            }
            if (!header) {  // lay ready, or was begun by the append that was cut off
                is_over = true;
                TRY_VOID(expect_nothing_whole(number, kSegmentHeaderBytes));
                continue;
            }
            TRY_VOID(expect_continuation(*header, is_over));
            end_.active = number;
            end_.header = *header;
            TRY_VOID(follow_frames(number));
        }
        return {};
    }

    // A segment names where and with what the one before ended.
    Result<void> expect_continuation(const SegmentHeader& header, bool is_over) {
        const bool is_marked = header.number == mark_.place.segment;
        const bool follows = header.first.value() == end_.tail.last.value() + 1 &&
                             header.previous == end_.tail.hash &&
                             header.bytes_before == end_.tail.bytes &&
                             header.previous_end == (header.number == 1 ? 0 : end_.end);
        if (header.partition == partition_ && !is_over && (is_marked || follows)) {
            return {};
        }
        return refused("goes on in " + files_.path(header.number) + " with event " +
                       std::to_string(header.first.value()) + ", but can be followed only up to " +
                       place(end_.active, end_.end) + ", event " +
                       std::to_string(end_.tail.last.value()));
    }

    Result<void> follow_frames(std::uint64_t number) {
        TRY(const auto file, PosixFile::open(files_.path(number), PosixFile::Mode::read));
        TRY(const auto status, file.status());
        const bool is_marked = number == mark_.place.segment;
        const std::uint64_t begin = is_marked ? mark_.place.offset : kSegmentHeaderBytes;
        FrameReader reader(file, files_.salt(number), begin, std::max(begin, status.size));
        end_.end = begin;
        bool expects_mark = is_marked;
        while (true) {
            TRY(const auto frame, reader.next());
            TRY(const bool is_taken, !frame         ? Result<bool>(false)
                                     : expects_mark ? take_marked(*frame)
                                                    : take(number, *frame));
            if (!is_taken && expects_mark) {
                return ends_early(number, "has no whole record at byte " + std::to_string(begin));
            }
            if (!is_taken) {
                break;
            }
            expects_mark = false;
            end_.end = frame->end();
        }
        return number == end_.files || !next_is_begun(number)
                   ? expect_nothing_whole(number, end_.end)
                   : Result<void>();
    }

    // Then the next one's header says where this one ends.
    [[nodiscard]] bool next_is_begun(std::uint64_t number) const {
        const auto next = files_.header(number + 1);
        return next && *next;
    }

    Result<bool> take_marked(const Frame& frame) {
        const auto batch = open_sealed(frame.batch);
        if (!batch && batch.error().code == ErrorCode::newer_format) {
            return std::unexpected(batch.error());
        }
        if (!batch) {
            return false;
        }
        if (batch->last() != mark_.tail.last || base::sha256(frame.batch) != mark_.tail.hash) {
            return refused("has another batch at sequence " +
                           std::to_string(mark_.tail.last.value()) + " than its tail mark " +
                           directory_ + "/tail remembers");
        }
        end_.tail.epoch = batch->header.epoch;
        return true;
    }

    // A batch that was durable is whole, and so are the texts that came with it: they are not
    // erased before a mark beyond them is on the disk.
    Result<bool> take(std::uint64_t number, const Frame& frame) {
        const auto batch = chain_.next(frame.batch);
        if (!batch && batch.error().code == ErrorCode::newer_format) {
            return std::unexpected(batch.error());
        }
        if (!batch || (!frame.texts.empty() && !texts_are_intact(frame.texts))) {
            return false;
        }
        end_.newest = {.segment = number, .offset = frame.offset};
        end_.tail = {.last = batch->last(),
                     .hash = chain_.hash(),
                     .time = batch->header.time,
                     .epoch = batch->header.epoch,
                     .bytes = end_.tail.bytes + frame.batch.size()};
        return true;
    }

    // At `from` may lie what is left of one append. Behind its beginning nothing whole can be.
    Result<void> expect_nothing_whole(std::uint64_t number, std::uint64_t from) {
        TRY(const auto file, PosixFile::open(files_.path(number), PosixFile::Mode::read));
        TRY(const auto status, file.status());
        base::Buffer bytes(status.size > from ? status.size - from : 0);
        TRY(const auto read, file.read_at(from, bytes));
        bytes.resize(read);
        std::size_t used = bytes.size();
        while (used > 0 && bytes[used - 1] == std::byte{}) {
            --used;
        }
        if (number == end_.active) {
            end_.rest = from + used;
        }
        if (used == 0) {
            return {};
        }
        return expect_garbage(number, from, bytes);
    }

    Result<void> expect_garbage(std::uint64_t number, std::uint64_t from,
                                std::span<const std::byte> bytes) {
        const std::uint32_t salt = files_.salt(number);
        for (std::uint64_t at = 8; at + kFrameHeaderBytes <= bytes.size(); at += 8) {
            const auto rest = bytes.subspan(at);
            const auto sizes = decode_frame_header(rest, salt);
            if (sizes && sizes->total() <= rest.size() &&
                open_sealed(rest.subspan(kFrameHeaderBytes, sizes->batch))) {
                return refused("is damaged at " + place(number, from) + " after event " +
                               std::to_string(end_.tail.last.value()) + ", and goes on at byte " +
                               std::to_string(from + at));
            }
        }
        return {};
    }

    [[nodiscard]] std::string place(std::uint64_t number, std::uint64_t offset) const {
        return "byte " + std::to_string(offset) + " of " + files_.path(number);
    }

    [[nodiscard]] std::unexpected<base::Error> refused(const std::string& what) const {
        return base::failure(ErrorCode::corrupted,
                             "ledger " + directory_ + " " + what +
                                 ". Nothing was changed; `holdfast ledger salvage` copies what is "
                                 "intact into a new directory");
    }

    [[nodiscard]] std::unexpected<base::Error> ends_early(std::uint64_t number,
                                                          const std::string& what) const {
        return refused("ends before its tail mark " + directory_ + "/tail, which says sequence " +
                       std::to_string(mark_.tail.last.value()) + ": " + files_.path(number) + " " +
                       what);
    }

    const std::string& directory_;
    const SegmentFiles& files_;
    model::PartitionId partition_;
    const Mark& mark_;
    ChainReader chain_;
    SegmentsEnd end_;
};

}  // namespace

Result<SegmentsEnd> recover_end(const std::string& directory, const SegmentFiles& files,
                                model::PartitionId partition, const Mark& mark) {
    return Recovery(directory, files, partition, mark).run();
}

}  // namespace holdfast::ledger
