// Slabs<T>: a vector that grows without moving what it has. Thread rule: one thread.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace holdfast::audit {

template <typename T>
class Slabs {
  public:
    // The new element's index, all zero.
    std::size_t add() {
        if (size_ % kSlab == 0) {
            slabs_.push_back(std::make_unique<T[]>(kSlab));
        }
        return size_++;
    }
    [[nodiscard]] T& operator[](std::size_t i) { return slabs_[i / kSlab][i % kSlab]; }
    [[nodiscard]] const T& operator[](std::size_t i) const { return slabs_[i / kSlab][i % kSlab]; }
    [[nodiscard]] std::size_t size() const { return size_; }

  private:
    static constexpr std::size_t kSlab = 4096;
    std::vector<std::unique_ptr<T[]>> slabs_;
    std::size_t size_ = 0;
};

}  // namespace holdfast::audit
