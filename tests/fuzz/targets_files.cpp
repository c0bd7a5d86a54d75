// Files that people write: tables, policies, configuration.
#include <unistd.h>

#include <string>

#include "base/check.hpp"
#include "cli/policy_file.hpp"
#include "cli/serve_settings.hpp"
#include "cli/table_file.hpp"
#include "replay/csv.hpp"
#include "tests/fuzz/target.hpp"

namespace holdfast::fuzz {

namespace {

constexpr std::size_t kInputMax = 4'096;  // so that a reader of files is fed through a pipe

// The input as a file that lives as long as this.
class InputFile {
  public:
    explicit InputFile(Input input) {
        CHECK(::pipe(ends_) == 0, "a pipe");
        CHECK(::write(ends_[1], input.data(), input.size()) == static_cast<ssize_t>(input.size()),
              "a pipe holds a page");
        ::close(ends_[1]);
    }
    ~InputFile() { ::close(ends_[0]); }
    InputFile(const InputFile&) = delete;
    InputFile& operator=(const InputFile&) = delete;
    [[nodiscard]] std::string path() const { return "/dev/fd/" + std::to_string(ends_[0]); }

  private:
    int ends_[2] = {-1, -1};
};

}  // namespace

void fuzz_csv(Input input) {
    replay::CsvReader reader(text_of(input));
    std::size_t line = 0;
    while (const auto row = reader.next()) {
        CHECK(row->line > line, "lines go forward");
        line = row->line;
    }
    if (input.size() > kInputMax) {
        return;
    }
    const InputFile file(input);
    constexpr cli::Column kColumns[] = {{.name = "sku", .required = true}, {.name = "quantity"}};
    auto table = cli::TableFile::open(file.path(), kColumns);
    while (table) {
        const auto row = table->next();
        if (row && !*row) {
            return;
        }
    }
}

void fuzz_policies(Input input) {
    if (input.size() <= kInputMax) {
        const InputFile file(input);
        static_cast<void>(cli::read_policies(file.path()));
    }
}

void fuzz_config(Input input) {
    if (input.size() <= kInputMax) {
        const InputFile file(input);
        static_cast<void>(cli::read_config(file.path()));
    }
}

}  // namespace holdfast::fuzz
