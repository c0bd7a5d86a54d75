// Console: where a command prints. Data goes to `out`, everything said to a person to `err`.
//
// Thread rule: one thread.
#pragma once

#include <functional>
#include <string_view>

namespace holdfast::client {

struct Console {
    std::function<void(std::string_view)> out;
    std::function<void(std::string_view)> err;
    bool out_is_terminal = false;
    bool err_is_terminal = false;
    bool color = false;  // never set where NO_COLOR or TERM=dumb says no
};

}  // namespace holdfast::client
