#include "base/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace holdfast::base {

void check_failed(std::string_view expression, std::string_view message, const char* file,
                  int line) noexcept {
    std::fprintf(stderr, "%s:%d: CHECK failed: %.*s%s%.*s\n", file, line,
                 static_cast<int>(expression.size()), expression.data(),
                 message.empty() ? "" : ": ", static_cast<int>(message.size()), message.data());
    std::fflush(stderr);
    std::abort();
}

}  // namespace holdfast::base
