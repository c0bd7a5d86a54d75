#include "cli/table.hpp"

#include <gtest/gtest.h>

#include "cli/api_command.hpp"
#include "cli/units.hpp"

namespace holdfast::cli {
namespace {

using client::Json;

TEST(Table, AlignsNumbersToTheRightAndTextToTheLeft) {
    Table table({"sku", "held"});
    table.add({"mug", "5"});
    table.add({"teapot", "120"});
    EXPECT_EQ(table.text(false), "sku     held\nmug        5\nteapot   120\n");
}

TEST(Table, CountsLettersNotBytes) {
    Table table({"sku", "n"});
    table.add({"t\xC3\xA9", "1"});
    table.add({"mug", "2"});
    EXPECT_EQ(table.text(false), "sku  n\nt\xC3\xA9   1\nmug  2\n");
}

TEST(Table, ControlCharactersCannotReachTheTerminal) {
    Table table({"sku"});
    table.add({"a\x1b[31mb\nc"});
    EXPECT_EQ(table.text(false).find('\x1b'), std::string::npos);
    EXPECT_EQ(harmless("a\x7f\tb"), "a??b");
}

TEST(Table, ABoldHeadIsOnlyForTerminals) {
    Table table({"sku"});
    EXPECT_EQ(table.text(true), "\x1b[1msku\x1b[0m\n");
}

TEST(ShowDocument, ShowsMembersAndTheListAsATable) {
    const Json document =
        *Json::parse(R"({"id":"rsv_1","state":"held","lines":[{"sku":"mug","held":2,)"
                     R"("allocations":[{"pool":"default","quantity":2}]}]})");
    EXPECT_EQ(
        show_document(document,
                      {.list = "lines", .columns = {"sku", "held", "short", "allocations"}}, false),
        "id     rsv_1\nstate  held\n\nsku  held  allocations\nmug     2  default 2\n");
}

TEST(ShowDocument, AnEmptyListIsAnEmptyField) {
    const Json document = *Json::parse(R"({"pools":[{"pool":"a","channels":["web","app"]},)"
                                       R"({"pool":"b","channels":[]}]})");
    EXPECT_EQ(show_document(document, {.list = "pools", .columns = {"pool", "channels"}}, false),
              "pool  channels\na     web, app\nb\n");
}

TEST(ShowProblem, SaysWhatAnOperatorNeeds) {
    const Json problem = *Json::parse(
        R"({"title":"Not enough units can be sold","code":"insufficient_stock",)"
        R"("detail":"1 line(s).","lines":[{"sku":"mug","requested":5,"sellable":2}]})");
    EXPECT_EQ(show_problem(problem, 409),
              "holdfast: Not enough units can be sold (insufficient_stock)\n"
              "  1 line(s).\n  mug: requested 5, sellable 2\n");
    EXPECT_EQ(show_problem({}, 502), "holdfast: Bad Gateway (HTTP 502)\n");
}

TEST(ExitCode, TellsKindsOfNoApart) {
    EXPECT_EQ(exit_code_of(201, ""), ExitCode::ok);
    EXPECT_EQ(exit_code_of(409, "insufficient_stock"), ExitCode::refused);
    EXPECT_EQ(exit_code_of(412, "version_mismatch"), ExitCode::refused);
    EXPECT_EQ(exit_code_of(422, "unknown_sku"), ExitCode::not_found);
    EXPECT_EQ(exit_code_of(404, "unknown_reservation"), ExitCode::not_found);
    EXPECT_EQ(exit_code_of(422, "validation_failed"), ExitCode::usage);
    EXPECT_EQ(exit_code_of(400, "malformed_request"), ExitCode::usage);
    EXPECT_EQ(exit_code_of(401, "unauthenticated"), ExitCode::auth);
    EXPECT_EQ(exit_code_of(503, "overloaded"), ExitCode::unreachable);
    EXPECT_EQ(exit_code_of(500, ""), ExitCode::failed);
}

TEST(Units, ReadsSizesAndDurationsAsPeopleWriteThem) {
    EXPECT_EQ(*parse_size("256MiB"), 256U * 1024 * 1024);
    EXPECT_EQ(*parse_size("7"), 7U);
    EXPECT_FALSE(parse_size("99999999TiB").has_value());
    EXPECT_EQ(*parse_duration("15m"), std::chrono::minutes(15));
    EXPECT_FALSE(parse_duration("15").has_value());
    EXPECT_FALSE(parse_duration("-1s").has_value());
}

TEST(Units, ReadsAddresses) {
    EXPECT_EQ(parse_listen("[::1]:8080")->host, "::1");
    EXPECT_EQ(parse_listen("localhost:0")->text(), "127.0.0.1:0");
    EXPECT_FALSE(parse_listen("::1:8080").has_value());
    EXPECT_FALSE(parse_listen("127.0.0.1:70000").has_value());
    EXPECT_FALSE(parse_ledger("postgres:x").has_value());
    EXPECT_FALSE(parse_ledger("rocksdb:").has_value());
    EXPECT_FALSE(parse_ledger("./var").has_value());
    for (const auto kind : {LedgerKind::any, LedgerKind::rocksdb, LedgerKind::segments}) {
        const auto where = parse_ledger(std::string(ledger_prefix(kind)) + "./var");
        ASSERT_TRUE(where.has_value());
        EXPECT_EQ(where->kind, kind);
        EXPECT_EQ(where->path, "./var");
    }
}

}  // namespace
}  // namespace holdfast::cli
