// SegmentTexts: the private texts of a segment ledger, found by digest and erasable.
//
// A text is written with its batch, in the same frame, so that an append needs one write and one
// sync. Once a segment is full its texts are moved in the background into a side store (DIR/texts,
// RocksDB), where equal ones are kept once, and their place in the segment is zeroed. What is not
// moved yet is found through an index in memory. Forgetting moves everything, zeroes it, and then
// erases from the store: one way for all, and no clear text is left in any file.
//
// A section is zeroed in steps, each synced before the next: MOVED, then zeros, then GONE. A crash
// in between is completed on the next opening. Format: docs/formats/segments.md.
// Internal to this folder. Thread rule: one thread notes; any thread may find or move.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "ledger/ledger_directory.hpp"
#include "ledger/manifest_guard.hpp"
#include "ledger/rocksdb_store.hpp"
#include "ledger/segment_files.hpp"
#include "ledger/segment_recovery.hpp"

namespace holdfast::ledger {

// Where the texts of one append lie.
struct TextSection {
    std::uint64_t segment = 0;
    std::uint64_t offset = 0;
    std::uint32_t bytes = 0;
};

// What a ledger's segments hold that its side store does not, as of now.
struct UnmovedTexts {
    std::vector<TextSection> live;
    std::vector<TextSection> moved;  // half erased
};

using SectionVisitor =
    std::function<base::Result<void>(const TextSection&, std::span<const std::byte>)>;

// Visits live sections with their bytes. Errors: corrupted.
[[nodiscard]] base::Result<UnmovedTexts> scan_texts(const SegmentFiles& files,
                                                    const SegmentsEnd& end,
                                                    const SectionVisitor& visit);

class SegmentTexts {
  public:
    struct Place {
        LedgerPaths paths;
        std::string id;  // of the ledger
        const SegmentFiles* files;
    };

    // The side store is opened if there is one. Errors: corrupted.
    [[nodiscard]] static base::Result<std::unique_ptr<SegmentTexts>> open(Place place,
                                                                          UnmovedTexts unmoved,
                                                                          std::uint64_t oldest);

    // After an append became durable and its mark was written.
    void note(const TextSection& section);
    [[nodiscard]] base::Result<std::optional<std::string>> find(base::Digest128 digest);

    static constexpr std::uint64_t kAll = UINT64_MAX;

    // Moves and zeroes what the segments up to `through` hold. `sync_mark` makes sure first that
    // no record with a zeroed section lies behind the mark on the disk.
    [[nodiscard]] base::Result<void> move(std::uint64_t through,
                                          const std::function<base::Result<void>()>& sync_mark);
    // Of the side store only: move everything first.
    [[nodiscard]] base::Result<void> erase(std::span<const base::Digest128> digests);

    // No segment before this one holds texts.
    [[nodiscard]] std::uint64_t oldest() const { return oldest_; }
    // How far the side store's list of files had grown for certain; for the tail mark.
    [[nodiscard]] ManifestPosition manifest();

  private:
    struct Hash {
        std::size_t operator()(const base::Digest128& digest) const { return digest.low; }
    };
    struct Found {
        std::uint64_t segment;
        std::uint64_t offset;
        std::size_t bytes;
    };

    SegmentTexts(Place place, UnmovedTexts unmoved, std::uint64_t oldest)
        : place_(std::move(place)),
          live_(std::move(unmoved.live)),
          moved_(std::move(unmoved.moved)),
          oldest_(oldest) {}

    void take_noted();  // under mutex_
    [[nodiscard]] base::Result<void> index();
    [[nodiscard]] base::Result<std::shared_ptr<RocksdbStore>> store_to_write();
    [[nodiscard]] std::shared_ptr<RocksdbStore> store();
    [[nodiscard]] base::Result<void> put(std::span<const TextSection> sections);
    [[nodiscard]] base::Result<void> zero(const std::function<base::Result<void>()>& sync_mark);
    [[nodiscard]] base::Result<void> remember_manifest();

    Place place_;
    std::mutex noted_mutex_;  // held for a moment only: the appending thread takes it, and no other
    std::vector<TextSection> noted_;
    ManifestPosition manifest_;  // as of a while ago: the newest may be half a record
    std::mutex mutex_;
    std::vector<TextSection> live_;
    std::vector<TextSection> moved_;
    std::size_t indexed_ = 0;  // how many of `live_`
    std::unordered_map<base::Digest128, Found, Hash> index_;
    std::shared_ptr<RocksdbStore> store_;
    std::atomic<std::uint64_t> oldest_;
    std::mutex moving_;  // one at a time; taken before the others
    std::optional<ManifestWatch> watch_;
    ManifestPosition newest_manifest_;
};

// The same for a ledger that is only read: as of when it is made.
class TextsView {
  public:
    // Errors: corrupted.
    [[nodiscard]] static base::Result<std::unique_ptr<TextsView>> open(
        const SegmentTexts::Place& place, const SegmentsEnd& end);

    [[nodiscard]] base::Result<std::optional<std::string>> find(base::Digest128 digest);
    [[nodiscard]] base::Result<void> each(const PrivateTextVisitor& visit);

  private:
    std::map<base::Digest128, std::string> unmoved_;
    std::unique_ptr<RocksdbStore> store_;
};

// Opens the side store without changing anything; nothing if there is none. Errors: corrupted, if
// it is damaged, lost files that `manifest` remembers, or belongs to another ledger.
[[nodiscard]] base::Result<std::unique_ptr<RocksdbStore>> look_at_texts(
    const SegmentTexts::Place& place, const ManifestPosition& manifest);

}  // namespace holdfast::ledger
