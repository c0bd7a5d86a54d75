// Whether this is the build of a sanitizer, for tests that one would disturb. Thread rule: a
// constant.
#pragma once

// GCC says it in the first way, Clang in the second.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HOLDFAST_SANITIZER_ 1
#elif defined(__has_feature)
#define HOLDFAST_SANITIZER_ (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define HOLDFAST_SANITIZER_ 0
#endif

namespace holdfast::base::testing {

inline constexpr bool kSanitized = HOLDFAST_SANITIZER_;

}  // namespace holdfast::base::testing
