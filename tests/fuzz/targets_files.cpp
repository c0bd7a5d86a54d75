// Files that people write: tables, policies, configuration.
#include <string>

#include "base/check.hpp"
#include "cli/policy_file.hpp"
#include "cli/serve_settings.hpp"
#include "cli/table_file.hpp"
#include "replay/csv.hpp"
#include "tests/fuzz/memory_file.hpp"
#include "tests/fuzz/target.hpp"

namespace holdfast::fuzz {

namespace {

// The input as a file, until the next one.
const std::string& path_of(Input input) {
    static MemoryFile file;
    file.set(input);
    return file.path();
}

}  // namespace

void fuzz_csv(Input input) {
    replay::CsvReader reader(text_of(input));
    std::size_t line = 0;
    while (const auto row = reader.next()) {
        CHECK(row->line > line, "lines go forward");
        line = row->line;
    }
    constexpr cli::Column kColumns[] = {{.name = "sku", .required = true}, {.name = "quantity"}};
    auto table = cli::TableFile::open(path_of(input), kColumns);
    while (table) {
        const auto row = table->next();
        if (row && !*row) {
            return;
        }
    }
}

void fuzz_policies(Input input) { static_cast<void>(cli::read_policies(path_of(input))); }

void fuzz_config(Input input) { static_cast<void>(cli::read_config(path_of(input))); }

}  // namespace holdfast::fuzz
