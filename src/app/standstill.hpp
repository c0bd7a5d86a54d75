// Standstill: a view that its disk did not take, and when it is tried again.
//
//     if (view.waits()) return;
//     const auto done = ...;
//     done ? view.went_on() : view.failed(done.error());
//
// The log has a line when it begins and one when it is over, however often it is tried between.
// Thread rule: one thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "base/result.hpp"

namespace holdfast::app {

class Standstill {
  public:
    static constexpr std::chrono::milliseconds kPause = std::chrono::seconds(2);

    // `view`: as the log names it, "the history".
    explicit Standstill(std::string view, std::chrono::milliseconds pause = kPause)
        : view_(std::move(view)), pause_(pause) {}

    // It stands still, and the next try is not due yet.
    [[nodiscard]] bool waits() const {
        return next_try_ && std::chrono::steady_clock::now() < *next_try_;
    }
    // It stands still; perhaps a try is due.
    [[nodiscard]] bool is_on() const { return next_try_.has_value(); }
    void failed(const base::Error& error);
    void went_on();

  private:
    std::string view_;
    std::chrono::milliseconds pause_;
    std::optional<std::chrono::steady_clock::time_point> next_try_;
};

}  // namespace holdfast::app
