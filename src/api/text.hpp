// What a text from outside may be made of. Thread rule: free functions.
#pragma once

#include <string_view>

namespace holdfast::api {

// Well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
[[nodiscard]] bool is_utf8(std::string_view text);

// C0 controls (NUL among them) and DEL.
[[nodiscard]] bool has_control_characters(std::string_view text);

}  // namespace holdfast::api
