// Files beside the ledger. Their checksums keep random bytes out, so inputs are also sealed here as
// the writer would: what is sealed is read back, and one changed byte of it is noticed.
#include <algorithm>
#include <optional>
#include <vector>

#include "base/check.hpp"
#include "ledger/backup_manifest.hpp"
#include "ledger/backup_texts.hpp"
#include "ledger/checkpoint_files.hpp"
#include "ledger/export.hpp"
#include "ledger/format.hpp"
#include "ledger/tail_mark.hpp"
#include "tests/fuzz/memory_directory.hpp"

namespace holdfast::fuzz {

namespace {

using base::Buffer;
using base::ByteReader;
using base::ByteWriter;

constexpr model::PartitionId kPartition{3};

void put_checksum(Buffer& out) { ByteWriter(out).fixed(base::crc32c(out)); }

Buffer buffer_of(Input bytes) { return {bytes.begin(), bytes.end()}; }

// At most `most` bytes from the front, whatever is there.
Input take_some(ByteReader& in, std::size_t most) { return in.take(std::min(in.left(), most)); }

// Changes one byte of the file if the input says so.
bool damage(Buffer& file, ByteReader& in) {
    const auto place = in.fixed<std::uint16_t>();
    const auto change = in.fixed<std::uint8_t>();
    if (in.failed() || change == 0 || file.empty()) {
        return false;
    }
    file[place % file.size()] ^= std::byte{change};
    return true;
}

// Batches that follow one another, made of the input's bytes.
std::vector<Buffer> make_chain(ByteReader& in) {
    std::vector<Buffer> out;
    ledger::BatchHeader header{.partition = kPartition, .first = model::Sequence(1)};
    for (auto batches = in.fixed<std::uint8_t>() % 4; batches > 0; --batches) {
        header.count = in.fixed<std::uint8_t>() + 1u;
        header.epoch = model::Epoch(header.epoch.value() + in.fixed<std::uint8_t>() % 2);
        header.time += base::Duration(in.fixed<std::uint8_t>());
        Buffer sealed;
        ledger::reserve_header(sealed);
        const Input payload = take_some(in, in.fixed<std::uint8_t>());
        sealed.insert(sealed.end(), payload.begin(), payload.end());
        header.previous = ledger::seal(sealed, header);
        header.first = model::Sequence(header.first.value() + header.count);
        out.push_back(std::move(sealed));
    }
    return out;
}

Buffer export_of(const std::vector<Buffer>& chain) {
    Buffer out;
    ByteWriter writer(out);
    writer.fixed(std::uint32_t{0x31584648});  // "HFX1"
    writer.fixed(std::uint32_t{1});
    ledger::ChainReader reader(model::Sequence(0), base::Sha256{});
    for (const Buffer& sealed : chain) {
        CHECK(reader.next(sealed).has_value(), "a chain that was sealed does not hold");
        writer.fixed(static_cast<std::uint32_t>(sealed.size()));
        writer.bytes(sealed);
    }
    Buffer trailer;
    ByteWriter(trailer).fixed(reader.last().value());
    ByteWriter(trailer).bytes(reader.hash());
    put_checksum(trailer);
    writer.fixed(std::uint32_t{0});
    writer.bytes(trailer);
    return out;
}

void open_export(Input file, const std::vector<Buffer>* written) {
    static MemoryDirectory directory;
    directory.set("export", file);
    const auto ledger = ledger::open_exported(directory.path("export"));
    if (!ledger) {
        CHECK(written == nullptr, "an export that was sealed is refused");
        return;
    }
    std::vector<Buffer> read;
    const auto done = (*ledger)->read_from(model::Sequence(1), 100, [&](Input sealed) {
        read.push_back(buffer_of(sealed));
        return base::Result<void>();
    });
    CHECK(done.has_value(), "an export opens and cannot be read");
    CHECK(written == nullptr || read == *written, "other batches come out than went in");
}

Buffer checkpoint_header(std::uint64_t at) {
    Buffer out;
    ByteWriter writer(out);
    writer.fixed(std::uint32_t{0x31434648});  // "HFC1"
    writer.fixed(std::uint16_t{1});
    writer.fixed(kPartition.value());
    writer.fixed(at);
    writer.fixed(std::uint32_t{0});
    put_checksum(out);
    return out;
}

// The hash of what is written in pieces, as docs/formats says it.
class RunningHash {
  public:
    explicit RunningHash(const base::Sha256& from) : value_(from) {}
    void add(Input piece) {
        Buffer both(value_.begin(), value_.end());
        ByteWriter(both).bytes(base::sha256(piece));
        value_ = base::sha256(both);
    }
    [[nodiscard]] const base::Sha256& value() const { return value_; }

  private:
    base::Sha256 value_;
};

Buffer checkpoint_of(std::uint64_t at, const std::vector<Buffer>& chunks) {
    Buffer out = checkpoint_header(at);
    RunningHash hash(base::sha256(out));
    const auto frame = [&](std::size_t length, Input bytes) {
        ByteWriter writer(out);
        writer.fixed(static_cast<std::uint32_t>(length));
        writer.fixed(base::crc32c(bytes));
        writer.bytes(bytes);
    };
    for (const Buffer& chunk : chunks) {
        frame(chunk.size(), chunk);
        hash.add(chunk);
    }
    Buffer trailer;
    ByteWriter(trailer).fixed(std::uint64_t{chunks.size()});
    ByteWriter(trailer).bytes(hash.value());
    frame(0, trailer);
    return out;
}

std::vector<Buffer> make_chunks(ByteReader& in) {
    std::vector<Buffer> out;
    for (auto count = in.fixed<std::uint8_t>() % 4; count > 0; --count) {
        auto chunk = buffer_of(take_some(in, in.fixed<std::uint8_t>()));
        if (!chunk.empty()) {
            out.push_back(std::move(chunk));
        }
    }
    return out;
}

void open_checkpoint(Input file, const std::vector<Buffer>* written) {
    static MemoryDirectory directory;
    directory.set("00000000000000000007.ckpt", file);
    const ledger::CheckpointFiles files(directory.path(), kPartition, [](const std::string&) {});
    std::vector<Buffer> read;
    const auto done = files.read(model::Sequence(7), [&](Input chunk) {
        read.push_back(buffer_of(chunk));
        return base::Result<void>();
    });
    CHECK(written == nullptr || (done.has_value() && read == *written),
          "other chunks come out than went in");
}

// Where the file holds lengths and pieces, their hash; nothing where it does not.
base::Sha256 hash_of_texts(Input file) {
    RunningHash hash({});
    ByteReader in(file);
    while (in.left() > 0) {
        const auto length = in.fixed<std::uint32_t>();
        const Input piece = in.take(length);
        if (in.failed()) {
            break;
        }
        hash.add(piece);
    }
    return hash.value();
}

void read_texts(const MemoryDirectory& directory, ledger::BackupManifest manifest, Input file) {
    manifest.texts = "texts";
    manifest.text_hash = hash_of_texts(file);
    std::size_t bytes = 0;
    static_cast<void>(ledger::each_backup_text(
        directory.path(), manifest, [&](const ledger::PrivateText& text) -> base::Result<void> {
            bytes += text.text.size();
            return {};
        }));
    CHECK(bytes <= file.size(), "more texts than the file has bytes");
}

}  // namespace

void fuzz_export(Input input) {
    if (!input.empty() && input[0] == std::byte{0}) {
        open_export(input.subspan(1), nullptr);
        return;
    }
    ByteReader in(input);
    const auto chain = make_chain(in);
    Buffer file = export_of(chain);
    open_export(file, &chain);
    if (damage(file, in)) {
        static MemoryDirectory directory;
        directory.set("damaged", file);
        CHECK(!ledger::open_exported(directory.path("damaged")), "a damaged export is opened");
    }
}

void fuzz_checkpoint(Input input) {
    if (!input.empty() && input[0] == std::byte{0}) {
        open_checkpoint(input.subspan(1), nullptr);
        return;
    }
    ByteReader in(input);
    const auto chunks = make_chunks(in);
    open_checkpoint(checkpoint_of(7, chunks), &chunks);
}

void fuzz_tail_mark(Input input) {
    constexpr std::size_t kSlotBytes = 96;
    constexpr std::size_t kSlotDistance = 4096;
    static MemoryDirectory directory;
    ByteReader in(input);
    const auto sealed = in.fixed<std::uint8_t>();
    Buffer file(kSlotDistance + kSlotBytes);
    for (std::size_t slot = 0; slot < 2; ++slot) {
        Buffer bytes = buffer_of(take_some(in, kSlotBytes));
        if ((sealed & (1u << slot)) != 0) {
            bytes.resize(kSlotBytes - sizeof(std::uint32_t));
            put_checksum(bytes);
        }
        std::ranges::copy(bytes, file.begin() + static_cast<std::ptrdiff_t>(slot * kSlotDistance));
    }
    directory.set("tail", file);
    const std::string path = directory.path("tail");
    auto mark = ledger::TailMark::open(path, ledger::PosixFile::Mode::overwrite);
    if (mark) {
        ledger::Mark next = mark->newest();
        const bool last = next.tail.last.value() == UINT64_MAX;
        next.tail.last = model::Sequence(next.tail.last.value() + (last ? 0 : 1));
        CHECK(mark->write(next).has_value(), "a mark cannot be written");
        const auto again = ledger::TailMark::open(path, ledger::PosixFile::Mode::read);
        CHECK(again && again->newest().tail.last == next.tail.last, "the newest mark is lost");
    }
}

void fuzz_backup(Input input) {
    static MemoryDirectory directory;
    if (!input.empty() && input[0] == std::byte{0}) {
        directory.set("texts", input.subspan(1));
        read_texts(directory, {}, input.subspan(1));
        return;
    }
    Buffer file = buffer_of(input);
    const std::uint32_t crc = base::crc32c(file);
    const std::string line = "crc " + base::to_hex(std::as_bytes(std::span(&crc, 1))) + "\n";
    ByteWriter(file).bytes(base::as_bytes(line));
    directory.set("BACKUP", file);
    const auto read = ledger::read_backup_manifest(directory.path());
    if (read) {
        CHECK(read->texts.find('/') == std::string::npos, "a backup names a file elsewhere");
        std::uint64_t last = 0;
        for (const auto& segment : read->segments) {
            CHECK(segment.first.value() == last + 1 && segment.last >= segment.first);
            last = segment.last.value();
        }
    }
}

}  // namespace holdfast::fuzz
