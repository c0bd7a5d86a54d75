#include "ledger/export.hpp"

#include <algorithm>
#include <vector>

#include "ledger/format.hpp"
#include "ledger/posix_file.hpp"

namespace holdfast::ledger {
namespace {

using base::ErrorCode;
using base::failure;
using base::Result;

constexpr std::uint32_t kMagic = 0x31584648;  // "HFX1"
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kHeaderBytes = 8;
constexpr std::size_t kLengthBytes = 4;
constexpr std::size_t kTrailerBytes = 44;
constexpr std::size_t kBatchesAtOnce = 64;

base::Buffer encode_header() {
    base::Buffer out;
    base::ByteWriter writer(out);
    writer.fixed(kMagic);
    writer.fixed(kVersion);
    return out;
}

base::Buffer encode_trailer(model::Sequence last, const base::Sha256& hash) {
    base::Buffer out;
    base::ByteWriter writer(out);
    writer.fixed(last.value());
    writer.bytes(hash);
    writer.fixed(base::crc32c(out));
    return out;
}

base::Buffer encode_length(std::size_t size) {
    base::Buffer out;
    base::ByteWriter(out).fixed(static_cast<std::uint32_t>(size));
    return out;
}

struct Place {
    model::Sequence last;
    std::uint64_t offset = 0;
    std::size_t size = 0;
};

class ExportedLedger final : public Ledger {
  public:
    explicit ExportedLedger(PosixFile file) : file_(std::move(file)) {}

    Result<void> scan();

    Result<void> append(const Append& /*append*/) override { return read_only(); }
    Result<void> forget(std::span<const base::Digest128> /*digests*/) override {
        return read_only();
    }
    Result<std::unique_ptr<CheckpointWriter>> begin_checkpoint(model::Sequence /*at*/) override {
        return read_only();
    }
    Result<void> read_from(model::Sequence first, std::size_t batches,
                           const BytesVisitor& visit) override;
    Result<Tail> tail() override { return tail_; }
    Result<std::optional<model::Sequence>> read_newest_checkpoint(
        model::Sequence /*before*/, const BytesVisitor& /*visit*/) override {
        return std::nullopt;
    }
    Result<std::optional<std::string>> private_text(base::Digest128 /*digest*/) override {
        return std::nullopt;
    }

  private:
    [[nodiscard]] std::unexpected<base::Error> read_only() const {
        return failure(ErrorCode::invalid_input, file_.path() + " is an export: read-only");
    }
    [[nodiscard]] std::unexpected<base::Error> damaged(std::uint64_t offset,
                                                       const std::string& what) const {
        return failure(ErrorCode::corrupted, "export " + file_.path() + " at byte " +
                                                 std::to_string(offset) + ": " + what);
    }
    [[nodiscard]] Result<base::Buffer> take(std::uint64_t offset, std::size_t size) const;
    Result<void> add(std::uint64_t offset, std::span<const std::byte> sealed);

    PosixFile file_;
    std::vector<Place> places_;
    ChainReader chain_{model::Sequence(0), base::Sha256{}};
    Tail tail_;
};

Result<base::Buffer> ExportedLedger::take(std::uint64_t offset, std::size_t size) const {
    base::Buffer bytes(size);
    TRY(const auto read, file_.read_at(offset, bytes));
    if (read != size) {
        return damaged(offset, "the end is missing");
    }
    return bytes;
}

Result<void> ExportedLedger::add(std::uint64_t offset, std::span<const std::byte> sealed) {
    const auto batch = chain_.next(sealed);
    if (!batch && batch.error().code == ErrorCode::corrupted) {
        return damaged(offset, batch.error().message);
    }
    if (!batch) {
        return std::unexpected(batch.error());
    }
    places_.push_back({batch->last(), offset, sealed.size()});
    tail_ = {.last = batch->last(),
             .hash = chain_.hash(),
             .time = batch->header.time,
             .epoch = batch->header.epoch,
             .bytes = tail_.bytes + sealed.size()};
    return {};
}

Result<void> ExportedLedger::scan() {
    TRY(const auto status, file_.status());
    const std::uint64_t file_size = status.size;
    TRY(const auto header, take(0, kHeaderBytes));
    base::ByteReader reader(header);
    if (reader.fixed<std::uint32_t>() != kMagic) {
        return damaged(0, "not an exported ledger");
    }
    if (reader.fixed<std::uint32_t>() != kVersion) {
        return failure(ErrorCode::newer_format,
                       "export " + file_.path() + " has a format that this program does not know");
    }
    std::uint64_t offset = kHeaderBytes;
    while (true) {
        TRY(const auto length_bytes, take(offset, kLengthBytes));
        const std::size_t size = base::ByteReader(length_bytes).fixed<std::uint32_t>();
        if (size > file_size) {
            return damaged(offset, "a wrong length");
        }
        offset += kLengthBytes;
        TRY(const auto bytes, take(offset, size == 0 ? kTrailerBytes : size));
        if (size == 0) {
            const bool is_whole = bytes == encode_trailer(tail_.last, tail_.hash) &&
                                  file_size == offset + kTrailerBytes;
            return is_whole ? Result<void>() : damaged(offset, "a wrong end");
        }
        TRY_VOID(add(offset, bytes));
        offset += size;
    }
}

Result<void> ExportedLedger::read_from(model::Sequence first, std::size_t batches,
                                       const BytesVisitor& visit) {
    auto at = std::ranges::lower_bound(places_, first, {}, &Place::last);
    for (std::size_t count = 0; at != places_.end() && count < batches; ++at, ++count) {
        TRY(const auto sealed, take(at->offset, at->size));
        TRY_VOID(visit(sealed));
    }
    return {};
}

}  // namespace

Result<Tail> export_ledger(Ledger& ledger, const BytesVisitor& write) {
    TRY(const Tail tail, ledger.tail());
    TRY_VOID(write(encode_header()));
    ChainReader chain(model::Sequence(0), base::Sha256{});
    const auto copy = [&](std::span<const std::byte> sealed) -> Result<void> {
        if (chain.last() >= tail.last) {
            return {};  // appended since
        }
        TRY_VOID(chain.next(sealed));
        TRY_VOID(write(encode_length(sealed.size())));
        return write(sealed);
    };
    while (chain.last() < tail.last) {
        const model::Sequence before = chain.last();
        TRY_VOID(ledger.read_from(model::Sequence(before.value() + 1), kBatchesAtOnce, copy));
        if (chain.last() == before) {
            return failure(ErrorCode::corrupted, "the ledger has no batch after sequence " +
                                                     std::to_string(before.value()));
        }
    }
    TRY_VOID(write(encode_length(0)));
    TRY_VOID(write(encode_trailer(chain.last(), chain.hash())));
    return tail;
}

Result<std::unique_ptr<Ledger>> open_exported(const std::string& path) {
    TRY(auto file, PosixFile::open(path, PosixFile::Mode::read));
    auto ledger = std::make_unique<ExportedLedger>(std::move(file));
    TRY_VOID(ledger->scan());
    return ledger;
}

}  // namespace holdfast::ledger
