#include "ledger/checkpoint_files.hpp"

#include <algorithm>
#include <charconv>
#include <ranges>

#include "base/check.hpp"
#include "ledger/posix_file.hpp"

namespace holdfast::ledger {
namespace {

using base::ErrorCode;
using base::failure;
using base::Result;

constexpr std::uint32_t kMagic = 0x31434648;  // "HFC1"
constexpr std::uint16_t kVersion = 1;
constexpr std::size_t kHeaderBytes = 24;
constexpr std::size_t kFrameHeaderBytes = 8;
constexpr std::size_t kTrailerBytes = 40;
constexpr std::size_t kKept = 2;
constexpr std::string_view kSuffix = ".ckpt";
constexpr std::size_t kNameDigits = 20;

base::Buffer encode_header(model::PartitionId partition, model::Sequence at) {
    base::Buffer out;
    base::ByteWriter writer(out);
    writer.fixed(kMagic);
    writer.fixed(kVersion);
    writer.fixed(partition.value());
    writer.fixed(at.value());
    writer.fixed(std::uint32_t{0});
    writer.fixed(base::crc32c(out));
    CHECK(out.size() == kHeaderBytes);
    return out;
}

// The hash of a whole file, built up chunk by chunk.
class RunningHash {
  public:
    explicit RunningHash(std::span<const std::byte> header) : hash_(base::sha256(header)) {}

    void add(std::span<const std::byte> chunk) {
        base::Buffer both(hash_.begin(), hash_.end());
        base::ByteWriter(both).bytes(base::sha256(chunk));
        hash_ = base::sha256(both);
        ++chunks_;
    }

    [[nodiscard]] base::Buffer trailer() const {
        base::Buffer out;
        base::ByteWriter writer(out);
        writer.fixed(chunks_);
        writer.bytes(hash_);
        CHECK(out.size() == kTrailerBytes);
        return out;
    }

  private:
    base::Sha256 hash_;
    std::uint64_t chunks_ = 0;
};

base::Buffer frame_header(std::size_t length, std::span<const std::byte> bytes) {
    base::Buffer out;
    base::ByteWriter writer(out);
    writer.fixed(static_cast<std::uint32_t>(length));
    writer.fixed(base::crc32c(bytes));
    return out;
}

std::string file_name(model::Sequence at) {
    const std::string digits = std::to_string(at.value());
    return std::string(kNameDigits - digits.size(), '0') + digits + std::string(kSuffix);
}

std::optional<model::Sequence> parse_name(std::string_view name) {
    std::uint64_t sequence = 0;
    if (name.size() != kNameDigits + kSuffix.size() || !name.ends_with(kSuffix)) {
        return std::nullopt;
    }
    const char* end = name.data() + kNameDigits;
    const auto parsed = std::from_chars(name.data(), end, sequence);
    return parsed.ec == std::errc{} && parsed.ptr == end ? std::optional(model::Sequence(sequence))
                                                         : std::nullopt;
}

// Newest first.
Result<std::vector<model::Sequence>> committed(const std::string& directory) {
    std::vector<model::Sequence> found;
    if (!exists(directory)) {
        return found;
    }
    TRY(const auto names, list_directory(directory));
    for (const std::string& name : names) {
        if (const auto at = parse_name(name)) {
            found.push_back(*at);
        }
    }
    std::ranges::sort(found, std::greater{});
    return found;
}

class CheckpointFileWriter final : public CheckpointWriter {
  public:
    CheckpointFileWriter(PosixFile file, std::string directory, model::Sequence at,
                         std::span<const std::byte> header)
        : file_(std::move(file)), directory_(std::move(directory)), at_(at), hash_(header) {}

    ~CheckpointFileWriter() override {
        if (!is_committed_) {
            // A remainder is removed when the ledger is opened again.
            static_cast<void>(remove_file(file_.path()));
        }
    }

    Result<void> add(std::span<const std::byte> chunk) override {
        CHECK(!chunk.empty());
        CHECK(chunk.size() <= kCheckpointChunkBytesMax);
        hash_.add(chunk);
        TRY_VOID(file_.append(frame_header(chunk.size(), chunk)));
        return file_.append(chunk);
    }

    Result<void> commit() override {
        const base::Buffer trailer = hash_.trailer();
        TRY_VOID(file_.append(frame_header(0, trailer)));
        TRY_VOID(file_.append(trailer));
        TRY_VOID(file_.sync());
        TRY_VOID(rename_durably(file_.path(), directory_ + "/" + file_name(at_)));
        is_committed_ = true;
        TRY(const auto all, committed(directory_));
        for (const model::Sequence old : all | std::views::drop(kKept)) {
            TRY_VOID(remove_file(directory_ + "/" + file_name(old)));
        }
        return {};
    }

  private:
    PosixFile file_;
    std::string directory_;
    model::Sequence at_;
    RunningHash hash_;
    bool is_committed_ = false;
};

// Reads one file from its beginning, checking everything.
class Scanner {
  public:
    explicit Scanner(const PosixFile& file) : file_(file) {}

    Result<void> scan(std::span<const std::byte> expected_header, const BytesVisitor& visit) {
        TRY(const auto header, take(kHeaderBytes));
        if (!std::ranges::equal(header, expected_header)) {
            return damaged("a wrong header");
        }
        RunningHash hash(header);
        while (true) {
            TRY(const auto frame, take(kFrameHeaderBytes));
            base::ByteReader reader(frame);
            const auto length = reader.fixed<std::uint32_t>();
            const auto crc = reader.fixed<std::uint32_t>();
            if (length > kCheckpointChunkBytesMax) {
                return damaged("a wrong length");
            }
            TRY(const auto bytes, take(length == 0 ? kTrailerBytes : length));
            if (crc != base::crc32c(bytes)) {
                return damaged("a wrong checksum");
            }
            if (length == 0) {
                return finish(bytes, hash);
            }
            hash.add(bytes);
            TRY_VOID(visit(bytes));
        }
    }

  private:
    Result<void> finish(std::span<const std::byte> trailer, const RunningHash& hash) {
        TRY(const auto status, file_.status());
        if (!std::ranges::equal(trailer, hash.trailer()) || status.size != offset_) {
            return damaged("a wrong end");
        }
        return {};
    }

    Result<base::Buffer> take(std::size_t size) {
        base::Buffer bytes(size);
        TRY(const auto read, file_.read_at(offset_, bytes));
        if (read != size) {
            return damaged("a missing end");
        }
        offset_ += size;
        return bytes;
    }

    [[nodiscard]] std::unexpected<base::Error> damaged(std::string_view what) const {
        return failure(ErrorCode::corrupted, "checkpoint " + file_.path() + " has " +
                                                 std::string(what) + " near byte " +
                                                 std::to_string(offset_));
    }

    const PosixFile& file_;
    std::uint64_t offset_ = 0;
};

Result<void> scan_file(const std::string& path, std::span<const std::byte> header,
                       const BytesVisitor& visit) {
    TRY(const PosixFile file, PosixFile::open(path, PosixFile::Mode::read));
    return Scanner(file).scan(header, visit);
}

}  // namespace

Result<void> CheckpointFiles::prepare() const {
    TRY_VOID(make_directory(directory_));
    TRY(const auto names, list_directory(directory_));
    for (const std::string& name : names) {
        if (name.ends_with(".tmp")) {
            TRY_VOID(remove_file(directory_ + "/" + name));
        }
    }
    return {};
}

Result<std::unique_ptr<CheckpointWriter>> CheckpointFiles::begin(model::Sequence at) const {
    const std::string temporary = directory_ + "/" + file_name(at) + ".tmp";
    TRY_VOID(remove_file(temporary));
    TRY(auto file, PosixFile::open(temporary, PosixFile::Mode::create));
    const base::Buffer header = encode_header(partition_, at);
    TRY_VOID(file.append(header));
    return std::make_unique<CheckpointFileWriter>(std::move(file), directory_, at, header);
}

Result<std::vector<model::Sequence>> CheckpointFiles::positions() const {
    return committed(directory_);
}

Result<void> CheckpointFiles::read(model::Sequence at, const BytesVisitor& visit) const {
    return scan_file(directory_ + "/" + file_name(at), encode_header(partition_, at), visit);
}

Result<std::optional<model::Sequence>> CheckpointFiles::read_newest(
    model::Sequence tail, model::Sequence before, const BytesVisitor& visit) const {
    TRY(const auto all, committed(directory_));
    for (const model::Sequence at : all) {
        if (at >= before) {
            continue;
        }
        const std::string path = directory_ + "/" + file_name(at);
        if (at > tail) {
            warn_("checkpoint " + path + " is ahead of the ledger, which ends at sequence " +
                  std::to_string(tail.value()) + "; it is not used");
            continue;
        }
        // Whole first, so that a visitor never sees the beginning of a damaged state.
        const base::Buffer header = encode_header(partition_, at);
        const auto intact = scan_file(path, header, [](auto) -> Result<void> { return {}; });
        if (!intact) {
            warn_(intact.error().message + "; it is not used");
            continue;
        }
        TRY_VOID(scan_file(path, header, visit));
        return at;
    }
    return std::nullopt;
}

}  // namespace holdfast::ledger
