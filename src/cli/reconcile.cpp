#include "cli/reconcile.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <sstream>

#include "cli/table.hpp"
#include "cli/table_file.hpp"
#include "cli/talk.hpp"
#include "cli/units.hpp"
#include "model/limits.hpp"
#include "net/http_types.hpp"

namespace holdfast::cli {
namespace {

using client::Json;

constexpr auto kColumns = std::to_array<Column>(
    {{"sku", true}, {"pool", false}, {"counted", true}, {"as_of", false}, {"references", false}});
constexpr std::size_t kDuplicatesNamed = 20;

struct Count {
    std::size_t line = 0;
    std::string sku;
    std::string pool;
    std::int64_t counted = 0;
    std::string as_of;
    std::vector<std::string> references;
};

std::vector<std::string> words_of(std::string_view text) {
    std::istringstream in{std::string(text)};
    std::vector<std::string> words;
    for (std::string word; in >> word;) {
        words.push_back(word);
    }
    return words;
}

class Reconcile {
  public:
    Reconcile(const ReconcileOptions& options, const client::Console& console)
        : options_(options), console_(console) {}

    OrCode<ExitCode> run() {
        TRY(const std::vector<Count> counts, read());
        TRY(Talk talk, Talk::begin(options_.access, console_));
        Json::Array rows;
        for (const Count& count : counts) {
            TRY(Json row, options_.dry_run ? plan(talk, count) : hand_in(talk, count));
            rows.push_back(std::move(row));
        }
        console_.out(options_.json ? Json(std::move(rows)).dump() + '\n' : text(rows));
        if (outcomes_.contains("refused")) {
            return ExitCode::refused;
        }
        return outcomes_.contains("pending") ? ExitCode::pending : ExitCode::ok;
    }

  private:
    OrCode<std::vector<Count>> read() {
        auto file = TableFile::open(options_.file, kColumns);
        if (!file) {
            return std::unexpected(say_failure(file.error(), console_));
        }
        FileProblems problems(options_.file);
        Duplicates duplicates;
        std::vector<Count> counts;
        for (;;) {
            const auto row = file->next();
            if (!row) {
                problems.add(row.error());
                continue;
            }
            if (!*row) {
                break;
            }
            counts.push_back(count_of(**row, problems));
            duplicates.add(base::digest128({counts.back().sku, counts.back().pool}), (*row)->line);
        }
        for (const auto& pair : duplicates.find(kDuplicatesNamed)) {
            problems.add(pair.again,
                         "the same SKU and pool as in line " + std::to_string(pair.first));
        }
        if (problems.any()) {
            console_.err(problems.text() + "holdfast: nothing was counted\n");
            return std::unexpected(ExitCode::usage);
        }
        return counts;
    }

    [[nodiscard]] Count count_of(const TableRow& row, FileProblems& problems) const {
        Count count{.line = row.line,
                    .sku = std::string(row.at("sku")),
                    .pool = std::string(row.at("pool")),
                    .as_of = std::string(row.at("as_of").empty() ? std::string_view(options_.as_of)
                                                                 : row.at("as_of")),
                    .references = words_of(row.at("references"))};
        if (count.sku.empty() || count.sku.size() > model::kSkuBytesMax) {
            problems.add(row.line, "sku is empty or longer than " +
                                       std::to_string(model::kSkuBytesMax) + " bytes");
        }
        const auto counted = parse_integer(row.at("counted"), 0, model::kCellQuantityMax);
        if (!counted) {
            problems.add(row.line, "counted: " + counted.error().message);
        }
        count.counted = counted.value_or(0);
        if (count.as_of.empty()) {
            problems.add(row.line, "as_of is empty, and there is no --as-of");
        } else if (!is_time_text(count.as_of)) {
            problems.add(row.line,
                         "as_of: '" + count.as_of + "' is not a time such as 2026-05-04T10:00:00Z");
        }
        return count;
    }

    // What the ledger had then. Watermarks and references are for the service to weigh, so a drift
    // that they explain shows here.
    OrCode<Json> plan(Talk& talk, const Count& count) {
        TRY(const client::RestAnswer answer,
            talk.send({.path = "/stock/" + net::percent_encode(count.sku) +
                               "?at=" + net::percent_encode(count.as_of)}));
        Json row = start(count);
        if (!answer.ok()) {
            return refused(std::move(row), answer.document);
        }
        const auto& pools = answer.document["pools"].items();
        const auto cell = std::ranges::find_if(pools, [&](const Json& pool) {
            return count.pool.empty() ? pools.size() == 1 : pool["pool"].text() == count.pool;
        });
        if (cell == pools.end() && count.pool.empty() && !pools.empty()) {
            return refused(std::move(row), Json::Object{{"code", "pool_required"}});
        }
        const std::int64_t ledger = cell == pools.end() ? 0 : (*cell)["on_hand"].number();
        row.set("ledger", ledger);
        row.set("drift", count.counted - ledger);
        row.set("outcome", "planned");
        ++outcomes_["planned"];
        return row;
    }

    OrCode<Json> hand_in(Talk& talk, const Count& count) {
        Json body =
            Json::Object{{"sku", count.sku}, {"counted", count.counted}, {"as_of", count.as_of}};
        if (!count.pool.empty()) {
            body.set("pool", count.pool);
        }
        if (Json includes = count_includes(count.references, options_.watermarks);
            !includes.is_null()) {
            body.set("includes", std::move(includes));
        }
        if (!options_.by.empty()) {
            body.set("by", options_.by);
        }
        const base::Digest128 key = base::digest128({options_.source, body.dump()});
        TRY(const client::RestAnswer answer,
            talk.send({.method = "POST",
                       .path = "/stock/counts",
                       .body = std::move(body),
                       .key = options_.source + ":count:" + base::to_hex(key)}));
        Json row = start(count);
        if (!answer.ok()) {
            // Nothing later would fare better.
            const ExitCode code = exit_code_of(answer.status, answer.code());
            if (code == ExitCode::auth || code == ExitCode::unreachable) {
                return std::unexpected(say_problem(answer, console_));
            }
            return refused(std::move(row), answer.document);
        }
        for (const char* member : {"pool", "ledger", "drift", "outcome", "case", "plan"}) {
            if (!answer.document[member].is_null()) {
                row.set(member, answer.document[member]);
            }
        }
        ++outcomes_[std::string(answer.document["outcome"].text())];
        return row;
    }

    static Json start(const Count& count) {
        return Json::Object{{"line", static_cast<std::int64_t>(count.line)},
                            {"sku", count.sku},
                            {"pool", count.pool},
                            {"counted", count.counted}};
    }

    Json refused(Json row, const Json& problem) {
        row.set("outcome", "refused");
        row.set("why", problem["code"]);
        ++outcomes_["refused"];
        return row;
    }

    [[nodiscard]] std::string text(const Json::Array& rows) const {
        Table table({"line", "sku", "pool", "counted", "ledger", "drift", "outcome", "case"});
        for (const Json& row : rows) {
            const Json& last = row["why"].is_null() ? row["case"] : row["why"];
            table.add({row["line"].display(), row["sku"].display(), row["pool"].display(),
                       row["counted"].display(), row["ledger"].display(), row["drift"].display(),
                       row["outcome"].display(), last.display()});
        }
        std::string out = table.empty() ? "no counts\n" : table.text(console_.color) + '\n';
        for (const auto& [outcome, number] : outcomes_) {
            out += outcome + ": " + std::to_string(number) + '\n';
        }
        if (outcomes_.contains("pending")) {
            out += "holdfast cases list --kind count shows what waits for approval\n";
        }
        return out;
    }

    const ReconcileOptions& options_;
    const client::Console& console_;
    std::map<std::string, std::int64_t> outcomes_;
};

}  // namespace

Json count_includes(const std::vector<std::string>& references,
                    const std::vector<std::pair<std::string, std::int64_t>>& watermarks) {
    Json includes;
    if (!references.empty()) {
        includes.set("references", Json::Array(references.begin(), references.end()));
    }
    if (!watermarks.empty()) {
        Json::Array marks;
        for (const auto& [source, sequence] : watermarks) {
            marks.push_back(Json::Object{{"source", source}, {"sequence", sequence}});
        }
        includes.set("watermarks", std::move(marks));
    }
    return includes;
}

ExitCode run_reconcile(const ReconcileOptions& options, const client::Console& console) {
    return code_of(Reconcile(options, console).run());
}

}  // namespace holdfast::cli
