#include "base/pooled_vector.hpp"

namespace holdfast::base {

struct BlockPoolCleaner {
    ~BlockPoolCleaner() {
        for (auto& list : BlockPool::lists_) {
            while (list.first != nullptr) {
                auto* const next = list.first->next;
                ::operator delete(list.first);
                list.first = next;
            }
            list.length = BlockPool::kKeptMax;  // what is freed later is not kept
        }
    }
};

void BlockPool::free_at_exit() noexcept {
    static thread_local const BlockPoolCleaner cleaner;
    frees_at_exit_ = true;
}

}  // namespace holdfast::base
