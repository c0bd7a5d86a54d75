// ProgressLine: how far a replay is, on standard error.
//
// On a terminal one line that is rewritten, ten times a second at most; elsewhere a plain line each
// tenth of the way. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.hpp"
#include "client/console.hpp"

namespace holdfast::replay {

class ProgressLine {
  public:
    ProgressLine(const client::Console& console, std::string what, std::size_t total,
                 base::Duration start)
        : console_(console), what_(std::move(what)), total_(total), start_(start) {}

    // `done` of the total after so long.
    void show(std::size_t done, base::Duration now);
    // Ends the line.
    void end(std::size_t done, base::Duration now);

  private:
    const client::Console& console_;
    std::string what_;
    std::size_t total_;
    base::Duration start_;
    base::Duration shown_at_{};  // on a terminal
    std::size_t tenths_shown_ = 0;
};

// "[#####-----] 50/100 carts  25/s  2 s left"
[[nodiscard]] std::string progress_text(const std::string& what, std::size_t done,
                                        std::size_t total, base::Duration elapsed);

}  // namespace holdfast::replay
