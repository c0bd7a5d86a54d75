#include "ledger/segment_files.hpp"

#include <algorithm>
#include <charconv>

#include "ledger/format.hpp"
#include "ledger/segment_reader.hpp"

namespace holdfast::ledger {
namespace {

using base::ErrorCode;
using base::failure;
using base::Result;

constexpr std::string_view kSuffix = ".segment";
constexpr std::size_t kNameDigits = 20;
constexpr std::size_t kLoadedMax = 64;  // files open at a time
constexpr std::uint64_t kIndexDistance = std::uint64_t{64} << 10;
constexpr std::uint32_t kIndexMagic = 0x31494648;  // "HFI1"

std::string file_name(std::uint64_t number, std::string_view suffix) {
    const std::string digits = std::to_string(number);
    return std::string(kNameDigits - digits.size(), '0') + digits + std::string(suffix);
}

std::optional<std::uint64_t> parse_name(std::string_view name) {
    std::uint64_t number = 0;
    if (name.size() != kNameDigits + kSuffix.size() || !name.ends_with(kSuffix)) {
        return std::nullopt;
    }
    const char* end = name.data() + kNameDigits;
    const auto parsed = std::from_chars(name.data(), end, number);
    return parsed.ec == std::errc{} && parsed.ptr == end ? std::optional(number) : std::nullopt;
}

}  // namespace

void SegmentIndex::add(model::Sequence first, std::uint64_t offset) {
    if (entries_.empty() || offset - entries_.back().offset >= kIndexDistance) {
        entries_.push_back({first.value(), offset});
    }
}

std::uint64_t SegmentIndex::find(model::Sequence sequence) const {
    const auto after = std::ranges::upper_bound(entries_, sequence.value(), {}, &Entry::sequence);
    return after == entries_.begin() ? kSegmentHeaderBytes : std::prev(after)->offset;
}

base::Buffer SegmentIndex::encode(std::uint64_t number) const {
    base::Buffer out;
    base::ByteWriter writer(out);
    writer.fixed(kIndexMagic);
    writer.fixed(static_cast<std::uint32_t>(entries_.size()));
    writer.fixed(number);
    for (const Entry& entry : entries_) {
        writer.fixed(entry.sequence);
        writer.fixed(entry.offset);
    }
    writer.fixed(base::crc32c(out));
    return out;
}

std::optional<SegmentIndex> SegmentIndex::decode(std::span<const std::byte> bytes,
                                                 std::uint64_t number) {
    base::ByteReader reader(bytes);
    const auto magic = reader.fixed<std::uint32_t>();
    const auto count = reader.fixed<std::uint32_t>();
    const auto whose = reader.fixed<std::uint64_t>();
    if (magic != kIndexMagic || whose != number ||
        reader.left() != count * sizeof(Entry) + sizeof(std::uint32_t)) {
        return std::nullopt;
    }
    SegmentIndex index;
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto sequence = reader.fixed<std::uint64_t>();
        index.entries_.push_back({sequence, reader.fixed<std::uint64_t>()});
    }
    const auto crc = reader.fixed<std::uint32_t>();
    return crc == base::crc32c(bytes.first(bytes.size() - sizeof crc)) ? std::optional(index)
                                                                       : std::nullopt;
}

Result<SegmentIndex> make_index(const PosixFile& file, std::uint32_t salt, std::uint64_t end) {
    SegmentIndex index;
    TRY_VOID(each_frame(file, salt, end, [&](const Frame& frame) -> Result<void> {
        TRY(const Batch batch, open_sealed(frame.batch));
        index.add(batch.header.first, frame.offset);
        return {};
    }));
    return index;
}

std::string SegmentFiles::path(std::uint64_t number) const {
    return directory_ + "/" + file_name(number, kSuffix);
}

std::string SegmentFiles::index_path(std::uint64_t number) const {
    return directory_ + "/" + file_name(number, ".index");
}

Result<std::uint64_t> SegmentFiles::newest() const {
    TRY(const auto names, list_directory(directory_));
    std::uint64_t newest = 0;
    for (const std::string& name : names) {  // sorted
        const auto number = parse_name(name);
        if (number && *number != ++newest) {
            return failure(ErrorCode::corrupted, path(newest) + " is missing");
        }
    }
    return newest;
}

Result<std::optional<SegmentHeader>> SegmentFiles::header(std::uint64_t number) const {
    TRY(const auto file, PosixFile::open(path(number), PosixFile::Mode::read));
    base::Buffer page(kSegmentHeaderBytes);
    TRY(const auto read, file.read_at(0, page));
    page.resize(read);
    TRY(const auto header, decode_segment_header(page));
    if (header && header->id != id_) {
        return failure(ErrorCode::corrupted, path(number) + " belongs to ledger " +
                                                 base::to_hex(header->id) + ", not to " +
                                                 base::to_hex(id_));
    }
    if (header && header->number != number) {
        return failure(ErrorCode::corrupted, path(number) + " was segment " +
                                                 std::to_string(header->number) +
                                                 " when it was written");
    }
    return header;
}

Result<SegmentHeader> SegmentFiles::intact_header(std::uint64_t number) const {
    TRY(const auto found, header(number));
    if (!found) {
        return failure(ErrorCode::corrupted, path(number) + " has a damaged header");
    }
    return *found;
}

Result<std::shared_ptr<const OpenSegment>> SegmentFiles::full(std::uint64_t number) {
    {
        const std::scoped_lock lock(mutex_);
        const auto found = std::ranges::find(loaded_, number,
                                             [](const auto& open) { return open->header.number; });
        if (found != loaded_.end()) {
            loaded_.splice(loaded_.begin(), loaded_, found);
            return loaded_.front();
        }
    }
    TRY(auto segment, load(number));
    const std::scoped_lock lock(mutex_);
    loaded_.push_front(segment);
    if (loaded_.size() > kLoadedMax) {
        loaded_.pop_back();
    }
    return segment;
}

Result<std::shared_ptr<const OpenSegment>> SegmentFiles::load(std::uint64_t number) const {
    TRY(const SegmentHeader header, intact_header(number));
    TRY(const SegmentHeader next, intact_header(number + 1));
    TRY(auto file, PosixFile::open(path(number), PosixFile::Mode::read));
    auto segment = std::make_shared<OpenSegment>(
        OpenSegment{header, std::move(file), salt(number), {}, next.previous_end});
    std::optional<SegmentIndex> index;
    if (const auto bytes = read_file(index_path(number))) {
        index = SegmentIndex::decode(*bytes, number);
    }
    if (!index) {
        TRY(index, make_index(segment->file, segment->salt, segment->end));
    }
    segment->index = std::move(*index);
    return segment;
}

Result<model::Sequence> SegmentFiles::first_of(std::uint64_t number) {
    {
        const std::scoped_lock lock(mutex_);
        if (number < firsts_.size() && firsts_[number] != 0) {
            return model::Sequence(firsts_[number]);
        }
    }
    TRY(const SegmentHeader header, intact_header(number));
    const std::scoped_lock lock(mutex_);
    firsts_.resize(std::max<std::size_t>(firsts_.size(), number + 1));
    firsts_[number] = header.first.value();
    return header.first;
}

Result<std::uint64_t> SegmentFiles::locate(model::Sequence sequence, std::uint64_t newest) {
    std::uint64_t low = 1;
    std::uint64_t high = newest;
    while (low < high) {
        const std::uint64_t middle = low + (high - low + 1) / 2;
        TRY(const auto first, first_of(middle));
        if (first <= sequence) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return low;
}

}  // namespace holdfast::ledger
