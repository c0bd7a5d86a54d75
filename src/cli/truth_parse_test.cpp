// The commands of stock truth: what each sends, and how its answer reads.
#include <gtest/gtest.h>

#include "cli/explain_text.hpp"
#include "cli/testing.hpp"
#include "client/testing.hpp"

namespace holdfast::cli {
namespace {

using client::Json;
using client::testing::answer;
using client::testing::ScriptedService;
using testing::Ran;
using testing::run_task;

Invocation parsed(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "holdfast");
    return parse(arguments, {}, "1.2.3");
}

ApiCall call_of(std::vector<const char*> arguments) {
    const Invocation invocation = parsed(std::move(arguments));
    if (const auto* printed = std::get_if<Printed>(&invocation)) {
        ADD_FAILURE() << printed->text;
        return {};
    }
    return std::get<ApiCall>(invocation);
}

std::string sent(std::vector<const char*> arguments) {
    const ApiCall call = call_of(std::move(arguments));
    return call.request.method + ' ' + call.request.path +
           (call.request.body ? ' ' + call.request.body->dump() : "");
}

ExitCode refused(std::vector<const char*> arguments) {
    return std::get<Printed>(parsed(std::move(arguments))).code;
}

TEST(PolicyCommands, AskForClassesPoolsAndCaps) {
    EXPECT_EQ(sent({"class", "list"}), "GET /classes");
    EXPECT_EQ(sent({"class", "show", "a/b"}), "GET /classes/a%2Fb");
    EXPECT_EQ(sent({"class", "suggest", "--limit", "5"}), "GET /classes/suggestions?limit=5");
    EXPECT_EQ(sent({"pool", "list"}), "GET /pools");
    EXPECT_EQ(sent({"pool", "show", "berlin"}), "GET /pools/berlin");
    EXPECT_EQ(sent({"caps", "show"}), "GET /caps");
    EXPECT_EQ(refused({"caps", "set"}), ExitCode::usage);
    EXPECT_EQ(refused({"caps", "set", "--agent-units", "-1"}), ExitCode::usage);
}

TEST(SellingCommands, NameWhatIsStopped) {
    EXPECT_EQ(sent({"selling", "stop", "sku", "mug", "--reason", "recall"}),
              R"(POST /selling/stop {"scope":"sku","name":"mug","reason":"recall"})");
    EXPECT_EQ(sent({"selling", "stop", "everything", "--reason", "incident", "--until", "T"}),
              R"(POST /selling/stop {"scope":"everything","reason":"incident","until":"T"})");
    EXPECT_EQ(sent({"selling", "resume", "agent", "bot"}),
              R"(POST /selling/resume {"scope":"agent","name":"bot"})");
    EXPECT_EQ(sent({"selling", "list"}), "GET /selling");
    EXPECT_EQ(refused({"selling", "stop", "sku", "--reason", "recall"}), ExitCode::usage);
    EXPECT_EQ(refused({"selling", "stop", "everything", "x", "--reason", "recall"}),
              ExitCode::usage);
    EXPECT_EQ(refused({"selling", "stop", "shelf", "x", "--reason", "recall"}), ExitCode::usage);
    EXPECT_EQ(refused({"selling", "stop", "sku", "mug"}), ExitCode::usage);  // a reason is needed
}

TEST(StockCommands, RecordFacts) {
    EXPECT_EQ(sent({"stock", "unavailable", "mug", "-3", "--reason", "quality_hold"}),
              R"(POST /stock/unavailable {"sku":"mug","delta":-3,"reason":"quality_hold"})");
    EXPECT_EQ(sent({"stock", "transfer", "mug", "20", "--from", "a", "--to", "b", "--instant"}),
              "POST /stock/transfers "
              R"({"sku":"mug","quantity":20,"from":"a","to":"b","instant":true})");
    EXPECT_EQ(sent({"stock", "arrive", "trf_1"}), "POST /stock/transfers/trf_1/arrive {}");
    EXPECT_EQ(sent({"stock", "lose", "trf_1", "--quantity", "2", "--reason", "theft"}),
              R"(POST /stock/transfers/trf_1/lose {"quantity":2,"reason":"theft"})");
    EXPECT_EQ(sent({"stock", "transfers", "--sku", "a b"}), "GET /stock/transfers?sku=a%20b");
    EXPECT_EQ(sent({"stock", "stranded"}), "GET /stock/stranded");
    EXPECT_EQ(sent({"stock", "show", "mug", "--at", "2026-05-04T10:00:00Z"}),
              "GET /stock/mug?at=2026-05-04T10%3A00%3A00Z");
    EXPECT_EQ(sent({"stock", "adjust", "mug", "2", "--reason", "found", "--undoes", "p-7"}),
              R"(POST /stock/adjustments {"sku":"mug","delta":2,"reason":"found","undoes":"p-7"})");
}

TEST(StockCommands, ASaleHasAKeyOfItsOwnOrItsSourceNumber) {
    const ApiCall plain = call_of({"stock", "sale", "mug=2", "tea", "--pool", "shop", "--shipped"});
    EXPECT_EQ(plain.request.body->dump(),
              R"({"shipped":true,"lines":[{"sku":"mug","quantity":2,"pool":"shop"},)"
              R"({"sku":"tea","quantity":1,"pool":"shop"}]})");
    EXPECT_TRUE(plain.needs_key);
    const ApiCall numbered =
        call_of({"stock", "sale", "mug", "--source", "till", "--sequence", "7"});
    EXPECT_FALSE(numbered.needs_key);
    EXPECT_TRUE(numbered.request.repeatable);
    EXPECT_EQ(refused({"stock", "sale", "mug", "--source", "till"}), ExitCode::usage);
    EXPECT_EQ(refused({"stock", "sale", "mug=0"}), ExitCode::usage);
}

TEST(ReservationCommands, RepairAndEndPromises) {
    EXPECT_EQ(sent({"reservation", "reallocate", "rsv_1", "mug=1", "--from", "a", "--to", "b"}),
              "POST /reservations/rsv_1/reallocate "
              R"({"from":"a","to":"b","lines":[{"sku":"mug","quantity":1}]})");
    EXPECT_EQ(sent({"reservation", "close-short", "rsv_1", "--reason", "refunded"}),
              R"(POST /reservations/rsv_1/close-short {"reason":"refunded"})");
    EXPECT_EQ(sent({"reservation", "release-matching", "--agent", "bot", "--dry-run"}),
              R"(POST /reservations/release-matching {"agent_id":"bot","dry_run":true})");
    EXPECT_EQ(refused({"reservation", "release-matching", "--dry-run"}), ExitCode::usage);
    EXPECT_EQ(sent({"hold", "mug", "--wait", "60", "--region", "eu"}),
              R"(POST /reservations {"region":"eu","wait_seconds":60,)"
              R"("lines":[{"sku":"mug","quantity":1}]})");
    EXPECT_EQ(sent({"get", "rsv_1", "--wait", "20"}), "GET /reservations/rsv_1?wait_seconds=20");
}

TEST(ReservationCommands, ABulkReleaseListsWhatItReleased) {
    const ApiCall call = call_of({"reservation", "release-matching", "--sku", "mug"});
    EXPECT_EQ(call.show(*Json::parse(R"({"matched":2,"units":5,"released":["rsv_1","rsv_2"],)"
                                     R"("more":true})"),
                        false),
              "released 2 reservation(s) with 5 unit(s)\n  rsv_1\n  rsv_2\n"
              "  and more; run it again for the rest\n");
}

TEST(CountCommand, ReportsWhatItKnowsAlready) {
    EXPECT_EQ(sent({"count", "mug", "97", "--as-of", "2026-05-04T10:00:00Z", "--includes", "p-1",
                    "--watermark", "wms=81", "--by", "anna"}),
              R"(POST /stock/counts {"sku":"mug","counted":97,"as_of":"2026-05-04T10:00:00Z",)"
              R"("by":"anna","includes":{"references":["p-1"],)"
              R"("watermarks":[{"source":"wms","sequence":81}]}})");
    EXPECT_EQ(refused({"count", "mug", "97"}), ExitCode::usage);
    EXPECT_EQ(refused({"count", "mug", "-1", "--as-of", "2026-05-04T10:00:00Z"}), ExitCode::usage);
    EXPECT_EQ(refused({"count", "mug", "1", "--as-of", "noon"}), ExitCode::usage);
}

TEST(CountCommand, APendingCountHasAnExitCodeOfItsOwn) {
    const ApiCall call = call_of({"count", "mug", "97", "--as-of", "2026-05-04T10:00:00Z"});
    EXPECT_EQ(call.code(*Json::parse(R"({"outcome":"pending"})")), ExitCode::pending);
    EXPECT_EQ(call.code(*Json::parse(R"({"outcome":"applied"})")), ExitCode::ok);
}

TEST(CaseCommands, CasesAloneIsTheList) {
    EXPECT_EQ(sent({"cases"}), "GET /cases");
    EXPECT_EQ(sent({"cases", "--kind", "count"}), "GET /cases?kind=count");
    EXPECT_EQ(sent({"cases", "show", "cas_1"}), "GET /cases/cas_1");
    EXPECT_TRUE(call_of({"cases", "export", "--csv"}).raw);
}

TEST(CaseCommands, AnApprovalNamesThePlanThatWasSeen) {
    EXPECT_EQ(sent({"cases", "resolve", "cas_1", "approve", "--plan", "f00"}),
              R"(POST /cases/cas_1/resolve {"resolution":"approve","plan":"f00"})");
    EXPECT_EQ(refused({"cases", "resolve", "cas_1", "approve"}), ExitCode::usage);
    EXPECT_EQ(refused({"cases", "resolve", "cas_1", "forget"}), ExitCode::usage);
}

TEST(CaseCommands, TheListSaysHowOldACaseIs) {
    const ApiCall call = call_of({"cases"});
    EXPECT_EQ(call.show(*Json::parse(R"({"cases":[{"id":"cas_1","kind":"review","sku":"mug",)"
                                     R"("units":2,"age_seconds":5025,"overdue":true}]})"),
                        false),
              "id     kind    age                  sku  units\n"
              "cas_1  review  1 h 23 min, overdue  mug      2\n");
    EXPECT_EQ(call.show(*Json::parse(R"({"cases":[]})"), false), "no open cases\n");
}

TEST(HistoryCommands, AskAboutOneThing) {
    EXPECT_EQ(sent({"explain", "mug", "--pool", "a"}), "GET /stock/mug/explain?pool=a");
    EXPECT_EQ(sent({"history", "mug", "--pool", "a", "--limit", "5"}),
              "GET /stock/mug/history?pool=a&limit=5");
    EXPECT_EQ(sent({"history", "--reservation", "rsv_1"}), "GET /reservations/rsv_1/history");
    EXPECT_EQ(sent({"history", "--reference", "o 1"}), "GET /history?reference=o%201");
    EXPECT_EQ(sent({"history", "--agent", "bot", "--cursor", "c"}),
              "GET /history?cursor=c&agent=bot");
    EXPECT_EQ(sent({"history", "--pool", "a"}), "GET /history?pool=a");
    EXPECT_EQ(refused({"history"}), ExitCode::usage);
    EXPECT_EQ(refused({"history", "mug", "--agent", "bot"}), ExitCode::usage);
    EXPECT_EQ(sent({"owners", "--kind", "agent"}), "GET /owners?kind=agent");
}

constexpr const char* kExplanation =
    R"({"sku":"mug","sku_class":"default","as_of":"T","pools":[{"pool":"default","sellable":4,)"
    R"("on_hand":10,"committed":3,"held":2,"soft_held":0,"unavailable":1,"safety_stock":0,)"
    R"("deficit":0,"offered":4,"on_hand_terms":[{"term":"receipts","movements":2,"units":12,)"
    R"("newest":[{"time":"T2","units":7}]},{"term":"adjustments","reason":"damage",)"
    R"("movements":1,"units":-2}],"unavailable_terms":[{"reason":"disputed","units":1}],)"
    R"("promise_terms":[{"kind":"held","promises":1,"units":2,"newest":[{"reservation":"rsv_1",)"
    R"("units":2,"expires_at":"T3"}]},{"kind":"committed","promises":2,"units":3,"newest":[)"
    R"({"reservation":"rsv_2","units":1}]}]}]})";

TEST(ExplainText, IsATreeInWhichFiguresStandAboveTheirTerms) {
    EXPECT_EQ(explain_text(*Json::parse(kExplanation), false),
              "mug, class default, as of T\n"
              "pool default\n"
              "  on hand                           10\n"
              "      receipts                      12   2 movement(s), newest +7 at T2\n"
              "      adjustments, damage           -2   1 movement(s)\n"
              "  - unavailable                      1\n"
              "      disputed                       1\n"
              "  - committed                        3\n"
              "      committed                      3   2 promise(s)\n"
              "          rsv_2                      1\n"
              "          1 more                     2\n"
              "  - held                             2\n"
              "      held                           2   1 promise(s)\n"
              "          rsv_1                      2   until T3\n"
              "  - safety stock                     0\n"
              "  = sellable                         4\n"
              "  offered to a new hold              4   by its class\n");
}

TEST(ExplainText, WhatDoesNotAddUpIsSaidAndIsAFailure) {
    Json document = *Json::parse(kExplanation);
    Json pool = document["pools"].items().front();
    pool.set("soft_held", 1);
    document.set("pools", Json::Array{pool});
    EXPECT_NE(explain_text(document, false).find("does not add up: pool default: soft_held is 1"),
              std::string::npos);
    EXPECT_EQ(call_of({"explain", "mug"}).code(document), ExitCode::failed);
    EXPECT_EQ(call_of({"explain", "mug"}).code(*Json::parse(kExplanation)), ExitCode::ok);
}

TEST(EventsTail, StartsAtTheHeadAndGoesOnBehindEachPage) {
    ScriptedService service(
        {answer(200, R"({"position":"p-7"})"), answer(200, R"({"events":[],"next":"p-8"})"),
         answer(200, R"({"events":[{"time":"T","type":"stock.received","subject":"mug",)"
                     R"("data":{"quantity":5,"on_hand":9}}],"next":"p-9"})")});
    const Ran ran = run_task({"events", "tail", "-n", "1"}, service.url());
    EXPECT_EQ(ran.code, ExitCode::ok);
    EXPECT_EQ(ran.out, "T  stock.received  mug  quantity=5 on_hand=9\n");
    EXPECT_EQ(service.received().at(1).target,
              "/inventory/v1/events?limit=1&after=p-7&wait_seconds=20");
    EXPECT_EQ(service.received().at(2).target,
              "/inventory/v1/events?limit=1&after=p-8&wait_seconds=20");
}

TEST(EventsTail, WithoutFollowingItEndsAtTheHead) {
    ScriptedService service({answer(200, R"({"events":[{"id":"1"}],"next":"p-1"})"),
                             answer(200, R"({"events":[],"next":"p-1"})")});
    const Ran ran =
        run_task({"events", "tail", "--from-start", "--no-follow", "--json"}, service.url());
    EXPECT_EQ(ran.code, ExitCode::ok);
    EXPECT_EQ(ran.out, "{\"id\":\"1\"}\n");
    EXPECT_EQ(service.received().at(0).target, "/inventory/v1/events?limit=500");
}

}  // namespace
}  // namespace holdfast::cli
