#include "ledger/segment_reader.hpp"

#include <algorithm>
#include <cstring>

namespace holdfast::ledger {

using base::Result;

namespace {

constexpr std::size_t kChunkMax = std::size_t{1} << 20;

}  // namespace

Result<std::optional<Frame>> FrameReader::next() {
    TRY(const auto head, window(kFrameHeaderBytes));
    const auto sizes = decode_frame_header(head, salt_);
    if (!sizes || sizes->total() > end_ - at_) {
        return std::nullopt;
    }
    TRY(const auto bytes, window(sizes->total()));
    if (bytes.size() < sizes->total()) {
        return std::nullopt;
    }
    const Frame frame{.offset = at_,
                      .sizes = *sizes,
                      .batch = bytes.subspan(kFrameHeaderBytes, sizes->batch),
                      .texts = bytes.subspan(sizes->texts_at(), sizes->texts)};
    at_ = frame.end();
    return frame;
}

// The bytes from `at_` on: `size` of them, or fewer at the end.
Result<std::span<const std::byte>> FrameReader::window(std::uint64_t size) {
    size = std::min(size, end_ - at_);
    if (at_ + size > begins_ + held_) {
        TRY_VOID(fill(size));
    }
    const std::size_t skip = at_ - begins_;
    return std::span<const std::byte>(buffer_.get(), held_)
        .subspan(skip, std::min<std::size_t>(size, held_ - skip));
}

Result<void> FrameReader::fill(std::uint64_t size) {
    const std::size_t kept = begins_ + held_ > at_ ? begins_ + held_ - at_ : 0;
    const std::size_t wanted =
        std::min<std::uint64_t>(std::max<std::uint64_t>(size, chunk_), end_ - at_);
    if (wanted > capacity_) {
        auto larger = std::make_unique_for_overwrite<std::byte[]>(wanted);
        if (kept > 0) {
            std::memcpy(larger.get(), buffer_.get() + held_ - kept, kept);
        }
        buffer_ = std::move(larger);
        capacity_ = wanted;
    } else if (kept > 0) {
        std::memmove(buffer_.get(), buffer_.get() + held_ - kept, kept);
    }
    chunk_ = std::min(2 * chunk_, kChunkMax);
    begins_ = at_;
    held_ = kept;
    TRY(const auto read,
        file_->read_at(at_ + kept, std::span(buffer_.get() + kept, wanted - kept)));
    held_ += read;
    return {};
}

Result<void> each_frame(const PosixFile& file, std::uint32_t salt, std::uint64_t end,
                        const std::function<Result<void>(const Frame&)>& visit) {
    FrameReader reader(file, salt, kSegmentHeaderBytes, end);
    while (true) {
        TRY(const auto frame, reader.next());
        if (!frame) {
            break;
        }
        TRY_VOID(visit(*frame));
    }
    if (reader.at() != end) {
        return base::failure(base::ErrorCode::corrupted,
                             file.path() + " is damaged at byte " + std::to_string(reader.at()));
    }
    return {};
}

}  // namespace holdfast::ledger
