// What tests of commands share: a file that goes away, a console that is read afterwards, and a
// command line as it is typed.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "cli/parse.hpp"

namespace holdfast::cli::testing {

// In no other test's way: tests run side by side, a process each.
inline std::string temporary_path(const std::string& name) {
    return ::testing::TempDir() + "holdfast_" + std::to_string(::getpid()) + '_' + name;
}

class TemporaryFile {
  public:
    TemporaryFile(const std::string& name, std::string_view text) : path_(temporary_path(name)) {
        std::ofstream(path_, std::ios::binary) << text;
    }
    ~TemporaryFile() { std::remove(path_.c_str()); }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    std::string path_;
};

struct Ran {
    ExitCode code = ExitCode::ok;
    std::string out;
    std::string err;
};

// What a command does that is more than one request, from its words on.
inline Ran run_task(std::vector<const char*> arguments, const std::string& url) {
    arguments.insert(arguments.begin(), "holdfast");
    const Environment environment = {{"HOLDFAST_URL", url}};
    const Invocation invocation = parse(arguments, environment, "1.2.3");
    Ran ran;
    if (const auto* printed = std::get_if<Printed>(&invocation)) {
        return {.code = printed->code, .out = {}, .err = printed->text};
    }
    const client::Console console{.out = [&](std::string_view text) { ran.out += text; },
                                  .err = [&](std::string_view text) { ran.err += text; }};
    ran.code = std::get<Task>(invocation)(console);
    return ran;
}

}  // namespace holdfast::cli::testing
