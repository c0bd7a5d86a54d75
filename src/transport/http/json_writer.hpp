// JsonWriter: appends JSON to a string, in the order it is called.
//
// Replies are written field by field rather than as a tree that is then printed: a tree per reply
// would cost more than the rest of the request, and the order of fields has to be fixed for
// replayed answers to be the same bytes. Members need a name, items of an array pass an empty one.
//
//     JsonWriter json(body);
//     json.begin_object();
//     json.text("sku", "tea");
//     json.begin_array("lines"); ... json.end_array();
//     json.end_object();
//
// Thread rule: one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace holdfast::transport::http {

class JsonWriter {
  public:
    explicit JsonWriter(std::string& out) : out_(out) {}

    void begin_object(std::string_view name = {});
    void end_object();
    void begin_array(std::string_view name = {});
    void end_array();

    void text(std::string_view name, std::string_view value);
    void text_unless_empty(std::string_view name, std::string_view value);
    void number(std::string_view name, std::int64_t value);
    void number(std::string_view name, std::uint64_t value);
    void flag(std::string_view name, bool value);
    void time(std::string_view name, base::Time value);
    // `value` is JSON already, such as a number with decimals.
    void raw(std::string_view name, std::string_view value);

  private:
    void begin_value(std::string_view name);

    std::string& out_;
    bool first_ = true;  // of the container that is open
};

}  // namespace holdfast::transport::http
