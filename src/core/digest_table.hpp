// DigestTable: a map from Digest128 to a small value, densely packed, that never stalls while it
// grows.
//
// Extendible hashing (Fagin, Nievergelt, Pippenger, Strong, 1979): a directory of segments indexed
// by the top bits of the digest times a secret (core/table_secret.hpp); only the segment that is
// full does something about it, where a plain hash map moves everything (240-1,400 ms on the way to
// ten million). Two things keep the memory close to what the entries need, at every size
// (docs/adr/0020):
//
// - A segment grows page by page, from three to five, before it becomes two of three. One insertion
//   moves at most one segment: some thousand entries, ten to twenty microseconds.
// - Segments do not all fill up at the same time, as equal shares of uniform digests would. Their
//   shares of the digests differ by up to two (`skewed`), so some have just grown and some are
//   about to, always; the fill of the whole is three quarters to four fifths.
//
// Within a segment, entries are in groups of fifteen with a byte of each key's digest side by side
// in front ("tags", as in Abseil's and Folly's tables). Who looks for a new key, as most do,
// touches the tags only: one cache line. A full group counts those who went on to the next.
//
// Not for iteration by decisions: the order of `for_each` is not a function of the logical state.
// Thread rule: one thread. The empty digest cannot be a key and is never found.
#pragma once

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <type_traits>
#include <vector>

#include "base/check.hpp"
#include "base/digest.hpp"
#include "base/prefetch.hpp"
#include "core/table_memory.hpp"
#include "core/table_secret.hpp"

namespace holdfast::core {

// A byte for each of fifteen slots, 0 where the slot is free, and how many entries found all of
// them taken; 255 stands for ever. Sets of slots are masks, a bit for each.
class TagGroup {
  public:
    static constexpr std::uint32_t kSlots = 15;

    [[nodiscard]] std::uint32_t matches(std::uint8_t tag) const {
        return equal_bytes(tag) & kAllSlots;
    }
    // The first free slot; kSlots: none.
    [[nodiscard]] std::uint32_t first_free() const {
        return static_cast<std::uint32_t>(std::countr_zero(equal_bytes(0) | (kAllSlots + 1)));
    }

    [[nodiscard]] bool taken(std::uint32_t slot) const { return bytes_[slot] != 0; }
    void set(std::uint32_t slot, std::uint8_t tag) { bytes_[slot] = tag; }
    void clear(std::uint32_t slot) { bytes_[slot] = 0; }

    [[nodiscard]] bool passed() const { return bytes_[kSlots] != 0; }
    void one_went_on() { bytes_[kSlots] += static_cast<std::uint8_t>(bytes_[kSlots] != kMany); }
    void one_came_back() { bytes_[kSlots] -= static_cast<std::uint8_t>(bytes_[kSlots] != kMany); }

  private:
    static constexpr std::uint32_t kAllSlots = (1U << kSlots) - 1;
    static constexpr std::uint8_t kMany = 255;

    [[nodiscard]] std::uint32_t equal_bytes(std::uint8_t wanted) const {
#if defined(__SSE2__)
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes_.data()));
        const __m128i all = _mm_set1_epi8(static_cast<char>(wanted));
        return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, all)));
#else
        std::uint32_t out = 0;
        for (std::uint32_t i = 0; i < bytes_.size(); ++i) {
            out |= static_cast<std::uint32_t>(bytes_[i] == wanted) << i;
        }
        return out;
#endif
    }

    std::array<std::uint8_t, kSlots + 1> bytes_{};
};
static_assert(sizeof(TagGroup) == 16);

template <typename Value>
class DigestTable {
  public:
    DigestTable() : directory_{new_segment(0, 1)} {}
    ~DigestTable() {
        for_each_segment([](Segment* segment) { give_segment(segment); });
    }
    DigestTable(const DigestTable&) = delete;
    DigestTable& operator=(const DigestTable&) = delete;

    [[nodiscard]] std::size_t size() const { return size_; }
    // Of all entries that there is room for; segments grow before they are full.
    [[nodiscard]] std::size_t capacity() const {
        std::size_t out = 0;
        for_each_segment(
            [&](const Segment* segment) { out += std::size_t{segment->groups()} * kGroupSlots; });
        return out;
    }
    // Of pages, segments and directory.
    [[nodiscard]] std::size_t bytes() const {
        std::size_t out = directory_.capacity() * sizeof(Segment*);
        for_each_segment([&](const Segment* segment) {
            out += sizeof(Segment) + segment->page_count * sizeof(Page);
        });
        return out;
    }

    [[nodiscard]] const Value* find(base::Digest128 key) const {
        const Place found = place_of(segment_of(key), key);
        return found.page != nullptr ? &found.entry().value : nullptr;
    }
    [[nodiscard]] Value* find(base::Digest128 key) {
        return const_cast<Value*>(static_cast<const DigestTable*>(this)->find(key));
    }

    // Asks the processor for the tags among which a key will be looked for.
    void prefetch(base::Digest128 key) const {
        const Segment& segment = segment_of(key);
        const std::uint32_t group = segment.home(key);
        base::prefetch(&segment.page(group).tags[group % kPageGroups]);
    }
    // And, once these are there, for the entry that will be read, or written.
    void prefetch_entry(base::Digest128 key) const {
        const Segment& segment = segment_of(key);
        const std::uint32_t group = segment.home(key);
        const Page& page = segment.page(group);
        const TagGroup& tags = page.tags[group % kPageGroups];
        const std::uint32_t matches = tags.matches(tag_of(key));
        const std::uint32_t slot = matches != 0
                                       ? static_cast<std::uint32_t>(std::countr_zero(matches))
                                       : tags.first_free();
        if (slot < kGroupSlots) {
            base::prefetch(&page.entry(group % kPageGroups, slot));
        }
    }

    // Replaces the value of a key that is there.
    void put(base::Digest128 key, const Value& value) {
        if (!insert(key, value)) {
            *find(key) = value;
        }
    }

    // False, and changes nothing: the key is there.
    [[nodiscard]] bool insert(base::Digest128 key, const Value& value) {
        DCHECK(!key.empty());
        Segment* segment = &segment_of(key);
        if (place_of(*segment, key).page != nullptr) {
            return false;
        }
        for (; segment->is_full(); segment = &segment_of(key)) {
            grow(directory_index(key));
        }
        add(*segment, {key, value});
        ++size_;
        return true;
    }

    bool erase(base::Digest128 key) {
        Segment& segment = segment_of(key);
        const Place found = place_of(segment, key);
        if (found.page == nullptr) {
            return false;
        }
        for (std::uint32_t group = segment.home(key); group != found.group;
             group = segment.next(group)) {
            segment.page(group).tags[group % kPageGroups].one_came_back();
        }
        found.page->tags[found.group % kPageGroups].clear(found.slot);
        --segment.used;
        --size_;
        return true;
    }

    template <typename Visit>
    void for_each(Visit&& visit) const {
        for_each_segment([&](const Segment* segment) {
            each_entry(*segment, [&](const Entry& entry) { visit(entry.key, entry.value); });
        });
    }

  private:
    static constexpr std::uint32_t kGroupSlots = TagGroup::kSlots;
    static constexpr std::uint32_t kPageGroups = 16;
    static constexpr std::uint32_t kPageSlots = kPageGroups * kGroupSlots;
    static constexpr std::uint32_t kPageUsedMax = kPageSlots * 9 / 10;
    static constexpr std::uint32_t kPagesMax = 5;
    static constexpr std::uint32_t kPagesAfterSplit = 3;

    struct Entry {
        base::Digest128 key;
        Value value;
    };
    static_assert(std::is_trivially_copyable_v<Value>);  // free slots are not initialised

    struct Page {
        std::array<TagGroup, kPageGroups> tags{};
        alignas(Entry) std::array<std::byte, kPageSlots * sizeof(Entry)> slots;

        Page() {}  // not the slots

        [[nodiscard]] Entry& entry(std::uint32_t group, std::uint32_t slot) {
            return reinterpret_cast<Entry*>(slots.data())[(group * kGroupSlots) + slot];
        }
        [[nodiscard]] const Entry& entry(std::uint32_t group, std::uint32_t slot) const {
            return const_cast<Page*>(this)->entry(group, slot);
        }
    };

    // Groups are counted through its pages.
    struct Segment {
        std::array<Page*, kPagesMax> pages{};
        std::uint32_t used = 0;
        std::uint8_t page_count = 0;
        std::uint8_t depth = 0;  // how many top bits its keys share

        [[nodiscard]] std::uint32_t groups() const { return page_count * kPageGroups; }
        [[nodiscard]] bool is_full() const { return used >= page_count * kPageUsedMax; }
        [[nodiscard]] Page& page(std::uint32_t group) const { return *pages[group / kPageGroups]; }
        // Where a key belongs; bits that the directory does not look at.
        [[nodiscard]] std::uint32_t home(base::Digest128 key) const {
            return static_cast<std::uint32_t>(((key.high & UINT32_MAX) * groups()) >> 32);
        }
        [[nodiscard]] std::uint32_t next(std::uint32_t group) const {
            return group + 1 == groups() ? 0 : group + 1;
        }
    };

    struct Place {
        Page* page = nullptr;  // null: not there
        std::uint32_t group = 0;
        std::uint32_t slot = 0;

        [[nodiscard]] Entry& entry() const { return page->entry(group % kPageGroups, slot); }
    };

    static std::uint8_t tag_of(base::Digest128 key) {
        return std::max<std::uint8_t>(static_cast<std::uint8_t>(key.low >> 8), 1);
    }

    // 32 bits of the digest, bent: equal shares of the result are shares of the digests that grow
    // from 3/4 to 3/2 of the mean. It is x + c x (1 - x), near enough to log2(1 + x),
    // which spreads the moments at which segments are full evenly over a doubling of the table.
    [[nodiscard]] std::uint32_t skewed(base::Digest128 key) const {
        constexpr std::uint64_t kOne = std::uint64_t{1} << 32;
        constexpr std::uint64_t kBend = 87;  // c = 87/256: the slopes at the ends are 2:1
        const std::uint64_t x = (key.high * secret_) >> 32;
        return static_cast<std::uint32_t>(x + ((((x * (kOne - x)) >> 32) * kBend) >> 8));
    }
    [[nodiscard]] std::size_t directory_index(base::Digest128 key) const {
        return static_cast<std::size_t>(std::uint64_t{skewed(key)} >> (32 - depth_));
    }
    [[nodiscard]] Segment& segment_of(base::Digest128 key) const {
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
    template <typename Visit>
    static void each_entry(const Segment& segment, Visit&& visit) {
        for (std::uint32_t p = 0; p < segment.page_count; ++p) {
            const Page& page = *segment.pages[p];
            for (std::uint32_t group = 0; group < kPageGroups; ++group) {
                for (std::uint32_t slot = 0; slot < kGroupSlots; ++slot) {
                    if (page.tags[group].taken(slot)) {
                        visit(page.entry(group, slot));
                    }
                }
            }
        }
    }

    static void take_pages(Segment& segment, std::uint32_t count) {
        for (std::uint32_t p = 0; p < count; ++p) {
            segment.pages[p] = new (take_table_block(sizeof(Page))) Page;
        }
        segment.page_count = static_cast<std::uint8_t>(count);
    }
    static void give_pages(std::span<Page* const> pages) {
        for (Page* const page : pages) {
            give_table_block(page, sizeof(Page));
        }
    }
    static Segment* new_segment(unsigned depth, std::uint32_t pages) {
        auto* const segment = new (take_table_block(sizeof(Segment))) Segment{};
        segment->depth = static_cast<std::uint8_t>(depth);
        take_pages(*segment, pages);
        return segment;
    }
    static void give_segment(Segment* segment) {
        give_pages(std::span(segment->pages).first(segment->page_count));
        give_table_block(segment, sizeof(Segment));
    }

    static Place place_of(const Segment& segment, base::Digest128 key) {
        const std::uint8_t tag = tag_of(key);
        std::uint32_t group = segment.home(key);
        for (std::uint32_t left = segment.groups(); left > 0; --left) {
            Page& page = segment.page(group);
            const TagGroup& tags = page.tags[group % kPageGroups];
            for (std::uint32_t mask = tags.matches(tag); mask != 0; mask &= mask - 1) {
                const auto slot = static_cast<std::uint32_t>(std::countr_zero(mask));
                if (page.entry(group % kPageGroups, slot).key == key) {
                    return {.page = &page, .group = group, .slot = slot};
                }
            }
            if (!tags.passed()) {
                break;
            }
            group = segment.next(group);
        }
        return {};
    }

    // The key must not be there, and the segment not be full.
    static void add(Segment& segment, const Entry& entry) {
        for (std::uint32_t group = segment.home(entry.key);; group = segment.next(group)) {
            Page& page = segment.page(group);
            TagGroup& tags = page.tags[group % kPageGroups];
            const std::uint32_t slot = tags.first_free();
            if (slot < kGroupSlots) {
                tags.set(slot, tag_of(entry.key));
                new (&page.entry(group % kPageGroups, slot)) Entry(entry);
                ++segment.used;
                return;
            }
            tags.one_went_on();
        }
    }

    void grow(std::size_t index) {
        Segment& segment = *directory_[index];
        segment.page_count < kPagesMax ? add_page(segment) : split(index);
    }
    static void add_page(Segment& segment) {
        const Segment old = segment;
        segment.used = 0;
        take_pages(segment, old.page_count + 1U);
        each_entry(old, [&](const Entry& entry) { add(segment, entry); });
        give_pages(std::span(old.pages).first(old.page_count));
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
        const unsigned depth = old->depth + 1U;
        const auto half_of = [&](const Entry& entry) {
            return (std::uint64_t{skewed(entry.key)} >> (32 - depth)) & 1;
        };
        std::array<std::uint32_t, 2> counts{};
        each_entry(*old, [&](const Entry& entry) { ++counts[half_of(entry)]; });
        std::array<Segment*, 2> halves{};
        for (std::size_t half = 0; half < halves.size(); ++half) {
            const std::uint32_t needed = (counts[half] + kPageUsedMax - 1) / kPageUsedMax;
            halves[half] = new_segment(depth, std::max(needed, kPagesAfterSplit));
        }
        each_entry(*old, [&](const Entry& entry) { add(*halves[half_of(entry)], entry); });
        const std::size_t span = std::size_t{1} << (depth_ - depth);
        const std::size_t first = (index / (span * 2)) * (span * 2);
        for (std::size_t i = 0; i < 2 * span; ++i) {
            directory_[first + i] = halves[i / span];
        }
        give_segment(old);
    }

    std::uint64_t secret_ = table_secret();
    unsigned depth_ = 0;  // at most 32
    std::size_t size_ = 0;
    std::vector<Segment*> directory_;
};

}  // namespace holdfast::core
