// AnswerQueue: answers on their way from any thread to the thread that owns their connections.
//
// A stack of nodes linked by one compare-and-swap each; the taker gets all of them at once, oldest
// first. `push` says whether the taker must be woken: only for the first answer since the last
// `take_all`, so that a thousand answers cost one wake-up.
// Thread rule: push from any thread; take_all and close from one thread at a time.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "net/http_types.hpp"

namespace holdfast::net {

struct Answer {
    std::uint64_t connection = 0;
    std::uint64_t sequence = 0;
    HttpResponse response;
    std::string failure;     // not empty: answer 500 instead and report this sentence
    Answer* next = nullptr;  // the queue's
};

class AnswerQueue {
  public:
    AnswerQueue() = default;
    ~AnswerQueue() { close(); }
    AnswerQueue(const AnswerQueue&) = delete;
    AnswerQueue& operator=(const AnswerQueue&) = delete;

    // True if the queue was empty. After close() the answer is dropped.
    [[nodiscard]] bool push(std::unique_ptr<Answer> answer);
    // Appends all answers to `out` in the order of their pushes.
    void take_all(std::vector<std::unique_ptr<Answer>>& out);
    [[nodiscard]] bool empty() const;
    // Drops what is there and whatever comes.
    void close();

  private:
    Answer closed_;  // only its address is used, as the mark of a closed queue
    std::atomic<Answer*> newest_{nullptr};
};

}  // namespace holdfast::net
