// Files that people write: tables, policies, configuration.
#include <memory>
#include <spanstream>

#include "base/check.hpp"
#include "cli/policy_file.hpp"
#include "cli/serve_settings.hpp"
#include "cli/table_file.hpp"
#include "cli/toml_values.hpp"
#include "replay/csv.hpp"
#include "tests/fuzz/target.hpp"

namespace holdfast::fuzz {

void fuzz_csv(Input input) {
    replay::CsvReader reader(text_of(input));
    std::size_t line = 0;
    while (const auto row = reader.next()) {
        CHECK(row->line > line, "lines go forward");
        line = row->line;
    }
    constexpr cli::Column kColumns[] = {{.name = "sku", .required = true}, {.name = "quantity"}};
    auto table =
        cli::TableFile::read("table", std::make_unique<std::ispanstream>(text_of(input)), kColumns);
    while (table) {
        const auto row = table->next();
        if (row && !*row) {
            return;
        }
    }
}

void fuzz_policies(Input input) {
    if (const auto values = cli::parse_toml("policies", text_of(input))) {
        static_cast<void>(cli::policies_of("policies", *values));
    }
}

void fuzz_config(Input input) { static_cast<void>(cli::parse_config("config", text_of(input))); }

}  // namespace holdfast::fuzz
