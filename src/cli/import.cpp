#include "cli/import.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "cli/table.hpp"
#include "cli/talk.hpp"

namespace holdfast::cli {
namespace {

using client::Json;

constexpr std::size_t kDuplicatesNamed = 20;
constexpr std::int64_t kRefusalsNamed = 20;

base::Duration boot_time() { return base::SystemClock().now().boot; }

struct FileFacts {
    std::size_t rows = 0;
    std::uintmax_t bytes = 0;
    std::filesystem::file_time_type written{};
};

// To see that the file that is sent is the file that was judged.
FileFacts facts_of(const std::string& path) {
    std::error_code ignored;
    return {.rows = 0,
            .bytes = std::filesystem::file_size(path, ignored),
            .written = std::filesystem::last_write_time(path, ignored)};
}

// "120000/200000 rows, 35000/s, 2 s left", on one line of a terminal.
class Progress {
  public:
    Progress(const client::Console& console, std::size_t rows)
        : console_(console), rows_(rows), began_(boot_time()) {}

    void at(std::size_t done) {
        if (!console_.err_is_terminal) {
            return;
        }
        const double seconds = this->seconds();
        const auto rate = static_cast<std::size_t>(static_cast<double>(done) / seconds);
        const std::size_t left = rate == 0 ? 0 : (rows_ - done) / rate;
        console_.err("\r" + std::to_string(done) + '/' + std::to_string(rows_) + " rows, " +
                     std::to_string(rate) + "/s, " + std::to_string(left) + " s left   ");
        shown_ = true;
    }
    void end() {
        if (std::exchange(shown_, false)) {
            console_.err("\n");
        }
    }
    [[nodiscard]] double seconds() const {
        return std::max(static_cast<double>((boot_time() - began_).count()) / 1000, 0.001);
    }

  private:
    const client::Console& console_;
    std::size_t rows_;
    base::Duration began_;
    bool shown_ = false;
};

class Import {
  public:
    Import(const ImportOptions& options, const client::Console& console)
        : options_(options), console_(console) {}

    OrCode<ExitCode> run() {
        const FileFacts before = facts_of(options_.file);
        TRY(const std::size_t rows, judge());
        if (options_.dry_run) {
            report(rows, 0);
            return ExitCode::ok;
        }
        TRY(Talk talk, Talk::begin(options_.access, console_));
        const FileFacts now = facts_of(options_.file);
        if (now.bytes != before.bytes || now.written != before.written) {
            console_.err("holdfast: " + options_.file +
                         " was changed meanwhile; nothing was sent\n");
            return ExitCode::usage;
        }
        return send_all(talk, rows);
    }

  private:
    OrCode<std::size_t> judge() {
        auto file = TableFile::open(options_.file, import_columns(options_.basis.kind));
        if (!file) {
            return std::unexpected(say_failure(file.error(), console_));
        }
        FileProblems problems(options_.file);
        Duplicates duplicates;
        std::size_t rows = 0;
        for (;;) {
            auto row = file->next();
            if (!row) {
                problems.add(row.error());
                continue;
            }
            if (!*row) {
                break;
            }
            ++rows;
            check_import_row(options_.basis.kind, **row, problems);
            duplicates.add(import_identity(options_.basis.kind, **row), (*row)->line);
        }
        for (const auto& pair : duplicates.find(kDuplicatesNamed)) {
            problems.add(pair.again, "the same " +
                                         std::string(import_identity_name(options_.basis.kind)) +
                                         " as in line " + std::to_string(pair.first));
        }
        if (problems.any()) {
            console_.err(harmless_lines(problems.text()) + "holdfast: nothing was sent\n");
            return std::unexpected(ExitCode::usage);
        }
        return rows;
    }

    static std::string harmless_lines(const std::string& text) {
        std::string out;
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t end = text.find('\n', at);
            out += harmless(std::string_view(text).substr(at, end - at)) + '\n';
            at = end + 1;
        }
        return out;
    }

    OrCode<ExitCode> send_all(Talk& talk, std::size_t rows) {
        auto file = TableFile::open(options_.file, import_columns(options_.basis.kind));
        if (!file) {
            return std::unexpected(say_failure(file.error(), console_));
        }
        Progress progress(console_, rows);
        std::size_t done = 0;
        for (bool more = true; more;) {
            std::string lines;
            lines_.clear();
            std::size_t in_chunk = 0;
            for (; in_chunk < options_.chunk_rows; ++in_chunk) {
                auto row = file->next();
                if (!row) {
                    return std::unexpected(say_failure(row.error(), console_));
                }
                if (!*row) {
                    more = false;
                    break;
                }
                for (const Json& line : import_lines(options_.basis, **row)) {
                    lines += line.dump() + '\n';
                    lines_.push_back((*row)->line);
                }
            }
            if (!lines.empty()) {
                TRY_VOID(send(talk, std::move(lines), done));
            }
            done += in_chunk;
            progress.at(done);
        }
        progress.end();
        report(rows, progress.seconds());
        return refused_ == 0 ? ExitCode::ok : ExitCode::refused;
    }

    OrCode<void> send(Talk& talk, std::string lines, std::size_t done) {
        const auto answer = talk.send({.method = "POST",
                                       .path = "/stock/bulk",
                                       .lines = std::move(lines),
                                       .repeatable = true});
        if (!answer || !answer->ok()) {
            if (answer) {
                say_lines(answer->document);
            }
            const ExitCode code = answer ? say_problem(*answer, console_) : answer.error();
            console_.err("holdfast: " + std::to_string(done) +
                         " row(s) are in; the same command again resumes\n");
            return std::unexpected(code);
        }
        for (std::string_view rest = answer->body; !rest.empty();) {
            const std::size_t end = std::min(rest.find('\n'), rest.size());
            if (const auto result = Json::parse(rest.substr(0, end))) {
                take(*result);
            }
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
        return {};
    }

    // "/12/quantity" of a refused request -> the line of the file.
    void say_lines(const Json& problem) {
        for (const Json& error : problem["errors"].items()) {
            const std::string pointer(error["pointer"].text());
            const std::size_t index =
                std::strtoul(pointer.c_str() + pointer.starts_with('/'), nullptr, 10);
            if (index < lines_.size()) {
                console_.err(harmless(options_.file) + " line " + std::to_string(lines_[index]) +
                             ": " + harmless(error["detail"].text()) + '\n');
            }
        }
    }

    void take(const Json& result) {
        if (result["status"].number() < 300) {
            ++(result["replayed"].flag() ? replayed_ : taken_);
            return;
        }
        if (++refused_ > kRefusalsNamed) {
            return;
        }
        const Json& problem = result["body"];
        std::string detail(problem["detail"].text());
        for (const Json& error : problem["errors"].items()) {
            detail += ' ' + error["pointer"].display() + ' ' + error["detail"].display();
        }
        const auto index = static_cast<std::size_t>(result["line"].number() - 1);
        console_.err(harmless(options_.file) + " line " +
                     std::to_string(index < lines_.size() ? lines_[index] : 0) + ": " +
                     harmless(problem["code"].text()) + "  " + harmless(detail) + '\n');
    }

    void report(std::size_t rows, double seconds) {
        if (options_.json) {
            const Json summary = Json::Object{{"rows", static_cast<std::int64_t>(rows)},
                                              {"taken", taken_},
                                              {"replayed", replayed_},
                                              {"refused", refused_},
                                              {"dry_run", options_.dry_run}};
            console_.out(summary.dump() + '\n');
            return;
        }
        if (options_.dry_run) {
            console_.out(std::to_string(rows) + " row(s) are good; nothing was sent\n");
            return;
        }
        console_.out(std::to_string(rows) + " row(s) in " +
                     std::to_string(static_cast<std::int64_t>(seconds * 10) / 10) + " s: " +
                     std::to_string(taken_) + " change(s) taken, " + std::to_string(replayed_) +
                     " known before, " + std::to_string(refused_) + " refused\n");
    }

    const ImportOptions& options_;
    const client::Console& console_;
    std::vector<std::size_t> lines_;  // of the file, for each line of the request under way
    std::int64_t taken_ = 0;
    std::int64_t replayed_ = 0;
    std::int64_t refused_ = 0;
};

}  // namespace

ExitCode run_import(const ImportOptions& options, const client::Console& console) {
    return code_of(Import(options, console).run());
}

}  // namespace holdfast::cli
