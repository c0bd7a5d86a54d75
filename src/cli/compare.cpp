#include "cli/compare.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <utility>
#include <vector>

#include "cli/table.hpp"
#include "cli/table_file.hpp"
#include "cli/talk.hpp"
#include "cli/units.hpp"
#include "model/limits.hpp"
#include "net/http_types.hpp"

namespace holdfast::cli {
namespace {

using client::Json;

constexpr std::array<std::string_view, 6> kFigures = {"on_hand", "sellable",    "committed",
                                                      "held",    "unavailable", "safety_stock"};
constexpr auto kColumns = std::to_array<Column>({{"sku", true},
                                                 {"pool", false},
                                                 {"on_hand", false},
                                                 {"sellable", false},
                                                 {"committed", false},
                                                 {"held", false},
                                                 {"unavailable", false},
                                                 {"safety_stock", false}});
constexpr std::size_t kSkusPerRequest = 100;
constexpr std::size_t kQueryBytesMax = 4'000;
constexpr std::size_t kDuplicatesNamed = 20;

struct Asked {
    std::string sku;
    std::string pool;
    std::vector<std::pair<std::string_view, std::int64_t>> figures;
};

struct Drift {
    std::string sku;
    std::string pool;
    std::string_view figure;
    std::int64_t theirs = 0;
    std::int64_t ours = 0;
    bool unknown = false;  // the ledger has never seen the SKU, or the SKU in that pool

    [[nodiscard]] std::int64_t size() const { return theirs - ours; }
};

struct Totals {
    std::int64_t compared = 0;
    std::int64_t different = 0;
    std::int64_t theirs = 0;
    std::int64_t ours = 0;
    std::int64_t absolute = 0;
};

class Compare {
  public:
    Compare(const CompareOptions& options, const client::Console& console)
        : options_(options), console_(console) {}

    OrCode<ExitCode> run() {
        TRY_VOID(judge());
        TRY(Talk talk, Talk::begin(options_.access, console_));
        TRY(TableFile file, open());
        std::vector<Asked> chunk;
        std::size_t query = 0;
        for (;;) {
            auto row = file.next();
            if (!row) {
                return std::unexpected(say_failure(row.error(), console_));
            }
            if (!*row) {
                break;
            }
            chunk.push_back(asked_of(**row));
            query += 3 * chunk.back().sku.size() + 5;
            if (chunk.size() == kSkusPerRequest || query > kQueryBytesMax) {
                TRY_VOID(compare(talk, std::exchange(chunk, {})));
                query = 0;
            }
        }
        TRY_VOID(compare(talk, std::move(chunk)));
        std::ranges::stable_sort(drifts_, [](const Drift& a, const Drift& b) {
            return std::llabs(a.size()) > std::llabs(b.size());
        });
        console_.out(options_.json ? json() : text());
        return drifts_.empty() ? ExitCode::ok : ExitCode::drift;
    }

  private:
    OrCode<TableFile> open() {
        auto file = TableFile::open(options_.file, kColumns);
        if (!file) {
            return std::unexpected(say_failure(file.error(), console_));
        }
        if (std::ranges::none_of(kFigures, [&](auto name) { return file->has(name); })) {
            console_.err("holdfast: " + options_.file +
                         " has no figure to compare; expected on_hand or sellable (or committed, "
                         "held, unavailable, safety_stock) beside sku\n");
            return std::unexpected(ExitCode::usage);
        }
        return *std::move(file);
    }

    OrCode<void> judge() {
        TRY(TableFile file, open());
        FileProblems problems(options_.file);
        Duplicates duplicates;
        for (;;) {
            const auto row = file.next();
            if (!row) {
                problems.add(row.error());
                continue;
            }
            if (!*row) {
                break;
            }
            check(**row, problems);
            duplicates.add(base::digest128({(*row)->at("sku"), (*row)->at("pool")}), (*row)->line);
        }
        for (const auto& pair : duplicates.find(kDuplicatesNamed)) {
            problems.add(pair.again,
                         "the same SKU and pool as in line " + std::to_string(pair.first));
        }
        if (problems.any()) {
            console_.err(problems.text());
            return std::unexpected(ExitCode::usage);
        }
        return {};
    }

    static void check(const TableRow& row, FileProblems& problems) {
        if (row.at("sku").empty() || row.at("sku").size() > model::kSkuBytesMax) {
            problems.add(row.line, "sku is empty or longer than " +
                                       std::to_string(model::kSkuBytesMax) + " bytes");
        }
        for (const std::string_view figure : kFigures) {
            const std::string_view text = row.at(figure);
            if (text.empty()) {
                continue;
            }
            const auto number =
                parse_integer(text, -model::kCellQuantityMax, model::kCellQuantityMax);
            if (!number) {
                problems.add(row.line, std::string(figure) + ": " + number.error().message);
            }
        }
    }

    static Asked asked_of(const TableRow& row) {
        Asked out{
            .sku = std::string(row.at("sku")), .pool = std::string(row.at("pool")), .figures = {}};
        for (const std::string_view figure : kFigures) {
            const auto number =
                parse_integer(row.at(figure), -model::kCellQuantityMax, model::kCellQuantityMax);
            if (number) {
                out.figures.emplace_back(figure, *number);
            }
        }
        return out;
    }

    OrCode<void> compare(Talk& talk, std::vector<Asked> chunk) {
        if (chunk.empty()) {
            return {};
        }
        std::string query;
        for (const Asked& asked : chunk) {
            query += (query.empty() ? "?sku=" : "&sku=") + net::percent_encode(asked.sku);
        }
        TRY(const Json answer, talk.ask({.path = "/availability" + query}));
        std::map<std::string_view, const Json*> found;
        for (const Json& item : answer["items"].items()) {
            found[item["sku"].text()] = &item;
        }
        for (const Asked& asked : chunk) {
            const auto item = found.find(asked.sku);
            TRY_VOID(
                compare(asked, item == found.end() ? Json() : figures_of(*item->second, asked)));
        }
        return {};
    }

    static const Json& figures_of(const Json& item, const Asked& asked) {
        static const Json none;
        if (asked.pool.empty()) {
            return item;
        }
        const auto& pools = item["pools"].items();
        const auto pool = std::ranges::find_if(
            pools, [&](const Json& one) { return one["pool"].text() == asked.pool; });
        return pool == pools.end() ? none : *pool;
    }

    OrCode<void> compare(const Asked& asked, const Json& ours) {
        for (const auto& [figure, theirs] : asked.figures) {
            if (!ours.is_null() && ours[figure].is_null()) {
                console_.err("holdfast: the service does not show " + std::string(figure) +
                             " to this API key\n");
                return std::unexpected(ExitCode::auth);
            }
            const Drift drift{.sku = asked.sku,
                              .pool = asked.pool,
                              .figure = figure,
                              .theirs = theirs,
                              .ours = ours[figure].number(),
                              .unknown = ours.is_null()};
            Totals& totals = totals_[figure];
            ++totals.compared;
            totals.theirs += drift.theirs;
            totals.ours += drift.ours;
            totals.absolute += std::llabs(drift.size());
            if (std::llabs(drift.size()) > options_.tolerance) {
                ++totals.different;
                drifts_.push_back(drift);
            }
        }
        return {};
    }

    [[nodiscard]] std::size_t shown() const {
        return options_.top == 0 ? drifts_.size() : std::min(options_.top, drifts_.size());
    }

    [[nodiscard]] std::string text() const {
        std::string out;
        Table rows({"sku", "pool", "figure", "file", "holdfast", "drift", ""});
        for (std::size_t i = 0; i < shown(); ++i) {
            const Drift& drift = drifts_[i];
            rows.add({drift.sku, drift.pool, std::string(drift.figure),
                      std::to_string(drift.theirs), std::to_string(drift.ours),
                      std::to_string(drift.size()), drift.unknown ? "unknown here" : ""});
        }
        if (!rows.empty()) {
            out += rows.text(console_.color);
        }
        if (shown() < drifts_.size()) {
            out += "... and " + std::to_string(drifts_.size() - shown()) + " more (--top 0)\n";
        }
        Table totals(
            {"figure", "compared", "different", "file", "holdfast", "net drift", "absolute drift"});
        for (const auto& [figure, sum] : totals_) {
            totals.add({std::string(figure), std::to_string(sum.compared),
                        std::to_string(sum.different), std::to_string(sum.theirs),
                        std::to_string(sum.ours), std::to_string(sum.theirs - sum.ours),
                        std::to_string(sum.absolute)});
        }
        out += out.empty() ? "" : "\n";
        return totals.empty() ? "nothing to compare\n" : out + totals.text(console_.color);
    }

    [[nodiscard]] std::string json() const {
        Json::Array rows;
        for (std::size_t i = 0; i < shown(); ++i) {
            const Drift& drift = drifts_[i];
            Json row = Json::Object{{"sku", drift.sku}};
            if (!drift.pool.empty()) {
                row.set("pool", drift.pool);
            }
            row.set("figure", drift.figure);
            row.set("file", drift.theirs);
            row.set("holdfast", drift.ours);
            row.set("drift", drift.size());
            row.set("unknown", drift.unknown);
            rows.push_back(std::move(row));
        }
        Json totals = Json::Object{};
        for (const auto& [figure, sum] : totals_) {
            totals.set(figure, Json::Object{{"compared", sum.compared},
                                            {"different", sum.different},
                                            {"file", sum.theirs},
                                            {"holdfast", sum.ours},
                                            {"net_drift", sum.theirs - sum.ours},
                                            {"absolute_drift", sum.absolute}});
        }
        return Json(Json::Object{{"drift", std::move(rows)}, {"totals", totals}}).dump() + '\n';
    }

    const CompareOptions& options_;
    const client::Console& console_;
    std::vector<Drift> drifts_;
    std::map<std::string_view, Totals> totals_;
};

}  // namespace

ExitCode run_compare(const CompareOptions& options, const client::Console& console) {
    return code_of(Compare(options, console).run());
}

}  // namespace holdfast::cli
