// Classes, pools, caps and stops over the wire. Every answer is checked against openapi.json.
#include <gtest/gtest.h>

#include "api/class_fields.hpp"
#include "transport/http/testing.hpp"

namespace holdfast::transport::http {
namespace {

using testing::Answer;
using testing::Client;

const std::string kV1 = "/inventory/v1";

class PoliciesTest : public ::testing::Test {
  protected:
    Answer put(const std::string& path, const std::string& body) {
        return client_.send("PUT", kV1 + path, body);
    }
    Answer post(const std::string& path, const std::string& body) {
        return client_.post(kV1 + path, body);
    }
    Answer get(const std::string& path) { return client_.get(kV1 + path); }
    void receive(const std::string& sku, int units, const std::string& pool = "default") {
        const auto answer =
            post("/stock/receipts", R"({"sku":")" + sku + R"(","pool":")" + pool +
                                        R"(","quantity":)" + std::to_string(units) + "}");
        EXPECT_EQ(answer.status, 200) << answer.body;
    }
    Answer hold(const std::string& sku, int units, const std::string& more = "") {
        return post("/reservations", R"({"lines":[{"sku":")" + sku + R"(","quantity":)" +
                                         std::to_string(units) + "}]" + more + "}");
    }
    void put_sku(const std::string& sku, const std::string& sku_class) {
        EXPECT_LT(put("/skus/" + sku, R"({"sku_class":")" + sku_class + R"("})").status, 300);
    }

    Client client_;
};

TEST_F(PoliciesTest, AClassIsMadeOnceAndReplacedAsAWhole) {
    const auto made = put("/classes/tickets", R"({"hold_ttl_seconds":60,"safety_share":0.025,)"
                                              R"("hold_factor":1.5,"split":false,)"
                                              R"("allocation":"single",)"
                                              R"("caps":{"agent":{"units":4}}})");
    EXPECT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(made.header("ETag"), "\"1\"");
    EXPECT_EQ(made.header("Location"), kV1 + "/classes/tickets");
    EXPECT_EQ(made.at("/hold_ttl_seconds"), "60");
    EXPECT_EQ(made.at("/payment_ttl_seconds"), "2700");
    EXPECT_EQ(made.at("/allocation"), "single");
    EXPECT_EQ(made.at("/split"), "false");
    EXPECT_EQ(made.at("/caps/agent/units"), "4");
    EXPECT_NE(made.body.find(R"("safety_share":0.025,)"), std::string::npos) << made.body;
    EXPECT_NE(made.body.find(R"("hold_factor":1.5,)"), std::string::npos) << made.body;

    const auto again = put("/classes/tickets", R"({"banded":true})");
    EXPECT_EQ(again.status, 200) << again.body;
    EXPECT_EQ(again.at("/version"), "2");
    EXPECT_EQ(again.at("/hold_ttl_seconds"), "900");
    EXPECT_EQ(again.at("/banded"), "true");
    EXPECT_EQ(again.at("/caps"), "0 children");

    const auto read = get("/classes/tickets");
    EXPECT_EQ(read.header("ETag"), "\"2\"");
    EXPECT_EQ(read.at("/banded"), "true");
    EXPECT_EQ(get("/classes").at("/classes/1/name"), "tickets");
    EXPECT_EQ(get("/classes/concerts").at("/code"), "not_found");
}

TEST_F(PoliciesTest, WhatIsThereAlreadyChangesNothing) {
    EXPECT_EQ(put("/classes/tickets", "{}").status, 201);
    const auto same = put("/classes/tickets", "{}");
    EXPECT_EQ(same.status, 200);
    EXPECT_EQ(same.at("/version"), "1");
    EXPECT_EQ(put("/pools/north", R"({"region":"n"})").status, 201);
    EXPECT_EQ(put("/pools/north", R"({"region":"n"})").status, 200);
}

TEST_F(PoliciesTest, AVersionThatIsNotThePresentOneIsRefused) {
    EXPECT_EQ(put("/classes/tickets", "{}").status, 201);
    const auto with = [&](const std::string& path, const std::string& tag) {
        return client_.send("PUT", kV1 + path, "{}", {{"If-Match", tag}});
    };
    EXPECT_EQ(with("/classes/tickets", "\"7\"").status, 412);
    EXPECT_EQ(with("/classes/tickets", "\"7\"").at("/version"), "1");
    EXPECT_EQ(with("/classes/tickets", "\"7\", \"1\"").status, 200);
    EXPECT_EQ(with("/classes/none", "\"1\"").status, 412);
    EXPECT_EQ(with("/pools/none", "\"1\"").status, 412);
    EXPECT_EQ(with("/pools/default", "\"1\"").status, 200);
}

// Not one field can be read and not shown, or the other way round.
TEST_F(PoliciesTest, EveryFieldOfAClassIsShownAndTaken) {
    const auto shown = get("/classes/default");
    for (const auto& field : api::class_fields()) {
        EXPECT_NE(shown.at("/" + std::string(field.name)), "absent") << field.name;
    }
    const auto from = shown.body.find("\"hold_ttl_seconds\"");
    const auto to = shown.body.find(",\"caps\"");
    const auto copy = put("/classes/copy", '{' + shown.body.substr(from, to - from) + '}');
    EXPECT_EQ(copy.status, 201) << copy.body;
    EXPECT_EQ(copy.at("/count_units_max"), "2");
}

struct BadClass {
    const char* body;
    const char* pointer;
};

TEST_F(PoliciesTest, EveryContradictionIsNamedByItsPlace) {
    const BadClass cases[] = {
        {R"({"hold_ttl_seconds":100000})", "#/hold_ttl_seconds"},
        {R"({"payment_ttl_seconds":700000})", "#/payment_ttl_seconds"},
        {R"({"hold_ttl_max_seconds":864000})", "#/hold_ttl_max_seconds"},
        {R"({"payment_ttl_max_seconds":864000})", "#/payment_ttl_max_seconds"},
        {R"({"hold_ttl_seconds":0})", "#/hold_ttl_seconds"},
        {R"({"safety_share":1.001})", "#/safety_share"},
        {R"({"safety_share":0.0001})", "#/safety_share"},
        {R"({"safety_share":1e-1})", "#/safety_share"},
        {R"({"safety_share":"0.1"})", "#/safety_share"},
        {R"({"hold_factor":0.5})", "#/hold_factor"},
        {R"({"hold_factor":1001})", "#/hold_factor"},
        {R"({"hold_factor":99999999999999999999})", "#/hold_factor"},
        {R"({"hold_factor":2,"backorder_max":1})", "#/backorder_max"},
        {R"({"tracking":"none","backorder_max":1})", "#/backorder_max"},
        {R"({"tracking":"none","wait_max_seconds":1})", "#/wait_max_seconds"},
        {R"({"allocation":"cheapest"})", "#/allocation"},
        {R"({"late_commit":true})", "#/late_commit"},
        {R"({"extensions_max":65536})", "#/extensions_max"},
        {R"({"low_units":-1})", "#/low_units"},
        {R"({"safety_units":1.5})", "#/safety_units"},
        {R"({"caps":{"agent":{"units":-1}}})", "#/caps/agent/units"},
        {R"({"caps":{"agents":{}}})", "#/caps/agents"},
        {R"({"caps":{"buyer":{"hold":1}}})", "#/caps/buyer/hold"},
        {R"({"caps":[]})", "#/caps"},
        {R"({"hold_ttl":60})", "#/hold_ttl"},
    };
    for (const auto& each : cases) {
        const auto answer = put("/classes/tickets", each.body);
        EXPECT_EQ(answer.status, 422) << each.body << answer.body;
        EXPECT_EQ(answer.at("/code"), "validation_failed") << each.body;
        EXPECT_EQ(answer.at("/errors/0/pointer"), each.pointer) << each.body;
    }
    EXPECT_NE(put("/classes/t", R"({"hold_tll_seconds":60})").body.find("hold_ttl_seconds"),
              std::string::npos);
    EXPECT_EQ(get("/classes/tickets").status, 404) << "nothing was made";
}

TEST_F(PoliciesTest, ARehearsalSaysWhatWouldChangeAndChangesNothing) {
    put("/classes/tickets", R"({"hold_ttl_max_seconds":86400})");
    for (const auto* sku : {"a", "b", "c"}) {
        put_sku(sku, "tickets");
    }
    receive("a", 10);
    receive("b", 100);
    receive("other", 5);
    EXPECT_EQ(hold("a", 2, R"(,"ttl_seconds":3600)").status, 201);
    EXPECT_EQ(hold("a", 1, R"(,"ttl_seconds":60)").status, 201);
    const auto shown = put("/classes/tickets", R"({"dry_run":true,"hold_ttl_seconds":60,)"
                                               R"("hold_ttl_max_seconds":600,)"
                                               R"("safety_share":0.1})");
    EXPECT_EQ(shown.status, 200) << shown.body;
    EXPECT_EQ(shown.at("/dry_run"), "true");
    EXPECT_EQ(shown.at("/class/version"), "2");
    EXPECT_EQ(shown.at("/changes"), "3 children");
    EXPECT_EQ(shown.at("/changes/0/field"), "hold_ttl_seconds");
    EXPECT_EQ(shown.at("/changes/0/before"), "900");
    EXPECT_EQ(shown.at("/changes/0/after"), "60");
    EXPECT_EQ(shown.at("/skus"), "3");
    EXPECT_EQ(shown.at("/holds_beyond"), "1");
    EXPECT_EQ(shown.at("/sellable"), "2 children");
    EXPECT_EQ(shown.at("/sellable/0/sku"), "b");
    EXPECT_EQ(shown.at("/sellable/0/before"), "100");
    EXPECT_EQ(shown.at("/sellable/0/after"), "90");
    EXPECT_EQ(shown.at("/sellable_before"), "107");
    EXPECT_EQ(shown.at("/sellable_after"), "96");
    EXPECT_EQ(get("/classes/tickets").at("/version"), "1");

    const auto fresh = put("/classes/new", R"({"dry_run":true})");
    EXPECT_EQ(fresh.at("/changes/0/before"), "absent");
    EXPECT_EQ(fresh.at("/skus"), "0");
    EXPECT_EQ(put("/classes/new", R"({"dry_run":true,"low_units":-1})").status, 422);
    EXPECT_EQ(get("/classes/new").status, 404);
}

TEST_F(PoliciesTest, APoolHasARegionAFenceAndAnOverflow) {
    EXPECT_EQ(put("/pools/north", R"({"kind":"supplier","region":"n","priority":5})").status, 201);
    const auto made = put("/pools/outlet", R"({"channels":["outlet","app"],"overflow":"north"})");
    EXPECT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(made.at("/kind"), "physical");
    EXPECT_EQ(made.at("/channels/1"), "app");
    EXPECT_EQ(made.at("/overflow"), "north");
    const auto list = get("/pools");
    EXPECT_EQ(list.at("/pools"), "3 children");
    EXPECT_EQ(list.at("/pools/0/name"), "default");
    EXPECT_EQ(list.at("/pools/1/kind"), "supplier");
    EXPECT_EQ(get("/pools/outlet").at("/overflow"), "north");
    EXPECT_EQ(get("/pools/south").at("/code"), "not_found");

    const BadClass cases[] = {
        {R"({"kind":"moon"})", "#/kind"},
        {R"({"priority":1000001})", "#/priority"},
        {R"({"channels":["a","a"]})", "#/channels/1"},
        {R"({"channels":[""]})", "#/channels/0"},
        {R"({"channels":[7]})", "#/channels/0"},
        {R"({"overflow":"north"})", "#/overflow"},
        {R"({"channels":["a"],"overflow":"south"})", "#/overflow"},
        {R"({"region":""})", "#/region"},
    };
    for (const auto& each : cases) {
        const auto answer = put("/pools/south", each.body);
        EXPECT_EQ(answer.status, 422) << each.body << answer.body;
        EXPECT_EQ(answer.at("/errors/0/pointer"), each.pointer) << each.body;
    }
}

TEST_F(PoliciesTest, ALineIsServedFromSeveralPoolsAndShownAsOne) {
    put("/pools/north", R"({"priority":1})");
    receive("tea", 2);
    receive("tea", 3, "north");
    const auto stock = get("/availability/tea");
    EXPECT_EQ(stock.at("/sellable"), "5");
    EXPECT_EQ(stock.at("/pools/1/pool"), "north");
    EXPECT_EQ(stock.at("/pools/1/sellable"), "3");
    const auto made = hold("tea", 4);
    EXPECT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(made.at("/lines"), "1 children");
    EXPECT_EQ(made.at("/lines/0/held"), "4");
    EXPECT_EQ(made.at("/lines/0/allocations/0/pool"), "default");
    EXPECT_EQ(made.at("/lines/0/allocations/0/quantity"), "2");
    EXPECT_EQ(made.at("/lines/0/allocations/1/pool"), "north");
    EXPECT_EQ(made.at("/lines/0/allocations/1/quantity"), "2");
    EXPECT_EQ(made.at("/firm"), "true");

    put("/classes/default", R"({"split":false})");
    EXPECT_EQ(get("/availability/tea").at("/sellable"), "1");
}

TEST_F(PoliciesTest, AWholeLineOfAnotherPoolIsAnAlternative) {
    put("/pools/north", "{}");
    receive("tea", 1);
    receive("tea", 9, "north");
    const auto refused =
        post("/reservations", R"({"lines":[{"sku":"tea","quantity":5,"pool":"default"}]})");
    EXPECT_EQ(refused.at("/code"), "insufficient_stock");
    EXPECT_NE(refused.body.find(R"({"sku":"tea","pool":"north","sellable":9})"), std::string::npos)
        << refused.body;
}

TEST_F(PoliciesTest, UnitsMoveToAnotherPoolInOneStep) {
    put("/pools/north", R"({"priority":9})");
    receive("tea", 2);
    receive("tea", 2, "north");
    const std::string path = "/reservations/" + hold("tea", 2).at("/id");
    const auto moved = post(path + "/reallocate", R"({"to":"north"})");
    EXPECT_EQ(moved.status, 200) << moved.body;
    EXPECT_EQ(moved.at("/lines/0/allocations/0/pool"), "north");
    EXPECT_EQ(get("/availability/tea").at("/pools/1/held"), "2");
    EXPECT_EQ(post(path + "/reallocate", "{}").at("/errors/0/pointer"), "#/to");
    EXPECT_EQ(post(path + "/reallocate", R"({"from":"north","to":"north"})").status, 422);
    EXPECT_EQ(post(path + "/reallocate", R"({"to":"moon"})").at("/errors/0/pointer"), "#/to");
}

TEST_F(PoliciesTest, APromiseThatCannotBeKeptIsClosedShort) {
    receive("tea", 2);
    const std::string path = "/reservations/" + hold("tea", 2).at("/id");
    EXPECT_EQ(post(path + "/commit", "{}").status, 200);
    for (const auto* body : {R"({"reason":"fraud"})", R"({"reason":"other"})", "{}"}) {
        EXPECT_EQ(post(path + "/close-short", body).status, 422) << body;
    }
    const auto closed = post(path + "/close-short", R"({"reason":"refunded"})");
    EXPECT_EQ(closed.status, 200) << closed.body;
    EXPECT_EQ(closed.at("/state"), "reconciled");
    EXPECT_EQ(closed.at("/lines/0/short"), "2");
}

TEST_F(PoliciesTest, CapsSayWhichWasHitAndWhenItFrees) {
    receive("tea", 100);
    const auto caps = put("/caps", R"({"agent":{"units":5},"buyer":{"holds":1}})");
    EXPECT_EQ(caps.status, 200) << caps.body;
    EXPECT_EQ(get("/caps").at("/agent/units"), "5");
    EXPECT_EQ(get("/caps").at("/operator"), "absent");
    EXPECT_EQ(hold("tea", 4, R"(,"agent_id":"bot","ttl_seconds":60)").status, 201);
    const auto refused = hold("tea", 2, R"(,"agent_id":"bot")");
    EXPECT_EQ(refused.status, 429) << refused.body;
    EXPECT_EQ(refused.at("/code"), "owner_limit_exceeded");
    EXPECT_EQ(refused.at("/principal"), "agent");
    EXPECT_EQ(refused.at("/measure"), "units");
    EXPECT_EQ(refused.at("/scope"), "everything");
    EXPECT_EQ(refused.at("/limit"), "5");
    EXPECT_EQ(refused.at("/used"), "4");
    EXPECT_EQ(refused.at("/frees_at"), "2026-05-04T10:01:00.000Z");
    EXPECT_EQ(hold("tea", 2, R"(,"agent_id":"other")").status, 201);

    put("/caps", "{}");
    EXPECT_EQ(hold("tea", 2, R"(,"agent_id":"bot")").status, 201);
    put("/classes/tickets", R"({"caps":{"agent":{"holds":1}}})");
    put_sku("seat", "tickets");
    receive("seat", 9);
    EXPECT_EQ(hold("seat", 1, R"(,"agent_id":"bot")").status, 201);
    const auto by_class = hold("seat", 1, R"(,"agent_id":"bot")");
    EXPECT_EQ(by_class.at("/scope"), "class");
    EXPECT_EQ(by_class.at("/sku_class"), "tickets");
    EXPECT_EQ(by_class.at("/measure"), "holds");
    EXPECT_EQ(put("/caps", R"({"agent":{"units":-1}})").at("/errors/0/pointer"), "#/agent/units");
}

TEST_F(PoliciesTest, AStopRefusesNewHoldsOnlyAndEnds) {
    receive("tea", 10);
    const std::string held = "/reservations/" + hold("tea", 1).at("/id");
    const auto stopped =
        post("/selling/stop", R"({"scope":"sku","name":"tea","reason":"recall","by":"ann",)"
                              R"("note":"batch 7","until":"2026-05-04T11:00:00Z"})");
    EXPECT_EQ(stopped.status, 200) << stopped.body;
    EXPECT_EQ(stopped.at("/stopped"), "true");
    EXPECT_EQ(stopped.at("/by"), "ann");
    const auto refused = hold("tea", 1);
    EXPECT_EQ(refused.status, 409);
    EXPECT_EQ(refused.at("/code"), "selling_stopped");
    EXPECT_EQ(refused.at("/scope"), "sku");
    EXPECT_EQ(refused.at("/reason"), "recall");
    EXPECT_EQ(refused.at("/until"), "2026-05-04T11:00:00.000Z");
    EXPECT_EQ(refused.at("/retry_after_ms"), "3600000");
    const auto shown = get("/availability/tea");
    EXPECT_EQ(shown.at("/sellable"), "0");
    EXPECT_EQ(shown.at("/status"), "out");
    EXPECT_EQ(shown.at("/selling_stopped"), "true");
    const auto list = get("/selling");
    EXPECT_EQ(list.at("/stops/0/scope"), "sku");
    EXPECT_EQ(list.at("/stops/0/note"), "batch 7");
    EXPECT_EQ(post(held + "/commit", "{}").status, 200);

    client_.world.advance(std::chrono::hours(2));
    EXPECT_EQ(get("/selling").at("/stops"), "0 children");
    EXPECT_EQ(get("/availability/tea").at("/sellable"), "9");
    EXPECT_EQ(hold("tea", 1).status, 201);

    EXPECT_EQ(post("/selling/stop", R"({"scope":"everything","reason":"incident"})").status, 200);
    EXPECT_EQ(hold("tea", 1).at("/scope"), "everything");
    const auto resumed = post("/selling/resume", R"({"scope":"everything"})");
    EXPECT_EQ(resumed.at("/stopped"), "false") << resumed.body;
    EXPECT_EQ(hold("tea", 1).status, 201);
}

TEST_F(PoliciesTest, AStopSaysWhatAndWhy) {
    const BadClass cases[] = {
        {R"({"reason":"recall"})", "#/scope"},
        {R"({"scope":"moon","reason":"recall"})", "#/scope"},
        {R"({"scope":"sku","reason":"recall"})", "#/name"},
        {R"({"scope":"everything","name":"x","reason":"recall"})", "#/name"},
        {R"({"scope":"everything"})", "#/reason"},
        {R"({"scope":"everything","reason":"other"})", "#/note"},
        {R"({"scope":"everything","reason":"recall","until":"2020-01-01T00:00:00Z"})", "#/until"},
        {R"({"scope":"sku","name":"nobody","reason":"recall"})", "#/name"},
        {R"({"scope":"pool","name":"nobody","reason":"recall"})", "#/name"},
        {R"({"scope":"class","name":"nobody","reason":"recall"})", "#/name"},
    };
    for (const auto& each : cases) {
        const auto answer = post("/selling/stop", each.body);
        EXPECT_EQ(answer.status, 422) << each.body << answer.body;
        EXPECT_EQ(answer.at("/errors/0/pointer"), each.pointer) << each.body;
    }
    EXPECT_EQ(post("/selling/resume", R"({"scope":"everything","reason":"recall"})").status, 422);
}

TEST_F(PoliciesTest, BackordersAndUntrackedSkusAreSaidSo) {
    put("/classes/books", R"({"backorder_max":3})");
    put("/classes/cards", R"({"tracking":"none"})");
    put_sku("book", "books");
    put_sku("card", "cards");
    EXPECT_EQ(get("/availability/book").at("/status"), "backorder");
    EXPECT_EQ(get("/availability/book").at("/sellable"), "3");
    EXPECT_EQ(get("/availability/card").at("/status"), "in_stock");
    EXPECT_EQ(get("/availability/card").at("/untracked"), "true");
}

TEST_F(PoliciesTest, SoftHoldsAreNotFirm) {
    put("/classes/sneakers", R"({"hold_factor":2})");
    put_sku("shoe", "sneakers");
    receive("shoe", 1);
    const auto first = hold("shoe", 1);
    const auto second = hold("shoe", 1);
    EXPECT_EQ(first.at("/firm"), "false") << first.body;
    EXPECT_EQ(second.status, 201) << second.body;
    EXPECT_EQ(get("/availability/shoe").at("/soft_held"), "2");
    EXPECT_EQ(post("/reservations/" + first.at("/id") + "/commit", "{}").at("/firm"), "true");
    EXPECT_EQ(post("/reservations/" + second.at("/id") + "/commit", "{}").at("/code"),
              "insufficient_stock");
}

}  // namespace
}  // namespace holdfast::transport::http
