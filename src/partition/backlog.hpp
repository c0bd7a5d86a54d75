// Backlog: commands that were taken out of the inbox and wait to be decided, oldest first.
//
// A batch seldom takes all of them (it is full of events, or out of budget), so under load there is
// always one left. Memory is that of what waits, not of what went through: what was decided is
// dropped each time something comes in. Thread rule: the writer's.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/check.hpp"
#include "partition/submission.hpp"

namespace holdfast::partition {

class Backlog {
  public:
    [[nodiscard]] bool empty() const { return first_ == all_.size(); }
    [[nodiscard]] std::size_t size() const { return all_.size() - first_; }
    // Good until the next `inlet`.
    [[nodiscard]] std::span<Submission* const> waiting() const {
        return std::span(all_).subspan(first_);
    }
    void pop_front() {
        DCHECK(!empty());
        ++first_;
    }
    // What comes in is appended there.
    [[nodiscard]] std::vector<Submission*>& inlet() {
        all_.erase(all_.begin(), all_.begin() + static_cast<std::ptrdiff_t>(first_));
        first_ = 0;
        return all_;
    }

  private:
    std::vector<Submission*> all_;
    std::size_t first_ = 0;  // those before it were decided
};

}  // namespace holdfast::partition
