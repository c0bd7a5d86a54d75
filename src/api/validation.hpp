// Validator: collects everything that is wrong with a request, so that a client sees it at once.
//
// Each check reads one field, records a problem under its JSON pointer if there is one, and hands
// back a usable value either way; the caller asks once at the end. Thread rule: one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "api/problem.hpp"
#include "base/time.hpp"
#include "model/reason.hpp"

namespace holdfast::api {

// How a text may look.
enum class TextKind : std::uint8_t {
    name,  // no control characters
    note,  // several lines
};

struct Bounds {
    std::int64_t least = 1;
    std::int64_t most = std::numeric_limits<std::int64_t>::max();
};

class Validator {
  public:
    void add(std::string pointer, std::string detail);

    // 1..bytes_max bytes of UTF-8. An absent one is "".
    std::string required_text(const std::optional<std::string>& value, std::string_view pointer,
                              std::size_t bytes_max);
    std::string optional_text(const std::optional<std::string>& value, std::string_view pointer,
                              std::size_t bytes_max, TextKind kind = TextKind::name);

    // An absent one is 1.
    std::int64_t required_number(std::optional<std::int64_t> value, std::string_view pointer,
                                 Bounds bounds);
    std::optional<std::int64_t> optional_number(std::optional<std::int64_t> value,
                                                std::string_view pointer, Bounds bounds);
    std::optional<base::Time> optional_time(const std::optional<std::string>& value,
                                            std::string_view pointer);
    // `other` needs a note.
    model::Reason required_reason(const std::optional<std::string>& value, bool has_note);

    [[nodiscard]] bool ok() const { return problem_.errors.empty(); }
    // What was found. Only when not ok.
    [[nodiscard]] Problem take();

  private:
    void check_text(const std::string& value, std::string_view pointer, std::size_t bytes_max,
                    TextKind kind);

    Problem problem_ = make_problem(model::RefusalCode::validation_failed);
};

}  // namespace holdfast::api
