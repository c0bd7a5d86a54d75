#include "ledger/backup_texts.hpp"

#include "ledger/posix_file.hpp"

namespace holdfast::ledger {
namespace {

using base::ErrorCode;
using base::failure;
using base::Result;

constexpr std::size_t kChunkBytes = std::size_t{1} << 20;

// The hash of a file that grows by chunks: h = SHA-256(h, SHA-256(chunk)), from all zero.
class ChunkHash {
  public:
    void add(std::span<const std::byte> chunk) {
        base::Buffer both(hash_.begin(), hash_.end());
        base::ByteWriter(both).bytes(base::sha256(chunk));
        hash_ = base::sha256(both);
    }
    [[nodiscard]] const base::Sha256& value() const { return hash_; }

  private:
    base::Sha256 hash_{};
};

Result<void> flush(PosixFile& file, base::Buffer& chunk, ChunkHash& hash,
                   BackupManifest& manifest) {
    base::Buffer length;
    base::ByteWriter(length).fixed(static_cast<std::uint32_t>(chunk.size()));
    TRY_VOID(file.append(length));
    TRY_VOID(file.append(chunk));
    hash.add(chunk);
    manifest.text_bytes += length.size() + chunk.size();
    chunk.clear();
    return {};
}

Result<void> visit_chunk(std::span<const std::byte> chunk, const std::string& path,
                         const PrivateTextVisitor& visit) {
    base::ByteReader reader(chunk);
    while (reader.left() > 0) {
        const auto digest = reader.digest();
        const auto text = reader.text();
        if (reader.failed()) {
            return failure(ErrorCode::corrupted, path + " makes no sense");
        }
        TRY_VOID(visit({digest, text}));
    }
    return {};
}

// Calls `each` with every chunk; the hash over them.
Result<base::Sha256> walk(const std::string& path,
                          const std::function<Result<void>(std::span<const std::byte>)>& each) {
    TRY(const PosixFile file, PosixFile::open(path, PosixFile::Mode::read));
    TRY(const auto status, file.status());
    ChunkHash hash;
    std::uint64_t offset = 0;
    while (offset < status.size) {
        base::Buffer length(sizeof(std::uint32_t));
        TRY(const auto read, file.read_at(offset, length));
        const std::size_t size = base::ByteReader(length).fixed<std::uint32_t>();
        offset += length.size();
        base::Buffer chunk(std::min<std::uint64_t>(size, status.size - offset));
        TRY(const auto got, file.read_at(offset, chunk));
        if (read != length.size() || got != size || size == 0) {
            return failure(ErrorCode::corrupted, path + " is damaged");
        }
        offset += size;
        hash.add(chunk);
        TRY_VOID(each(chunk));
    }
    return hash.value();
}

}  // namespace

Result<void> write_backup_texts(const std::string& directory, const EachText& each,
                                BackupManifest& manifest) {
    const std::string path = directory + "/" + manifest.texts;
    TRY(PosixFile file, PosixFile::open(path, PosixFile::Mode::create));
    ChunkHash hash;
    base::Buffer chunk;
    manifest.text_count = 0;
    manifest.text_bytes = 0;
    TRY_VOID(each([&](const PrivateText& text) -> Result<void> {
        base::ByteWriter writer(chunk);
        writer.digest(text.digest);
        writer.text(text.text);
        ++manifest.text_count;
        return chunk.size() >= kChunkBytes ? flush(file, chunk, hash, manifest) : Result<void>();
    }));
    if (!chunk.empty()) {
        TRY_VOID(flush(file, chunk, hash, manifest));
    }
    manifest.text_hash = hash.value();
    return file.sync();
}

Result<void> each_backup_text(const std::string& directory, const BackupManifest& manifest,
                              const PrivateTextVisitor& visit) {
    if (manifest.texts.empty()) {
        return {};
    }
    const std::string path = directory + "/" + manifest.texts;
    TRY(const auto hash, walk(path, [](auto) -> Result<void> { return {}; }));
    if (hash != manifest.text_hash) {
        return failure(ErrorCode::corrupted, path + " is damaged: its hash does not match");
    }
    TRY([[maybe_unused]] const auto again, walk(path, [&](std::span<const std::byte> chunk) {
            return visit_chunk(chunk, path, visit);
        }));
    return {};
}

}  // namespace holdfast::ledger
