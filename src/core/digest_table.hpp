// DigestTable: a map from Digest128 to a small value that never stalls while it grows.
//
// Extendible hashing (Fagin, Nievergelt, Pippenger, Strong, 1979): a directory of segments indexed
// by the top bits of the digest; a full segment alone is split, so one insertion moves at most
// kSlots entries, where a plain hash map rehashes everything (240-1,400 ms on the way to ten
// million). Digests are uniform already, so no further hashing is done.
//
// Not for iteration by decisions: the order of `for_each` is not a function of the logical state.
// Thread rule: one thread. The empty digest cannot be a key and is never found.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

#include "base/check.hpp"
#include "base/digest.hpp"
#include "base/prefetch.hpp"
#include "core/table_memory.hpp"

namespace holdfast::core {

template <typename Value>
class DigestTable {
  public:
    DigestTable() : directory_{new_segment(0)} {}
    ~DigestTable() {
        for_each_segment([](Segment* segment) { give_table_block(segment, sizeof(Segment)); });
    }
    DigestTable(const DigestTable&) = delete;
    DigestTable& operator=(const DigestTable&) = delete;

    [[nodiscard]] std::size_t size() const { return size_; }

    [[nodiscard]] const Value* find(base::Digest128 key) const {
        const Entry& entry = entry_for(segment_of(key), key);
        return entry.key.empty() ? nullptr : &entry.value;
    }
    [[nodiscard]] Value* find(base::Digest128 key) {
        return const_cast<Value*>(static_cast<const DigestTable*>(this)->find(key));
    }

    // Asks the processor for the place a key will be looked up at.
    void prefetch(base::Digest128 key) const {
        const Entry* const first = &segment_of(key).entries[home(key)];
        base::prefetch(first);
        base::prefetch(first + kEntriesPerLine);  // most searches end within two lines
    }

    // Replaces the value of a key that is there.
    void put(base::Digest128 key, const Value& value) {
        if (!insert(key, value)) {
            entry_for(segment_of(key), key).value = value;
        }
    }

    // False, and changes nothing: the key is there.
    [[nodiscard]] bool insert(base::Digest128 key, const Value& value) {
        DCHECK(!key.empty());
        Entry* entry = &entry_for(segment_of(key), key);
        if (!entry->key.empty()) {
            return false;
        }
        while (segment_of(key).used >= kUsedMax) {
            split(directory_index(key));
            entry = &entry_for(segment_of(key), key);
        }
        *entry = {key, value};
        ++segment_of(key).used;
        ++size_;
        return true;
    }

    bool erase(base::Digest128 key) {
        Segment& segment = segment_of(key);
        std::size_t slot = home(key);
        for (; segment.entries[slot].key != key || key.empty(); slot = next(slot)) {
            if (segment.entries[slot].key.empty()) {
                return false;
            }
        }
        close_gap(segment, slot);
        --segment.used;
        --size_;
        return true;
    }

    template <typename Visit>
    void for_each(Visit&& visit) const {
        for_each_segment([&](const Segment* segment) {
            for (const Entry& entry : segment->entries) {
                if (!entry.key.empty()) {
                    visit(entry.key, entry.value);
                }
            }
        });
    }

  private:
    static constexpr std::size_t kSlots = 512;
    static constexpr std::size_t kUsedMax = kSlots * 3 / 4;

    struct Entry {
        base::Digest128 key;
        Value value{};
    };
    static constexpr std::size_t kEntriesPerLine = 64 / sizeof(Entry);
    struct Segment {
        std::array<Entry, kSlots> entries{};
        unsigned depth = 0;  // how many top bits its keys share
        std::uint32_t used = 0;
    };

    static std::size_t home(base::Digest128 key) { return key.low % kSlots; }
    static std::size_t next(std::size_t slot) { return (slot + 1) % kSlots; }

    static Segment* new_segment(unsigned depth) {
        auto* const segment = new (take_table_block(sizeof(Segment))) Segment{};
        segment->depth = depth;
        return segment;
    }
    [[nodiscard]] std::size_t directory_index(base::Digest128 key) const {
        return depth_ == 0 ? 0 : static_cast<std::size_t>(key.high >> (64 - depth_));
    }
    [[nodiscard]] Segment& segment_of(base::Digest128 key) {
        return *directory_[directory_index(key)];
    }
    [[nodiscard]] const Segment& segment_of(base::Digest128 key) const {
        return *directory_[directory_index(key)];
    }
    // A segment stands in the directory as often as its keys share fewer bits than the directory.
    template <typename Visit>
    void for_each_segment(Visit&& visit) const {
        for (std::size_t i = 0; i < directory_.size();) {
            Segment* const segment = directory_[i];
            i += std::size_t{1} << (depth_ - segment->depth);
            visit(segment);
        }
    }

    // The key's entry, or the free one where it belongs.
    template <typename SomeSegment>
    static auto& entry_for(SomeSegment& segment, base::Digest128 key) {
        std::size_t slot = home(key);
        while (!segment.entries[slot].key.empty() && segment.entries[slot].key != key) {
            slot = next(slot);
        }
        return segment.entries[slot];
    }

    // Moves later entries of the run back, so that no probe is cut short by the gap.
    static void close_gap(Segment& segment, std::size_t gap) {
        for (std::size_t slot = next(gap); !segment.entries[slot].key.empty(); slot = next(slot)) {
            const std::size_t distance = (slot + kSlots - home(segment.entries[slot].key)) % kSlots;
            const std::size_t reach = (slot + kSlots - gap) % kSlots;
            if (distance >= reach) {
                segment.entries[gap] = segment.entries[slot];
                gap = slot;
            }
        }
        segment.entries[gap] = {};
    }

    void double_directory() {
        std::vector<Segment*> wider(directory_.size() * 2);
        for (std::size_t i = 0; i < wider.size(); ++i) {
            wider[i] = directory_[i / 2];
        }
        directory_ = std::move(wider);
        ++depth_;
    }

    void split(std::size_t index) {
        Segment* const old = directory_[index];
        if (old->depth == depth_) {
            double_directory();
            index *= 2;
        }
        Segment* const halves[] = {new_segment(old->depth + 1), new_segment(old->depth + 1)};
        const unsigned bit = 64 - halves[0]->depth;
        for (const Entry& entry : old->entries) {
            if (!entry.key.empty()) {
                Segment& half = *halves[(entry.key.high >> bit) & 1];
                entry_for(half, entry.key) = entry;
                ++half.used;
            }
        }
        const std::size_t span = std::size_t{1} << (depth_ - halves[0]->depth);
        const std::size_t first = (index / (span * 2)) * (span * 2);
        for (std::size_t i = 0; i < 2 * span; ++i) {
            directory_[first + i] = halves[i / span];
        }
        give_table_block(old, sizeof(Segment));
    }

    unsigned depth_ = 0;
    std::size_t size_ = 0;
    std::vector<Segment*> directory_;
};

}  // namespace holdfast::core
