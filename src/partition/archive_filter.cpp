#include "partition/archive_filter.hpp"

#include <algorithm>
#include <utility>

namespace holdfast::partition {

using base::Digest128;
using base::Result;

namespace {

constexpr std::size_t kBitsPerKey = 10;
constexpr std::size_t kBlockBits = 512;
constexpr int kBitsSet = 6;  // a ninth of them would make the blocked filter worse, not better
constexpr std::size_t kKeysMin = 1'024;

// Nine bits each say which of the block's 512 bits. Digests are uniform; the multiplication only
// makes them independent of the bits that chose part and block.
std::uint64_t bits_of(Digest128 key) {
    return (key.high ^ (key.low << 32)) * 0x9e3779b97f4a7c15ULL;
}

}  // namespace

FilterPart::FilterPart(std::size_t keys)
    : blocks_(std::max<std::size_t>(1, (keys * kBitsPerKey + kBlockBits - 1) / kBlockBits)) {}

void FilterPart::add(Digest128 key) {
    Block& block = blocks_[block_of(key)];
    std::uint64_t bits = bits_of(key);
    for (int i = 0; i < kBitsSet; ++i, bits >>= 9) {
        block.words[(bits >> 6) % kWords].fetch_or(std::uint64_t{1} << (bits & 63),
                                                   std::memory_order_relaxed);
    }
}

bool FilterPart::maybe(Digest128 key) const {
    const Block& block = blocks_[block_of(key)];
    std::uint64_t bits = bits_of(key);
    for (int i = 0; i < kBitsSet; ++i, bits >>= 9) {
        const auto word = block.words[(bits >> 6) % kWords].load(std::memory_order_relaxed);
        if (((word >> (bits & 63)) & 1) == 0) {
            return false;
        }
    }
    return true;
}

void ArchiveFilter::use(const FilterChange& change) {
    auto& part = parts_[change.part];
    bytes_ -= part ? part->bytes() : 0;
    part = change.now;
    bytes_ += part->bytes();
}

Result<void> FilterBuilder::make(std::size_t index) {
    std::vector<Digest128> keys;
    TRY_VOID(archive_.list_keys(static_cast<std::uint8_t>(index),
                                [&](Digest128 key) { keys.push_back(key); }));
    Part& part = parts_[index];
    part.keys = keys.size();
    part.capacity = std::max(kKeysMin, keys.size() + keys.size() / 4);
    part.filter = std::make_shared<FilterPart>(part.capacity);
    for (const Digest128 key : keys) {
        part.filter->add(key);
    }
    changes_.push_back({.part = index, .now = part.filter});
    return {};
}

Result<std::size_t> FilterBuilder::make_next() {
    TRY_VOID(make(made_));
    return parts_[made_++].keys;
}

Result<void> FilterBuilder::add(std::span<const ArchivedKey> keys) {
    for (const auto& row : keys) {
        Part& part = parts_[filter_part_of(row.key)];
        if (part.filter == nullptr) {
            continue;  // it will be listed
        }
        part.filter->add(row.key);
        ++part.keys;
    }
    for (std::size_t i = 0; i < made_; ++i) {
        if (parts_[i].keys > parts_[i].capacity) {
            TRY_VOID(make(i));
        }
    }
    return {};
}

std::vector<FilterChange> FilterBuilder::take_changes() { return std::exchange(changes_, {}); }

}  // namespace holdfast::partition
