// IdTable: where a reservation's record is, by its id.
//
// An id is the sequence of the event that created the reservation, so ids come in order and lie
// close together: pages of plain indices take four bytes per event, and who comes one after another
// shares cache lines, where a hash table takes ten times that and a cache miss each. Pages are
// found by a small hash table; a page goes when its last entry does. Thread rule: one thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <new>

#include "base/prefetch.hpp"
#include "core/digest_table.hpp"
#include "core/table_memory.hpp"
#include "model/ids.hpp"

namespace holdfast::core {

class IdTable {
  public:
    IdTable() = default;
    ~IdTable() {
        pages_.for_each(
            [](base::Digest128 /*number*/, Page* page) { give_table_block(page, sizeof(Page)); });
    }
    IdTable(const IdTable&) = delete;
    IdTable& operator=(const IdTable&) = delete;

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::size_t bytes() const {
        return pages_.size() * sizeof(Page) + pages_.bytes();
    }

    // Null: not there.
    [[nodiscard]] const std::uint32_t* find(model::ReservationId id) const {
        const Page* const page = page_of(id);
        if (page == nullptr) {
            return nullptr;
        }
        const std::uint32_t& index = page->indices[id.value() % kPageIds];
        return index == kNone ? nullptr : &index;
    }
    void prefetch(model::ReservationId id) const {
        if (const Page* const page = page_of(id)) {
            base::prefetch(&page->indices[id.value() % kPageIds]);
        }
    }
    // The id must not be there.
    void add(model::ReservationId id, std::uint32_t index) {
        Page* page = page_of(id);
        if (page == nullptr) {
            page = new (take_table_block(sizeof(Page))) Page;
            pages_.put(page_key(id), page);
        }
        page->indices[id.value() % kPageIds] = index;
        ++page->used;
        ++size_;
    }
    // The id must be there.
    void erase(model::ReservationId id) {
        Page* const page = page_of(id);
        page->indices[id.value() % kPageIds] = kNone;
        --size_;
        if (--page->used == 0) {
            pages_.erase(page_key(id));
            give_table_block(page, sizeof(Page));
        }
    }

  private:
    static constexpr std::size_t kPageIds = 255;  // with the count: one KiB
    static constexpr std::uint32_t kNone = UINT32_MAX;

    struct Page {
        std::array<std::uint32_t, kPageIds> indices;
        std::uint32_t used = 0;
        Page() { indices.fill(kNone); }
    };

    // Multiplication by an odd constant is a permutation; its high bits are well spread.
    [[nodiscard]] static base::Digest128 page_key(model::ReservationId id) {
        const std::uint64_t number = id.value() / kPageIds;
        const std::uint64_t spread = number * 0x9e3779b97f4a7c15ULL;
        return {.high = spread, .low = (spread >> 32) ^ (number << 32) ^ 1};
    }
    [[nodiscard]] Page* page_of(model::ReservationId id) const {
        Page* const* const found = pages_.find(page_key(id));
        return found != nullptr ? *found : nullptr;
    }

    DigestTable<Page*> pages_;
    std::size_t size_ = 0;
};

}  // namespace holdfast::core
