// RocksdbStore: the database under the RocksDB ledger, with the ledger's own words.
//
// It stores and finds; it knows nothing of tails, marks or epochs (ledger/rocksdb_ledger.hpp does).
// Internal to this folder. Errors carry RocksDB's words and the directory: corrupted, storage_full,
// permission_denied, already_locked, unavailable.
// Thread rule: one thread puts; any thread may read or erase at the same time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ledger/ledger.hpp"

namespace holdfast::ledger {

enum class StoreMode {
    create,   // read and write; what is missing is made
    write,    // read and write; everything must be there
    read,     // changes nothing on disk, takes no lock; as strict as `write`
    salvage,  // like `read`, but shows what it can of a damaged database
};

// Persisted: the names of the meta records.
inline constexpr std::string_view kEpochName = "epoch";        // decimal
inline constexpr std::string_view kIdentityName = "identity";  // the id in FORMAT

struct BatchRecord {
    model::Sequence first;
    std::span<const std::byte> sealed;
};

using PrivateTextVisitor = std::function<base::Result<void>(const PrivateText&)>;

class RocksdbStore {
  public:
    virtual ~RocksdbStore() = default;

    // Each put is one synced write: everything or nothing, durable on success. After a failed one
    // nothing is known.
    virtual base::Result<void> put_batch(const BatchRecord& batch,
                                         std::span<const PrivateText> texts) = 0;
    virtual base::Result<void> put_batches(std::span<const BatchRecord> batches) = 0;
    virtual base::Result<void> put_private(std::span<const PrivateText> texts) = 0;
    virtual base::Result<void> put_meta(std::string_view name, std::string_view value) = 0;

    // From the batch that contains `first` on, up to `limit`, none that begins after `through`.
    virtual base::Result<void> read_batches(model::Sequence first, model::Sequence through,
                                            std::size_t limit, const BytesVisitor& visit) = 0;
    virtual base::Result<std::optional<base::Buffer>> last_batch() = 0;
    virtual base::Result<std::optional<std::string>> meta(std::string_view name) = 0;

    virtual base::Result<std::optional<std::string>> private_text(base::Digest128 digest) = 0;
    virtual base::Result<void> each_private_text(const PrivateTextVisitor& visit) = 0;
    // Returns when no file holds the texts any more. Takes as long as rewriting the files they
    // were in.
    virtual base::Result<void> erase_private(std::span<const base::Digest128> digests) = 0;
};

[[nodiscard]] base::Result<std::unique_ptr<RocksdbStore>> open_rocksdb_store(
    const std::string& directory, StoreMode mode);

}  // namespace holdfast::ledger
