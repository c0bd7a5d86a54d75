// Result<T>: the door for failures of the environment (disk, network, files, peers).
//
// A failure is neither a refusal (a business "no", see model/refusal.hpp) nor a bug (CHECK). The
// code says what the caller can do; the message is one sentence for a person, naming the thing
// (file, position, address) it is about. TRY returns the error of an expression to the caller.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace holdfast::base {

// A code exists only where a caller can sensibly react to it.
enum class ErrorCode {
    invalid_input,      // the caller's bytes make no sense; sending them again cannot help
    not_found,          // the named thing does not exist
    already_locked,     // another process owns it
    permission_denied,  // the operating system refused access
    corrupted,          // stored bytes are damaged; never continue on them
    newer_format,       // written by a newer version of this program
    storage_full,       // no space left
    conflict,           // conditional write lost: the expected tail or epoch is not the present one
    unavailable,        // the peer or the disk does not answer; may work later
    outcome_unknown,    // it may or may not have happened: fail stop
};

[[nodiscard]] std::string_view to_string(ErrorCode code);

struct Error {
    ErrorCode code;
    std::string message;
};

template <typename T>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> failure(ErrorCode code, std::string message) {
    return std::unexpected(Error{code, std::move(message)});
}

}  // namespace holdfast::base

#define TRY_CONCAT_INNER_(a, b) a##b
#define TRY_CONCAT_(a, b) TRY_CONCAT_INNER_(a, b)
#define TRY_ASSIGN_(result, declaration, expression)       \
    auto result = (expression);                            \
    if (!result) {                                         \
        return std::unexpected(std::move(result).error()); \
    }                                                      \
    declaration = *std::move(result)

// TRY(auto value, make_value());  TRY_VOID(do_it());
#define TRY(declaration, expression) \
    TRY_ASSIGN_(TRY_CONCAT_(try_result_, __LINE__), declaration, expression)
#define TRY_VOID(expression)                                     \
    do {                                                         \
        if (auto try_void = (expression); !try_void) {           \
            return std::unexpected(std::move(try_void).error()); \
        }                                                        \
    } while (false)
