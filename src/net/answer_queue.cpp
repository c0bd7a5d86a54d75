#include "net/answer_queue.hpp"

#include <algorithm>
#include <tuple>

namespace holdfast::net {

bool AnswerQueue::push(std::unique_ptr<Answer> answer) {
    Answer* seen = newest_.load(std::memory_order_relaxed);
    do {
        if (seen == &closed_) {
            return false;
        }
        answer->next = seen;
    } while (!newest_.compare_exchange_weak(seen, answer.get(), std::memory_order_release,
                                            std::memory_order_relaxed));
    std::ignore = answer.release();  // the queue owns it now
    return seen == nullptr;
}

void AnswerQueue::take_all(std::vector<std::unique_ptr<Answer>>& out) {
    if (empty()) {
        return;
    }
    const auto at = static_cast<std::ptrdiff_t>(out.size());
    Answer* node = newest_.exchange(nullptr, std::memory_order_acquire);
    while (node != nullptr) {
        out.emplace_back(node);
        node = node->next;
    }
    std::reverse(out.begin() + at, out.end());
}

bool AnswerQueue::empty() const {
    const Answer* seen = newest_.load(std::memory_order_relaxed);
    return seen == nullptr || seen == &closed_;
}

void AnswerQueue::close() {
    Answer* node = newest_.exchange(&closed_, std::memory_order_acquire);
    while (node != nullptr && node != &closed_) {
        const std::unique_ptr<Answer> dropped(node);
        node = dropped->next;
    }
}

}  // namespace holdfast::net
