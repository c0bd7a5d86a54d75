// ApiCall: one command as the one request it sends, and how its answer is shown.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/exit_code.hpp"
#include "client/rest_client.hpp"

namespace holdfast::cli {

// Where the service is and who asks.
struct ServiceAccess {
    std::string url;
    std::string api_key_file;  // first line is the key; empty: none
};

// How an answer is shown to a person: its own members as names and values, then the objects in the
// member `list` as a table of `columns`.
struct View {
    std::string_view list;
    std::vector<std::string_view> columns;
};

// Another way to show an answer: its text for a person, `bold` as in Table.
using Show = std::function<std::string(const client::Json& document, bool bold)>;

struct ApiCall {
    ServiceAccess access;
    client::RestRequest request;
    bool needs_key = false;  // a key is made up if none is given
    bool json = false;
    View view;
    Show show{};       // instead of `view`
    bool raw = false;  // the body as it came: it is no JSON
    // The exit code of a success, if it tells more than that it was one.
    std::function<ExitCode(const client::Json& document)> code{};
};

}  // namespace holdfast::cli
