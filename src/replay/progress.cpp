#include "replay/progress.hpp"

#include <algorithm>

namespace holdfast::replay {
namespace {

constexpr base::Duration kRewriteEvery{100};

}  // namespace

std::string progress_text(const std::string& what, std::size_t done, std::size_t total,
                          base::Duration elapsed) {
    constexpr std::size_t kBar = 30;
    const std::size_t filled = total == 0 ? kBar : std::min(done, total) * kBar / total;
    std::string out = '[' + std::string(filled, '#') + std::string(kBar - filled, '-') + "] " +
                      std::to_string(done) + '/' + std::to_string(total) + ' ' + what;
    const auto ms = static_cast<std::size_t>(std::max<std::int64_t>(elapsed.count(), 1));
    out += "  " + std::to_string(done * 1000 / ms) + "/s";
    if (done > 0 && done < total) {
        out += "  " + std::to_string((total - done) * ms / done / 1000) + " s left";
    }
    return out;
}

void ProgressLine::show(std::size_t done, base::Duration now) {
    const std::string text = progress_text(what_, done, total_, now - start_);
    if (console_.err_is_terminal) {
        if (done == total_ || now - shown_at_ >= kRewriteEvery) {
            shown_at_ = now;
            console_.err('\r' + text + "\x1b[K");
        }
        return;
    }
    const std::size_t tenths = total_ == 0 ? 10 : done * 10 / total_;
    if (tenths > tenths_shown_) {
        tenths_shown_ = tenths;
        console_.err(text + '\n');
    }
}

void ProgressLine::end(std::size_t done, base::Duration now) {
    show(done, now);
    if (console_.err_is_terminal) {
        console_.err("\n");
    }
}

}  // namespace holdfast::replay
