#include "cli/policy_apply.hpp"

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

constexpr const char* kRehearsal =
    R"({"dry_run":true,"class":{"name":"ticket","version":2},)"
    R"("changes":[{"field":"hold_ttl_seconds","before":900,"after":600}],)"
    R"("skus":3,"holds_beyond":1,"sellable":[{"sku":"seat-1","before":1,"after":0}],)"
    R"("sellable_before":10,"sellable_after":9})";

TEST(ClassApply, ADryRunSaysWhatWouldChangeAndChangesNothing) {
    const TemporaryFile file("classes.toml", "[class.ticket]\nhold_ttl_seconds = 600\n");
    ScriptedService service({answer(200, kRehearsal)});
    const Ran ran = run_task({"class", "apply", file.path().c_str(), "--dry-run"}, service.url());
    EXPECT_EQ(ran.code, ExitCode::ok);
    EXPECT_EQ(ran.out,
              "class ticket would change:\n"
              "field             before  after\n"
              "hold_ttl_seconds     900    600\n"
              "SKUs of the class: 3; holds that would exceed it: 1; sellable: 10 -> 9\n"
              "sku     sellable before  after\n"
              "seat-1                1      0\n");
    ASSERT_EQ(service.received().size(), 1U);
    EXPECT_EQ(service.received()[0].method, "PUT");
    EXPECT_EQ(service.received()[0].target, "/inventory/v1/classes/ticket");
    EXPECT_EQ(service.received()[0].body, R"({"hold_ttl_seconds":600,"dry_run":true})");
}

TEST(ClassApply, EveryClassIsJudgedBeforeTheFirstIsPut) {
    const TemporaryFile file("classes.toml",
                             "[class.a]\nsplit = true\n"
                             "[class.b]\nhold_ttl_seconds = 0\n");
    ScriptedService service(
        {answer(200, kRehearsal),
         answer(422, R"({"code":"validation_failed","title":"Invalid","errors":[)"
                     R"({"pointer":"/hold_ttl_seconds","detail":"Must be at least 1."}]})")});
    const Ran ran = run_task({"class", "apply", file.path().c_str()}, service.url());
    EXPECT_EQ(ran.code, ExitCode::usage);
    EXPECT_EQ(ran.out, "");
    EXPECT_NE(ran.err.find(file.path() + " line 4: class 'b': /hold_ttl_seconds  Must be"),
              std::string::npos);
    EXPECT_EQ(service.received().size(), 2U);  // two rehearsals, no change
}

TEST(ClassApply, PutsTheClassesInTheirOrder) {
    const TemporaryFile file("classes.toml", "[class.a]\n[class.b]\n[pool.p]\n");
    ScriptedService service({answer(200, kRehearsal), answer(200, kRehearsal),
                             answer(200, R"({"name":"a","version":2})"),
                             answer(201, R"({"name":"b","version":1})")});
    const Ran ran = run_task({"class", "apply", file.path().c_str()}, service.url());
    EXPECT_EQ(ran.code, ExitCode::ok);
    EXPECT_EQ(ran.out, "class a  version 2\nclass b  version 1\n");
    EXPECT_EQ(service.received().at(3).body, "{}");
}

TEST(ClassApply, AFileWithoutAClassIsAnError) {
    const TemporaryFile file("classes.toml", "[pool.p]\n");
    const Ran ran = run_task({"class", "apply", file.path().c_str()}, "http://127.0.0.1:1");
    EXPECT_EQ(ran.code, ExitCode::usage);
    EXPECT_NE(ran.err.find("defines no class"), std::string::npos);
}

TEST(PoolApply, PoolsThatOthersOverflowIntoComeFirst) {
    const TemporaryFile file("pools.toml", "[pool.web]\noverflow = \"main\"\n[pool.main]\n");
    ScriptedService service({answer(201, R"({"name":"main","version":1})"),
                             answer(201, R"({"name":"web","version":1})")});
    EXPECT_EQ(run_task({"pool", "apply", file.path().c_str()}, service.url()).code, ExitCode::ok);
    EXPECT_EQ(service.received().at(0).target, "/inventory/v1/pools/main");
    EXPECT_EQ(service.received().at(1).body, R"({"overflow":"main"})");
}

TEST(PoolApply, ADryRunComparesWithThePoolAsItIs) {
    const TemporaryFile file("pools.toml", "[pool.web]\npriority = 1\nregion = \"eu\"\n");
    ScriptedService service({answer(200, R"({"name":"web","priority":1,"region":"us"})")});
    const Ran ran = run_task({"pool", "apply", file.path().c_str(), "--dry-run"}, service.url());
    EXPECT_EQ(ran.out, "pool web would change:\nfield   before  after\nregion  us      eu\n");
    EXPECT_EQ(service.received().at(0).method, "GET");
}

TEST(CapsSet, ChangesWhatIsNamedAndLeavesTheRest) {
    ScriptedService service(
        {answer(200, R"({"agent":{"units":5},"buyer":{"holds":2,"units":9},"position":"7"})"),
         answer(200, R"({"agent":{"units":50},"buyer":{"holds":2}})")});
    const Ran ran =
        run_task({"caps", "set", "--agent-units", "50", "--buyer-units", "0"}, service.url());
    EXPECT_EQ(ran.code, ExitCode::ok);
    EXPECT_EQ(service.received().at(1).body, R"({"agent":{"units":50},"buyer":{"holds":2}})");
}

}  // namespace
}  // namespace holdfast::cli
