// A text as a JSON string. Thread rule: free functions.
#pragma once

#include <string>
#include <string_view>

namespace holdfast::api {

// Appends the text in quotes, escaping what JSON demands. The text must be UTF-8.
void append_json_string(std::string& out, std::string_view text);

}  // namespace holdfast::api
