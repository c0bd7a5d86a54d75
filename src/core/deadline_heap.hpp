// DeadlineHeap: the next deadline first, with removal from anywhere.
//
// An intrusive leftist heap (Crane, 1972; Knuth, TAOCP 3, 5.2.3): its nodes are links inside the
// records, so it allocates nothing and has no growth step; inserting, removing any node and
// removing the first take O(log n) in the worst case. Ties are broken by the record's id, so the
// order is a function of the logical state alone.
//
// Deadlines mostly come in order, because most holds of a heap have the same TTL. The newest
// insertion is therefore remembered: a later node without children below it becomes its left child
// in O(1), and a heap filled in order is a chain whose every operation is O(1). The leftist
// property holds (the right side stays empty), so the bounds above do too.
//
// `Records` gives access by index: `links(index)` -> HeapLinks&, `before(a, b)` -> bool, a strict
// total order. The heap itself is its HeapRoot. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <utility>

#include "base/check.hpp"

namespace holdfast::core {

inline constexpr std::uint32_t kNoIndex = UINT32_MAX;

struct HeapLinks {
    std::uint32_t left = kNoIndex;
    std::uint32_t right = kNoIndex;
    std::uint32_t parent = kNoIndex;
    // Length of the shortest way down to a missing child; 0: not in a heap.
    std::uint8_t rank = 0;

    [[nodiscard]] bool linked() const { return rank != 0; }
};

struct HeapRoot {
    std::uint32_t first = kNoIndex;
    std::uint32_t newest = kNoIndex;  // the last insertion, while it is in the heap

    [[nodiscard]] bool empty() const { return first == kNoIndex; }
};

template <typename Records>
class DeadlineHeap {
  public:
    DeadlineHeap(Records records, HeapRoot& root) : records_(records), root_(root) {}

    void insert(std::uint32_t node) {
        HeapLinks& links = records_.links(node);
        DCHECK(!links.linked());
        links = {.rank = 1};
        if (!append_below_newest(node)) {
            root_.first = meld(root_.first, node);
            records_.links(root_.first).parent = kNoIndex;
        }
        root_.newest = node;
    }

    void remove(std::uint32_t node) {
        HeapLinks& links = records_.links(node);
        DCHECK(links.linked());
        const std::uint32_t parent = links.parent;
        if (root_.newest == node) {
            root_.newest = parent;
        }
        const std::uint32_t rest = meld(links.left, links.right);
        links = {};
        if (rest != kNoIndex) {
            records_.links(rest).parent = parent;
        }
        if (parent == kNoIndex) {
            root_.first = rest;
            return;
        }
        HeapLinks& above = records_.links(parent);
        (above.left == node ? above.left : above.right) = rest;
        repair_upwards(parent);
    }

  private:
    [[nodiscard]] bool append_below_newest(std::uint32_t node) {
        if (root_.newest == kNoIndex || records_.before(node, root_.newest)) {
            return false;
        }
        HeapLinks& newest = records_.links(root_.newest);
        if (newest.left != kNoIndex) {
            return false;
        }
        newest.left = node;
        records_.links(node).parent = root_.newest;
        return true;
    }

    [[nodiscard]] std::uint8_t rank_of(std::uint32_t node) {
        return node == kNoIndex ? std::uint8_t{0} : records_.links(node).rank;
    }

    // Walks down the two right spines, then back up restoring ranks. Spines are at most
    // log2(n + 1) long, so the recursion is shallow.
    std::uint32_t meld(std::uint32_t a, std::uint32_t b) {
        if (a == kNoIndex || b == kNoIndex) {
            return a == kNoIndex ? b : a;
        }
        if (records_.before(b, a)) {
            std::swap(a, b);
        }
        const std::uint32_t right = meld(records_.links(a).right, b);
        HeapLinks& links = records_.links(a);
        links.right = right;
        records_.links(right).parent = a;
        settle(links);
        return a;
    }

    // The longer child to the left; the rank from the shorter one. True if the rank changed.
    bool settle(HeapLinks& links) {
        if (rank_of(links.left) < rank_of(links.right)) {
            std::swap(links.left, links.right);
        }
        const std::uint8_t old_rank = links.rank;
        links.rank = static_cast<std::uint8_t>(rank_of(links.right) + 1);
        return links.rank != old_rank;
    }

    void repair_upwards(std::uint32_t node) {
        while (node != kNoIndex) {
            HeapLinks& links = records_.links(node);
            if (!settle(links)) {
                return;
            }
            node = links.parent;
        }
    }

    Records records_;
    HeapRoot& root_;
};

}  // namespace holdfast::core
