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
#include <vector>

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

// Where in a body a field is: a JSON pointer, whole or as a field of a numbered part. It is put
// together only if something is wrong there. The texts must outlive it.
class Pointer {
  public:
    Pointer(std::string_view whole) : field_(whole) {}  // NOLINT(google-explicit-constructor)
    Pointer(const char* whole) : field_(whole) {}       // NOLINT(google-explicit-constructor)
    Pointer(const std::string& whole)                   // NOLINT(google-explicit-constructor)
        : field_(whole) {}
    // `list`/`index``field`; an empty list: the part is the body itself.
    Pointer(std::string_view list, std::size_t index, std::string_view field)
        : list_(list), index_(index), field_(field) {}

    [[nodiscard]] std::string text() const;

  private:
    std::string_view list_;
    std::size_t index_ = 0;
    std::string_view field_;
};

class Validator {
  public:
    void add(const Pointer& pointer, std::string detail);

    // 1..bytes_max bytes of UTF-8. An absent one is "".
    std::string required_text(const std::optional<std::string>& value, const Pointer& pointer,
                              std::size_t bytes_max);
    std::string optional_text(const std::optional<std::string>& value, const Pointer& pointer,
                              std::size_t bytes_max, TextKind kind = TextKind::name);

    // An absent one is 1.
    std::int64_t required_number(std::optional<std::int64_t> value, const Pointer& pointer,
                                 Bounds bounds);
    std::optional<std::int64_t> optional_number(std::optional<std::int64_t> value,
                                                const Pointer& pointer, Bounds bounds);
    std::optional<base::Time> optional_time(const std::optional<std::string>& value,
                                            const Pointer& pointer);
    // When something happened. Clocks of tills run minutes ahead; more is a wrong zone or year.
    std::optional<base::Time> optional_past(const std::optional<std::string>& value,
                                            const Pointer& pointer, base::Time now);
    // `other` needs a note.
    model::Reason required_reason(const std::optional<std::string>& value, bool has_note);

    [[nodiscard]] bool ok() const { return errors_.empty(); }
    // What was found. Only when not ok.
    [[nodiscard]] Problem take();

  private:
    void check_text(const std::string& value, const Pointer& pointer, std::size_t bytes_max,
                    TextKind kind);

    std::vector<ErrorItem> errors_;
};

}  // namespace holdfast::api
