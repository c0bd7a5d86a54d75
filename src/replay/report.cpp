#include "replay/report.hpp"

#include <algorithm>
#include <cstdio>

namespace holdfast::replay {
namespace {

using client::Json;

constexpr std::size_t kShownMax = 20;

Json number(std::uint64_t value) { return static_cast<std::int64_t>(value); }

// Rounded, so that no figure pretends to more than it knows.
std::string fixed(double value, int digits) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

std::string milliseconds(std::int64_t microseconds) {
    return fixed(static_cast<double>(microseconds) / 1000, 1) + " ms";
}

class Lines {
  public:
    void add(const std::string& name, const std::string& value) {
        constexpr std::size_t kWidth = 20;
        out_ +=
            name + std::string(name.size() < kWidth ? kWidth - name.size() : 1, ' ') + value + '\n';
    }
    void add(const std::string& name, std::uint64_t value) { add(name, std::to_string(value)); }
    void add_line(const std::string& line) { out_ += line + '\n'; }
    [[nodiscard]] std::string take() { return std::move(out_); }

  private:
    std::string out_;
};

void add_skipped(Lines& lines, const Report& report) {
    lines.add("rows", std::to_string(report.orders.rows) + " in " + report.file);
    for (const auto& [code, entry] : report.orders.not_stock) {
        lines.add("  no stock", code + " (" + entry.description + "), " +
                                    std::to_string(entry.lines) + " lines left out");
    }
    lines.add("malformed", report.orders.malformed.size());
    for (std::size_t i = 0; i < std::min(report.orders.malformed.size(), kShownMax); ++i) {
        const SkippedLine& line = report.orders.malformed[i];
        lines.add("  line " + std::to_string(line.line), line.reason + ", skipped");
    }
}

void add_counts(Lines& lines, const Counts& counts) {
    lines.add("carts", counts.carts);
    lines.add("accepted", counts.accepted);
    lines.add("refused", counts.refused);
    for (const auto& [name, times] : counts.refusals) {
        lines.add("  " + name, times);
    }
    lines.add("sold", counts.sold);
    lines.add("late commits", counts.late_commits);
    lines.add("shipped", counts.shipped);
    lines.add("released", counts.released);
    lines.add("expired", counts.expired);
    lines.add("cancelled lines", counts.cancelled_lines);
    lines.add("returned lines", counts.returned_lines);
    lines.add("unrecorded returns", counts.unrecorded_returns);
    lines.add("write-offs", std::to_string(counts.write_offs) + ", " +
                                std::to_string(counts.counted) + " of them counted, " +
                                std::to_string(counts.approved) + " approved");
    lines.add("duplicates sent", counts.duplicates);
    lines.add("replayed answers", counts.replayed);
    lines.add("retries", counts.retries);
    for (const auto& [name, times] : counts.unexpected) {
        lines.add("unexpected", name + ", " + std::to_string(times) + " times");
    }
}

void add_audit(Lines& lines, const Report& report) {
    const Flow& flow = report.flow;
    lines.add("units in", std::to_string(flow.in()) + " = before " + std::to_string(flow.before) +
                              " + received " + std::to_string(flow.received) + " + adjusted " +
                              std::to_string(flow.adjusted) + " + returned " +
                              std::to_string(flow.returned));
    lines.add("units out", std::to_string(flow.out()) + " = shipped " +
                               std::to_string(flow.shipped) + " + on hand " +
                               std::to_string(flow.on_hand));
    lines.add("audited", std::to_string(report.skus) + " SKUs, " +
                             std::to_string(report.references) + " carts, " +
                             std::to_string(report.explained) + " explanations");
    lines.add("unequal answers", report.counts.unequal_count);
    for (const std::string& answer : report.counts.unequal_answers) {
        lines.add_line("  " + answer);
    }
    lines.add("differences", report.differences.size());
    for (std::size_t i = 0; i < std::min(report.differences.size(), kShownMax); ++i) {
        const Difference& difference = report.differences[i];
        lines.add_line("  " + difference.subject + ' ' + difference.what + ": expected " +
                       std::to_string(difference.expected) + ", found " +
                       std::to_string(difference.found));
    }
    lines.add("audit", std::string(report.clean() ? "clean" : "NOT CLEAN"));
}

Json tally_json(const std::map<std::string, std::uint64_t>& tally) {
    Json out = Json::Object{};
    for (const auto& [name, times] : tally) {
        out.set(name, number(times));
    }
    return out;
}

Json counts_json(const Counts& counts) {
    return Json::Object{{"carts", number(counts.carts)},
                        {"accepted", number(counts.accepted)},
                        {"refused", number(counts.refused)},
                        {"refusals", tally_json(counts.refusals)},
                        {"sold", number(counts.sold)},
                        {"late_commits", number(counts.late_commits)},
                        {"shipped", number(counts.shipped)},
                        {"released", number(counts.released)},
                        {"expired", number(counts.expired)},
                        {"cancelled_lines", number(counts.cancelled_lines)},
                        {"returned_lines", number(counts.returned_lines)},
                        {"unrecorded_returns", number(counts.unrecorded_returns)},
                        {"write_offs", number(counts.write_offs)},
                        {"counted", number(counts.counted)},
                        {"approved", number(counts.approved)},
                        {"requests", number(counts.requests)},
                        {"duplicates", number(counts.duplicates)},
                        {"replayed", number(counts.replayed)},
                        {"retries", number(counts.retries)},
                        {"unexpected", tally_json(counts.unexpected)}};
}

Json audit_json(const Report& report) {
    Json::Array differences;
    for (const Difference& difference : report.differences) {
        differences.push_back(Json::Object{{"subject", difference.subject},
                                           {"what", difference.what},
                                           {"expected", difference.expected},
                                           {"found", difference.found}});
    }
    Json::Array unequal;
    for (const std::string& answer : report.counts.unequal_answers) {
        unequal.push_back(answer);
    }
    return Json::Object{{"clean", report.clean()},
                        {"skus", number(report.skus)},
                        {"carts", number(report.references)},
                        {"explained", number(report.explained)},
                        {"units_in", report.flow.in()},
                        {"units_out", report.flow.out()},
                        {"unequal_answers", number(report.counts.unequal_count)},
                        {"unequal_examples", std::move(unequal)},
                        {"differences", std::move(differences)}};
}

Json file_json(const Report& report) {
    Json::Array malformed;
    for (const SkippedLine& line : report.orders.malformed) {
        malformed.push_back(Json::Object{{"line", number(line.line)}, {"reason", line.reason}});
    }
    Json not_stock = Json::Object{};
    for (const auto& [code, entry] : report.orders.not_stock) {
        not_stock.set(code, number(entry.lines));
    }
    return Json::Object{{"name", report.file},
                        {"rows", number(report.orders.rows)},
                        {"invoices", number(report.orders.invoices)},
                        {"malformed", std::move(malformed)},
                        {"not_stock", std::move(not_stock)}};
}

}  // namespace

bool Report::clean() const {
    return differences.empty() && counts.unequal_count == 0 && counts.unexpected.empty() &&
           flow.in() == flow.out();
}

double Report::requests_per_second() const {
    return duration_ms <= 0
               ? 0
               : static_cast<double>(counts.requests) * 1000 / static_cast<double>(duration_ms);
}

std::string to_text(const Report& report) {
    Lines lines;
    lines.add("run", report.run_id);
    add_skipped(lines, report);
    add_counts(lines, report.counts);
    lines.add("requests", std::to_string(report.counts.requests) + " in " +
                              fixed(static_cast<double>(report.duration_ms) / 1000, 1) + " s, " +
                              fixed(report.requests_per_second(), 0) + "/s");
    lines.add("latency", "p50 " + milliseconds(report.latency.p50_us) + ", p99 " +
                             milliseconds(report.latency.p99_us) + ", max " +
                             milliseconds(report.latency.max_us));
    add_audit(lines, report);
    return lines.take();
}

Json to_json(const Report& report) {
    return Json::Object{
        {"run_id", report.run_id},
        {"file", file_json(report)},
        {"counts", counts_json(report.counts)},
        {"duration_ms", report.duration_ms},
        {"requests_per_second", static_cast<std::int64_t>(report.requests_per_second())},
        {"latency_us", Json::Object{{"p50", report.latency.p50_us},
                                    {"p99", report.latency.p99_us},
                                    {"max", report.latency.max_us}}},
        {"audit", audit_json(report)}};
}

}  // namespace holdfast::replay
