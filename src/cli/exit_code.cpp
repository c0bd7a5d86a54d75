#include "cli/exit_code.hpp"

namespace holdfast::cli {

ExitCode exit_code_of(int status, std::string_view problem_code) {
    if (status >= 200 && status < 300) {
        return ExitCode::ok;
    }
    if (status == 401 || status == 403) {
        return ExitCode::auth;
    }
    if (status == 404 || problem_code.starts_with("unknown_")) {
        return ExitCode::not_found;
    }
    if (status == 429 || status == 503) {
        return ExitCode::unreachable;
    }
    if (problem_code == "validation_failed" || status == 400) {
        return ExitCode::usage;
    }
    return status >= 400 && status < 500 ? ExitCode::refused : ExitCode::failed;
}

}  // namespace holdfast::cli
