// FrameReader: the frames of one segment file, one after the other, in large reads.
//
// Internal to this folder. Thread rule: one thread per reader; many may read one file.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "ledger/posix_file.hpp"
#include "ledger/segment_format.hpp"

namespace holdfast::ledger {

struct Frame {
    std::uint64_t offset = 0;
    FrameSizes sizes;
    std::span<const std::byte> batch;  // as it lies there: open it to know whether it is intact
    std::span<const std::byte> texts;

    [[nodiscard]] std::uint64_t end() const { return offset + sizes.total(); }
};

class FrameReader {
  public:
    // Reads [begin, end) of the file, or up to where it ends.
    FrameReader(const PosixFile& file, std::uint32_t salt, std::uint64_t begin, std::uint64_t end)
        : file_(&file), salt_(salt), at_(begin), end_(end) {}

    // Nothing where no whole frame begins: at the end, on zeros, or on damage; `at` tells where.
    // The frame is valid until the next call.
    [[nodiscard]] base::Result<std::optional<Frame>> next();
    [[nodiscard]] std::uint64_t at() const { return at_; }

  private:
    [[nodiscard]] base::Result<std::span<const std::byte>> window(std::uint64_t size);
    [[nodiscard]] base::Result<void> fill(std::uint64_t size);

    const PosixFile* file_;
    std::uint32_t salt_;
    std::uint64_t at_;
    std::uint64_t end_;
    std::unique_ptr<std::byte[]> buffer_;
    std::size_t capacity_ = 0;
    std::uint64_t begins_ = 0;  // what the buffer holds
    std::size_t held_ = 0;
    // A single batch costs a small read, a long reading few large ones.
    std::size_t chunk_ = std::size_t{32} << 10;
};

// Every frame from a segment's first to `end`. Errors: corrupted, if it is not whole up to there;
// what `visit` returns.
[[nodiscard]] base::Result<void> each_frame(
    const PosixFile& file, std::uint32_t salt, std::uint64_t end,
    const std::function<base::Result<void>(const Frame&)>& visit);

}  // namespace holdfast::ledger
