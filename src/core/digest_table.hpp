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
#include <memory>
#include <vector>

#include "base/check.hpp"
#include "base/digest.hpp"

namespace holdfast::core {

template <typename Value>
class DigestTable {
  public:
    DigestTable() : directory_(1) { directory_[0] = new_segment(0); }

    [[nodiscard]] std::size_t size() const { return size_; }

    [[nodiscard]] const Value* find(base::Digest128 key) const {
        const Segment& segment = segment_of(key);
        for (std::size_t slot = home(key);; slot = next(slot)) {
            const Entry& entry = segment.entries[slot];
            if (entry.key.empty()) {
                return nullptr;  // asked first: a free slot equals the empty digest
            }
            if (entry.key == key) {
                return &entry.value;
            }
        }
    }
    [[nodiscard]] Value* find(base::Digest128 key) {
        return const_cast<Value*>(static_cast<const DigestTable*>(this)->find(key));
    }

    // Asks the processor for the place a key will be looked up at.
    void prefetch(base::Digest128 key) const {
        __builtin_prefetch(&segment_of(key).entries[home(key)]);
    }

    // Replaces the value of a key that is there.
    void put(base::Digest128 key, const Value& value) {
        DCHECK(!key.empty());
        if (Value* const found = find(key)) {
            *found = value;
            return;
        }
        while (segment_of(key).used >= kUsedMax) {
            split(directory_index(key));
        }
        place(segment_of(key), key, value);
        ++size_;
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
        for (const auto& segment : segments_) {
            for (const Entry& entry : segment->entries) {
                if (!entry.key.empty()) {
                    visit(entry.key, entry.value);
                }
            }
        }
    }

  private:
    static constexpr std::size_t kSlots = 512;
    static constexpr std::size_t kUsedMax = kSlots * 3 / 4;

    struct Entry {
        base::Digest128 key;
        Value value{};
    };
    struct Segment {
        unsigned depth = 0;  // how many top bits its keys share
        std::size_t used = 0;
        std::array<Entry, kSlots> entries{};
    };

    static std::size_t home(base::Digest128 key) { return key.low % kSlots; }
    static std::size_t next(std::size_t slot) { return (slot + 1) % kSlots; }

    std::uint32_t new_segment(unsigned depth) {
        segments_.push_back(std::make_unique<Segment>());
        segments_.back()->depth = depth;
        return static_cast<std::uint32_t>(segments_.size() - 1);
    }
    [[nodiscard]] std::size_t directory_index(base::Digest128 key) const {
        return depth_ == 0 ? 0 : static_cast<std::size_t>(key.high >> (64 - depth_));
    }
    [[nodiscard]] Segment& segment_of(base::Digest128 key) {
        return *segments_[directory_[directory_index(key)]];
    }
    [[nodiscard]] const Segment& segment_of(base::Digest128 key) const {
        return *segments_[directory_[directory_index(key)]];
    }

    static void place(Segment& segment, base::Digest128 key, const Value& value) {
        std::size_t slot = home(key);
        while (!segment.entries[slot].key.empty()) {
            slot = next(slot);
        }
        segment.entries[slot] = {key, value};
        ++segment.used;
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
        std::vector<std::uint32_t> wider(directory_.size() * 2);
        for (std::size_t i = 0; i < wider.size(); ++i) {
            wider[i] = directory_[i / 2];
        }
        directory_ = std::move(wider);
        ++depth_;
    }

    void split(std::size_t index) {
        const std::uint32_t old_number = directory_[index];
        if (segments_[old_number]->depth == depth_) {
            double_directory();
            index *= 2;
        }
        const std::uint32_t new_number = new_segment(segments_[old_number]->depth + 1);
        Segment& fresh = *segments_[new_number];
        auto kept = std::make_unique<Segment>();
        kept->depth = fresh.depth;
        const unsigned bit = 64 - fresh.depth;
        for (const Entry& entry : segments_[old_number]->entries) {
            if (!entry.key.empty()) {
                place(((entry.key.high >> bit) & 1) != 0 ? fresh : *kept, entry.key, entry.value);
            }
        }
        const std::size_t span = std::size_t{1} << (depth_ - fresh.depth);
        const std::size_t first = (index / (span * 2)) * (span * 2);
        for (std::size_t i = first + span; i < first + 2 * span; ++i) {
            directory_[i] = new_number;
        }
        segments_[old_number] = std::move(kept);
    }

    unsigned depth_ = 0;
    std::size_t size_ = 0;
    std::vector<std::unique_ptr<Segment>> segments_;
    std::vector<std::uint32_t> directory_;
};

}  // namespace holdfast::core
