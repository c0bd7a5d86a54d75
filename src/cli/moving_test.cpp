// import, compare and reconcile, from their words to what the service is sent.
#include <gtest/gtest.h>

#include "cli/testing.hpp"
#include "client/testing.hpp"

namespace holdfast::cli {
namespace {

using client::testing::answer;
using client::testing::ScriptedService;
using testing::Ran;
using testing::run_task;
using testing::TemporaryFile;

constexpr const char* kAsOf = "2026-05-04T03:00:00Z";
constexpr const char* kNowhere = "http://127.0.0.1:1";

Ran import(const char* what, const TemporaryFile& file, const std::string& url,
           std::vector<const char*> more = {}) {
    std::vector<const char*> arguments = {
        "import", what, file.path().c_str(), "--source", "medusa", "--as-of", kAsOf};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_task(arguments, url);
}

std::string without_row(std::string line) {
    const std::size_t at = line.find(R"("row":)");
    return line.erase(at, line.find(',', at) + 1 - at);
}

std::vector<std::string> lines_of(const std::string& body) {
    std::vector<std::string> out;
    for (std::size_t at = 0; at < body.size();) {
        const std::size_t end = body.find('\n', at);
        out.push_back(without_row(body.substr(at, end - at)));
        at = end + 1;
    }
    return out;
}

TEST(ImportStock, EachFigureOfARowIsALineWithASourceOfItsOwn) {
    const TemporaryFile file("stock.csv",
                             "sku,pool,on_hand,safety_stock,sku_class\nmug,berlin,5,1,part\n"
                             "tea,,0,,\n");
    ScriptedService service({answer(200,
                                    "{\"line\":1,\"status\":200}\n{\"line\":2,\"status\":200}\n"
                                    "{\"line\":3,\"status\":200,\"replayed\":true}\n"
                                    "{\"line\":4,\"status\":201}\n")});
    const Ran ran = import("stock", file, service.url());
    EXPECT_EQ(ran.code, ExitCode::ok);
    EXPECT_NE(ran.out.find("3 change(s) taken, 1 known before, 0 refused"), std::string::npos);
    const auto sent = lines_of(service.received().at(0).body);
    ASSERT_EQ(sent.size(), 4U);
    EXPECT_EQ(sent[0], R"({"kind":"sku","source":"medusa/sku","sku":"mug","sku_class":"part"})");
    EXPECT_EQ(sent[1], R"({"kind":"receipt","source":"medusa","sku":"mug","pool":"berlin",)"
                       R"("quantity":5,"occurred_at":"2026-05-04T03:00:00Z"})");
    EXPECT_EQ(sent[2], R"({"kind":"safety","source":"medusa/safety","sku":"mug",)"
                       R"("pool":"berlin","quantity":1})");
    EXPECT_EQ(sent[3], R"({"kind":"sku","source":"medusa/sku","sku":"tea"})");
}

TEST(ImportStock, ARowHasTheSameKeyHoweverTheFileIsSorted) {
    const TemporaryFile one("one.csv", "sku,on_hand\nmug,5\ntea,6\n");
    const TemporaryFile two("two.csv", "on_hand,sku\n6,tea\n5,mug\n");
    ScriptedService service({answer(200, ""), answer(200, "")});
    static_cast<void>(import("stock", one, service.url()));
    static_cast<void>(import("stock", two, service.url()));
    const std::string first = service.received().at(0).body;
    const std::string second = service.received().at(1).body;
    const std::size_t half = first.find('\n') + 1;
    EXPECT_EQ(first.substr(half) + first.substr(0, half), second);
}

TEST(ImportStock, GoesOutInChunks) {
    const TemporaryFile file("stock.csv", "sku,on_hand\na,1\nb,2\nc,3\n");
    ScriptedService service({answer(200, ""), answer(200, "")});
    EXPECT_EQ(import("stock", file, service.url(), {"--chunk", "2"}).code, ExitCode::ok);
    ASSERT_EQ(service.received().size(), 2U);
    EXPECT_EQ(service.received()[0].target, "/inventory/v1/stock/bulk");
    EXPECT_EQ(lines_of(service.received()[1].body).size(), 1U);
}

TEST(ImportStock, NothingIsSentUnlessTheWholeFileIsGood) {
    const TemporaryFile file("stock.csv", "sku,on_hand\nmug,5\nmug,x\n,-1\nmug,6\n");
    const Ran ran = import("stock", file, kNowhere);
    EXPECT_EQ(ran.code, ExitCode::usage);
    EXPECT_NE(ran.err.find("line 3: on_hand: 'x' is not a whole number from 0"), std::string::npos);
    EXPECT_NE(ran.err.find("line 4: sku is empty"), std::string::npos);
    EXPECT_NE(ran.err.find("line 5: the same SKU and pool as in line 2"), std::string::npos);
    EXPECT_NE(ran.err.find("nothing was sent"), std::string::npos);
}

TEST(ImportStock, ADryRunAsksNobody) {
    const TemporaryFile file("stock.csv", "sku,on_hand\nmug,5\n");
    const Ran ran = import("stock", file, kNowhere, {"--dry-run", "--json"});
    EXPECT_EQ(ran.code, ExitCode::ok);
    EXPECT_EQ(ran.out, "{\"rows\":1,\"taken\":0,\"replayed\":0,\"refused\":0,\"dry_run\":true}\n");
}

TEST(ImportStock, ARefusedRowIsNamedByItsLineAndTheRestGoesOn) {
    const TemporaryFile file("stock.csv", "sku,pool,on_hand\nmug,x,5\ntea,,6\n");
    ScriptedService service(
        {answer(200,
                "{\"line\":1,\"status\":422,\"body\":{\"code\":\"unknown_pool\","
                "\"detail\":\"There is no pool x.\"}}\n{\"line\":2,\"status\":200}\n")});
    const Ran ran = import("stock", file, service.url());
    EXPECT_EQ(ran.code, ExitCode::refused);
    EXPECT_NE(ran.err.find("line 2: unknown_pool  There is no pool x."), std::string::npos);
    EXPECT_NE(ran.out.find("1 change(s) taken, 0 known before, 1 refused"), std::string::npos);
}

TEST(ImportStock, ARefusedRequestNamesLinesOfTheFileAndHowFarItCame) {
    const TemporaryFile file("stock.csv", "sku,on_hand\nmug,5\ntea,6\n");
    ScriptedService service(
        {answer(200, "{\"line\":1,\"status\":200}\n"),
         answer(422, R"({"code":"validation_failed","title":"Invalid","errors":[)"
                     R"({"pointer":"/0/sku","detail":"Line 1: control characters"}]})")});
    const Ran ran = import("stock", file, service.url(), {"--chunk", "1"});
    EXPECT_EQ(ran.code, ExitCode::usage);
    EXPECT_NE(ran.err.find("stock.csv line 3: Line 1: control characters"), std::string::npos);
    EXPECT_NE(ran.err.find("1 row(s) are in; the same command again resumes"), std::string::npos);
}

TEST(ImportOrders, AnOrderLineIsASaleThatHasNotLeft) {
    const TemporaryFile file("orders.csv",
                             "order_id,line_id,sku,quantity,channel,ordered_at\n"
                             "R1,7,mug,2,web,2026-05-01T10:00:00Z\nR1,8,mug,1,,\n");
    ScriptedService service({answer(200, "")});
    EXPECT_EQ(import("open-orders", file, service.url()).code, ExitCode::ok);
    const auto sent = lines_of(service.received().at(0).body);
    EXPECT_EQ(sent.at(0),
              R"({"kind":"open_order","source":"medusa/orders","reference":"R1","channel":"web",)"
              R"("occurred_at":"2026-05-01T10:00:00Z",)"
              R"("lines":[{"sku":"mug","quantity":2,"line_id":"7"}]})");
    EXPECT_NE(sent.at(1).find(kAsOf), std::string::npos);
}

TEST(ImportHolds, ACartIsAHold) {
    const TemporaryFile file("carts.csv", "reference,sku,quantity,ttl_seconds\ncart-1,mug,2,600\n");
    ScriptedService service({answer(200, "")});
    EXPECT_EQ(import("holds", file, service.url()).code, ExitCode::ok);
    EXPECT_EQ(lines_of(service.received().at(0).body).at(0),
              R"({"kind":"hold","source":"medusa/holds","reference":"cart-1","ttl_seconds":600,)"
              R"("lines":[{"sku":"mug","quantity":2}]})");
}

constexpr const char* kAvailability =
    R"({"items":[{"sku":"mug","sellable":4,"on_hand":10,"pools":[{"pool":"a","on_hand":7},)"
    R"({"pool":"b","on_hand":3}]},{"sku":"tea","sellable":1,"on_hand":1,"pools":[]}]})";

TEST(Compare, NoDriftIsExitCodeZero) {
    const TemporaryFile file("figures.csv", "sku,on_hand,sellable\nmug,10,4\ntea,1,1\n");
    ScriptedService service({answer(200, kAvailability)});
    const Ran ran = run_task({"compare", file.path().c_str()}, service.url());
    EXPECT_EQ(ran.code, ExitCode::ok);
    EXPECT_EQ(service.received().at(0).target, "/inventory/v1/availability?sku=mug&sku=tea");
    EXPECT_NE(ran.out.find("on_hand          2          0"), std::string::npos);
}

TEST(Compare, TheLargestDriftComesFirst) {
    const TemporaryFile file("figures.csv",
                             "sku,pool,on_hand\nmug,a,8\nmug,b,3\ntea,,11\nnew,,5\n");
    ScriptedService service({answer(200, kAvailability)});
    const Ran ran = run_task({"compare", file.path().c_str()}, service.url());
    EXPECT_EQ(ran.code, ExitCode::drift);
    EXPECT_EQ(ran.out.substr(0, ran.out.find("\n\n")),
              "sku  pool  figure   file  holdfast  drift\n"
              "tea        on_hand    11         1     10\n"
              "new        on_hand     5         0      5  unknown here\n"
              "mug  a     on_hand     8         7      1");
}

TEST(Compare, ATolerableDifferenceIsNone) {
    const TemporaryFile file("figures.csv", "sku,on_hand\nmug,11\n");
    ScriptedService service({answer(200, kAvailability)});
    EXPECT_EQ(run_task({"compare", file.path().c_str(), "--tolerance", "1"}, service.url()).code,
              ExitCode::ok);
}

TEST(Compare, TheFileIsJudgedFirst) {
    const TemporaryFile none("figures.csv", "sku\nmug\n");
    EXPECT_EQ(run_task({"compare", none.path().c_str()}, kNowhere).code, ExitCode::usage);
    const TemporaryFile twice("figures2.csv", "sku,on_hand\nmug,1\nmug,1.5\n");
    const Ran ran = run_task({"compare", twice.path().c_str()}, kNowhere);
    EXPECT_NE(ran.err.find("line 3: on_hand: '1.5' is not a whole number"), std::string::npos);
    EXPECT_NE(ran.err.find("line 3: the same SKU and pool as in line 2"), std::string::npos);
}

TEST(Reconcile, SaysWhatBecameOfEachCount) {
    const TemporaryFile file("counts.csv",
                             "sku,counted,as_of,references\nmug,9,,p-1 p-2\n"
                             "tea,1,2026-05-04T05:00:00Z,\n");
    ScriptedService service(
        {answer(200, R"({"outcome":"applied","pool":"default","ledger":10,"drift":-1})"),
         answer(200, R"({"outcome":"pending","pool":"default","ledger":9,"drift":-8,)"
                     R"("case":"cas_1","plan":"f00"})")});
    const Ran ran = run_task({"reconcile", file.path().c_str(), "--source", "wms", "--as-of", kAsOf,
                              "--watermark", "wms=81"},
                             service.url());
    EXPECT_EQ(ran.code, ExitCode::pending);
    EXPECT_EQ(ran.out.substr(0, ran.out.find("\n\n")),
              "line  sku  pool     counted  ledger  drift  outcome  case\n"
              "   2  mug  default        9      10     -1  applied\n"
              "   3  tea  default        1       9     -8  pending  cas_1");
    EXPECT_EQ(service.received().at(0).body,
              R"({"sku":"mug","counted":9,"as_of":"2026-05-04T03:00:00Z","includes":)"
              R"({"references":["p-1","p-2"],"watermarks":[{"source":"wms","sequence":81}]}})");
    EXPECT_EQ(service.received().at(0).key.find("wms:count:"), 0U);
}

TEST(Reconcile, TheSameCountHasTheSameKeyAndAnotherNumberAnother) {
    const TemporaryFile one("counts1.csv", "sku,counted\nmug,9\n");
    const TemporaryFile two("counts2.csv", "sku,counted\nmug,8\n");
    const std::string applied = R"({"outcome":"applied"})";
    ScriptedService service({answer(200, applied), answer(200, applied), answer(200, applied)});
    for (const auto* file : {&one, &one, &two}) {
        static_cast<void>(run_task(
            {"reconcile", file->path().c_str(), "--source", "w", "--as-of", kAsOf}, service.url()));
    }
    const auto received = service.received();
    EXPECT_EQ(received.at(0).key, received.at(1).key);
    EXPECT_NE(received.at(0).key, received.at(2).key);
}

TEST(Reconcile, ADryRunAsksWhatTheLedgerHadThen) {
    const TemporaryFile file("counts.csv", "sku,counted,pool\nmug,9,b\ntea,1,\n");
    ScriptedService service(
        {answer(200, R"({"pools":[{"pool":"a","on_hand":1},{"pool":"b","on_hand":12}]})"),
         answer(404, R"({"code":"unknown_sku"})")});
    const Ran ran = run_task({"reconcile", file.path().c_str(), "--source", "w", "--as-of", kAsOf,
                              "--dry-run", "--json"},
                             service.url());
    EXPECT_EQ(ran.code, ExitCode::refused);
    EXPECT_NE(ran.out.find(R"("counted":9,"ledger":12,"drift":-3,"outcome":"planned")"),
              std::string::npos);
    EXPECT_NE(ran.out.find(R"("outcome":"refused","why":"unknown_sku")"), std::string::npos);
    EXPECT_EQ(service.received().at(0).target,
              "/inventory/v1/stock/mug?at=2026-05-04T03%3A00%3A00Z");
}

TEST(Reconcile, ACountWithoutATimeOrBelowZeroIsNotHandedIn) {
    const TemporaryFile file("counts.csv", "sku,counted\nmug,-1\n");
    const Ran ran = run_task({"reconcile", file.path().c_str(), "--source", "w"}, kNowhere);
    EXPECT_EQ(ran.code, ExitCode::usage);
    EXPECT_NE(ran.err.find("line 2: counted: '-1' is not a whole number"), std::string::npos);
    EXPECT_NE(ran.err.find("line 2: as_of is empty"), std::string::npos);
}

}  // namespace
}  // namespace holdfast::cli
