// HeadScan: finds the end of a message header in bytes that grow from call to call.
//
// It refuses, before any parser sees the bytes, the line endings that two readers could take
// differently: a line feed without carriage return, and a line that continues the one before it
// (obs-fold, RFC 9112 section 5.2). One empty line before the start line is skipped (section 2.2).
// Thread rule: none, a plain value.
#pragma once

#include <cstddef>
#include <string_view>

namespace holdfast::net {

class HeadScan {
  public:
    enum class Verdict { need_more, complete, bare_line_feed, folded_line, empty_lines };

    // `bytes` starts with the bytes of the call before.
    [[nodiscard]] Verdict scan(std::string_view bytes);

    // Where the start line begins, and after `complete` the first byte behind the header.
    [[nodiscard]] std::size_t begin() const { return begin_; }
    [[nodiscard]] std::size_t end() const { return next_; }
    // Whole lines seen, the start line included.
    [[nodiscard]] std::size_t lines() const { return lines_; }

  private:
    std::size_t begin_ = 0;
    std::size_t line_ = 0;  // start of the line being read
    std::size_t next_ = 0;  // first byte not looked at
    std::size_t lines_ = 0;
};

}  // namespace holdfast::net
