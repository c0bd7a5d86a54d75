// CHECK: the door for bugs.
//
// A CHECK states something that holds whatever a client, a file or a disk does. It is on in every
// build, prints the expression, the place and the message, and aborts. Never CHECK input: input
// gets a refusal (a business value) or a failure (`Result`, see result.hpp).
// DCHECK is the same in debug builds only; use it where a profile shows that CHECK costs too much.
#pragma once

#include <string_view>

namespace holdfast::base {

// Prints the failed expression and aborts. Never returns, never throws.
[[noreturn]] void check_failed(std::string_view expression, std::string_view message,
                               const char* file, int line) noexcept;

}  // namespace holdfast::base

#define CHECK_MESSAGE_(condition, message, ...)                                      \
    do {                                                                             \
        if (!(condition)) [[unlikely]] {                                             \
            ::holdfast::base::check_failed(#condition, message, __FILE__, __LINE__); \
        }                                                                            \
    } while (false)

// CHECK(condition) or CHECK(condition, "message").
#define CHECK(...) CHECK_MESSAGE_(__VA_ARGS__, "", "")

#ifdef NDEBUG
#define DCHECK(...) static_cast<void>(0)
#else
#define DCHECK(...) CHECK(__VA_ARGS__)
#endif

// The end of a function whose switch handles every enumerator.
#define UNREACHABLE() ::holdfast::base::check_failed("unreachable", "", __FILE__, __LINE__)
