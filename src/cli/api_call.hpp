// ApiCall: one command as the one request it sends, and how its answer is shown.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

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

struct ApiCall {
    ServiceAccess access;
    client::RestRequest request;
    bool needs_key = false;  // a key is made up if none is given
    bool json = false;
    View view;
};

}  // namespace holdfast::cli
