#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "app/keys_tool.hpp"
#include "app/last_words.hpp"
#include "app/ledger_tools.hpp"
#include "app/serve.hpp"
#include "base/digest.hpp"
#include "cli/run.hpp"
#include "core/table_secret.hpp"

extern char** environ;  // NOLINT(readability-identifier-naming): POSIX names it

namespace {

constexpr std::string_view kVersion = HOLDFAST_VERSION;

holdfast::cli::Environment read_environment() {
    holdfast::cli::Environment out;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        if (const auto equals = text.find('='); equals != std::string_view::npos) {
            out.emplace(text.substr(0, equals), text.substr(equals + 1));
        }
    }
    return out;
}

// Before the first table, in every command that reads what clients sent.
void hide_table_layout() {
    std::uint64_t secret = 0;
    holdfast::base::fill_random(std::as_writable_bytes(std::span(&secret, 1)));
    holdfast::core::use_table_secret(secret);
}

}  // namespace

int main(int argc, char** argv) {
    holdfast::app::install_last_words();
    hide_table_layout();
    const std::string version(kVersion);
    const holdfast::cli::AppCommands commands{
        .serve = [&](const auto& options) { return holdfast::app::run_service(options, version); },
        .ledger = holdfast::app::run_ledger_tool,
        .keys_new = holdfast::app::run_keys_new,
        .version = version};
    return holdfast::cli::run(std::span<const char* const>(argv, static_cast<std::size_t>(argc)),
                              read_environment(), commands);
}
