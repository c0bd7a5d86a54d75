// ArchiveFilter: whether a key may be in the archive, answered from memory.
//
// A blocked Bloom filter (Putze, Sanders, Singler, 2007): all bits of a key are in one cache line,
// so an answer costs one cache miss. At least 10 bits per key, 6 of them set: about 1.2 % of the
// keys that are not there look as if they might be, and cost a lookup; none that is there is ever
// missed. The keys are spread over 256 parts by their first byte; a part that is full is made
// again, a quarter larger, from the archive's own listing: growth costs the writer the exchange of
// one pointer. With 12.5 bits right after that, memory is 10 to 12.5 bits per archived key.
//
// A part that was not made yet (after a start) says "maybe".
// Thread rule: FilterBuilder on the archiver's thread; ArchiveFilter on the writer's. Parts are
// shared: bits are set by the one and read by the other.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/digest.hpp"
#include "partition/archive.hpp"

namespace holdfast::partition {

class FilterPart {
  public:
    explicit FilterPart(std::size_t keys);

    void add(base::Digest128 key);
    [[nodiscard]] bool maybe(base::Digest128 key) const;
    void prefetch(base::Digest128 key) const { __builtin_prefetch(&blocks_[block_of(key)]); }
    [[nodiscard]] std::size_t bytes() const { return blocks_.size() * sizeof(Block); }

  private:
    static constexpr std::size_t kWords = 8;
    struct alignas(64) Block {
        std::array<std::atomic<std::uint64_t>, kWords> words{};
    };

    [[nodiscard]] std::size_t block_of(base::Digest128 key) const {
        return static_cast<std::size_t>(
            (static_cast<unsigned __int128>(key.low) * blocks_.size()) >> 64);
    }

    std::vector<Block> blocks_;
};

inline constexpr std::size_t kFilterParts = 256;
[[nodiscard]] inline std::size_t filter_part_of(base::Digest128 key) { return key.high >> 56; }

struct FilterChange {
    std::size_t part = 0;
    std::shared_ptr<const FilterPart> now;
};

// The writer's side.
class ArchiveFilter {
  public:
    void use(const FilterChange& change);
    [[nodiscard]] bool maybe(base::Digest128 key) const {
        const auto& part = parts_[filter_part_of(key)];
        return part == nullptr || part->maybe(key);
    }
    void prefetch(base::Digest128 key) const {
        if (const auto& part = parts_[filter_part_of(key)]) {
            part->prefetch(key);
        }
    }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

  private:
    std::array<std::shared_ptr<const FilterPart>, kFilterParts> parts_;
    std::size_t bytes_ = 0;
};

// The archiver's side.
class FilterBuilder {
  public:
    explicit FilterBuilder(Archive& archive) : archive_(archive) {}

    // Whether every part was made.
    [[nodiscard]] bool complete() const { return made_ == kFilterParts; }
    // Makes the next part from what the archive lists; how many keys that were.
    [[nodiscard]] base::Result<std::size_t> make_next();
    // Keys that the archive has by now.
    [[nodiscard]] base::Result<void> add(std::span<const ArchivedKey> keys);
    // Parts that were made since the last call.
    [[nodiscard]] std::vector<FilterChange> take_changes();

  private:
    struct Part {
        std::shared_ptr<FilterPart> filter;
        std::size_t keys = 0;
        std::size_t capacity = 0;
    };

    base::Result<void> make(std::size_t index);

    Archive& archive_;
    std::array<Part, kFilterParts> parts_;
    std::size_t made_ = 0;
    std::vector<FilterChange> changes_;
};

}  // namespace holdfast::partition
