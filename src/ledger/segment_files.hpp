// SegmentFiles: the files in DIR/segments, found by number and by sequence.
//
//   00000000000000000001.segment   numbered from 1 without a gap
//   00000000000000000001.index     where in it which sequence is; made once it is full
//
// Segments are numbered, not named by sequence, so that the next one can lie ready under its final
// name before anybody knows where it will begin. An index is a help for reading: without it, or if
// it is damaged, the segment is read from its beginning.
// Internal to this folder. Thread rule: any thread.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "ledger/posix_file.hpp"
#include "ledger/segment_format.hpp"

namespace holdfast::ledger {

// Every so many bytes of a segment: which sequence a frame there begins with.
class SegmentIndex {
  public:
    void add(model::Sequence first, std::uint64_t offset);
    // Where to begin reading for `sequence`: at its frame, or not far before it.
    [[nodiscard]] std::uint64_t find(model::Sequence sequence) const;

    [[nodiscard]] base::Buffer encode(std::uint64_t number) const;
    [[nodiscard]] static std::optional<SegmentIndex> decode(std::span<const std::byte> bytes,
                                                            std::uint64_t number);

  private:
    struct Entry {
        std::uint64_t sequence;
        std::uint64_t offset;
    };
    std::vector<Entry> entries_;
};

// A segment as far as it is read: a full one to where the next one says it ends.
struct OpenSegment {
    SegmentHeader header;
    PosixFile file;
    std::uint32_t salt = 0;
    SegmentIndex index;
    std::uint64_t end = 0;
};

class SegmentFiles {
  public:
    SegmentFiles(std::string directory, LedgerId id) : directory_(std::move(directory)), id_(id) {}

    [[nodiscard]] std::string path(std::uint64_t number) const;
    [[nodiscard]] std::string index_path(std::uint64_t number) const;
    [[nodiscard]] const std::string& directory() const { return directory_; }
    [[nodiscard]] std::uint32_t salt(std::uint64_t number) const {
        return segment_salt(id_, number);
    }
    [[nodiscard]] const LedgerId& id() const { return id_; }

    // The highest number there is; 0: none. Errors: corrupted, if one below it is missing.
    [[nodiscard]] base::Result<std::uint64_t> newest() const;
    // Nothing if it is damaged or was never written. Errors: corrupted, if it is of another ledger
    // or place; newer_format.
    [[nodiscard]] base::Result<std::optional<SegmentHeader>> header(std::uint64_t number) const;

    // A full segment. Errors: corrupted.
    [[nodiscard]] base::Result<std::shared_ptr<const OpenSegment>> full(std::uint64_t number);
    // Which of the segments 1 to `newest` holds `sequence`, or should.
    [[nodiscard]] base::Result<std::uint64_t> locate(model::Sequence sequence,
                                                     std::uint64_t newest);

  private:
    [[nodiscard]] base::Result<SegmentHeader> intact_header(std::uint64_t number) const;
    [[nodiscard]] base::Result<model::Sequence> first_of(std::uint64_t number);
    [[nodiscard]] base::Result<std::shared_ptr<const OpenSegment>> load(std::uint64_t number) const;

    std::string directory_;
    LedgerId id_;
    std::mutex mutex_;
    std::vector<std::uint64_t> firsts_;                     // by number; 0: not looked at yet
    std::list<std::shared_ptr<const OpenSegment>> loaded_;  // the one used last first
};

// Reads a segment from its beginning to `end`. Errors: corrupted, if it is not whole up to there.
[[nodiscard]] base::Result<SegmentIndex> make_index(const PosixFile& file, std::uint32_t salt,
                                                    std::uint64_t end);

}  // namespace holdfast::ledger
