#include "app/keys_tool.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "api/api_keys.hpp"
#include "app/event_text.hpp"
#include "cli/exit_code.hpp"

namespace holdfast::app {

using cli::ExitCode;

namespace {

// Appends with one write, so that two commands at once do not mix their lines.
bool append_line(const std::string& path, const std::string& line) {
    const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) {
        return false;
    }
    const std::string text = line + "\n";
    const bool written =
        ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    return ::close(file) == 0 && written;
}

}  // namespace

int run_keys_new(const cli::KeysNewOptions& options) {
    const auto scopes = api::parse_scopes(options.scopes);
    if (!scopes) {
        fmt::print(stderr, "holdfast keys new: scopes are some of read,reserve,stock,admin\n");
        return to_int(ExitCode::usage);
    }
    const auto made = api::make_key(options.name, options.tenant, *scopes);
    if (!made) {
        fmt::print(stderr, "holdfast keys new: {}\n", made.error().message);
        return to_int(ExitCode::usage);
    }
    if (!options.file.empty() && !append_line(options.file, made->line)) {
        fmt::print(stderr, "holdfast keys new: {} cannot be written\n", options.file);
        return to_int(ExitCode::failed);
    }
    if (options.json) {
        fmt::print(R"({{"key":{},"line":{}}})"
                   "\n",
                   json_text(made->key), json_text(made->line));
        return to_int(ExitCode::ok);
    }
    fmt::print("{}\n", made->key);
    fmt::print(stderr, "Shown once. {}: {}\n",
               options.file.empty() ? "Line for the key file" : "Added to " + options.file,
               made->line);
    return to_int(ExitCode::ok);
}

}  // namespace holdfast::app
