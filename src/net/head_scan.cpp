#include "net/head_scan.hpp"

namespace holdfast::net {

HeadScan::Verdict HeadScan::scan(std::string_view bytes) {
    for (;;) {
        const auto feed = bytes.find('\n', next_);
        if (feed == std::string_view::npos) {
            next_ = bytes.size();
            return Verdict::need_more;
        }
        next_ = feed + 1;
        if (feed == line_ || bytes[feed - 1] != '\r') {
            return Verdict::bare_line_feed;
        }
        const bool empty = feed == line_ + 1;
        const bool first = line_ == begin_;
        if (empty && !first) {
            return Verdict::complete;
        }
        if (empty && begin_ != 0) {
            return Verdict::empty_lines;
        }
        if (empty) {
            begin_ = next_;
        } else if (!first && (bytes[line_] == ' ' || bytes[line_] == '\t')) {
            return Verdict::folded_line;
        } else {
            ++lines_;
        }
        line_ = next_;
    }
}

}  // namespace holdfast::net
