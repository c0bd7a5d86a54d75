// Stock facts, cases and histories over HTTP. Every body is checked against openapi.json.
#include <gtest/gtest.h>

#include <algorithm>

#include "transport/http/testing.hpp"

namespace holdfast::transport::http {
namespace {

using testing::Answer;
using testing::Client;

constexpr auto kV1 = "/inventory/v1";

class StockFacts : public ::testing::Test {
  protected:
    StockFacts() { receive("tea", 10); }

    void receive(const std::string& sku, int units) {
        const Answer answer = post("/stock/receipts", R"({"sku":")" + sku + R"(","quantity":)" +
                                                          std::to_string(units) + "}");
        EXPECT_EQ(answer.status, 200) << answer.body;
    }
    Answer get(const std::string& path) { return client.get(kV1 + path); }
    Answer post(const std::string& path, const std::string& body) {
        return client.post(kV1 + path, body);
    }
    Answer bulk(const std::string& body) {
        return client.send("POST", std::string(kV1) + "/stock/bulk", body,
                           {{"Content-Type", "application/x-ndjson"}});
    }
    void add_pool(const std::string& name) {
        EXPECT_EQ(client.send("PUT", kV1 + ("/pools/" + name), "{}").status, 201);
    }
    // Ten are counted where a hundred should be.
    Answer count_badly() {
        receive("milk", 100);
        client.world.advance(base::Duration(60'000));
        return post("/stock/counts",
                    R"({"sku":"milk","counted":10,"as_of":"2026-05-04T10:00:30Z","by":"ann"})");
    }
    static std::vector<std::string> lines(const std::string& body) {
        std::vector<std::string> out;
        for (std::size_t at = 0; at < body.size();) {
            const auto end = body.find('\n', at);
            out.push_back(body.substr(at, end - at));
            at = end + 1;
        }
        return out;
    }

    Client client;
};

TEST_F(StockFacts, UnitsBecomeUnavailableAndAreWrittenOff) {
    Answer answer =
        post("/stock/unavailable", R"({"sku":"tea","delta":2,"reason":"damage","note":"wet"})");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.at("/unavailable"), "2");
    EXPECT_EQ(answer.at("/unavailable_delta"), "2");
    EXPECT_EQ(answer.at("/delta"), "0");
    answer = post("/stock/adjustments",
                  R"({"sku":"tea","delta":-2,"reason":"damage","from_unavailable":"damage"})");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.at("/unavailable"), "0");
    EXPECT_EQ(answer.at("/on_hand"), "8");
    const std::string written_off = answer.at("/position");
    answer = post(
        "/stock/adjustments",
        R"({"sku":"tea","delta":2,"reason":"data_entry_error","undoes":")" + written_off + "\"}");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.at("/undoes"), written_off);
    EXPECT_EQ(post("/stock/unavailable", R"({"sku":"tea","delta":-9,"reason":"damage"})").status,
              409);
}

TEST_F(StockFacts, UnitsMoveBetweenPools) {
    add_pool("east");
    const Answer sent =
        post("/stock/transfers", R"({"sku":"tea","from":"default","to":"east","quantity":4})");
    EXPECT_EQ(sent.status, 201);
    EXPECT_EQ(sent.header("Location"), "");
    EXPECT_EQ(sent.at("/step"), "sent");
    EXPECT_EQ(get("/stock/transfers?sku=tea").at("/transfers/0/in_transit"), "4");
    const std::string path = "/stock/transfers/" + sent.at("/id");
    EXPECT_EQ(post(path + "/arrive", R"({"quantity":3})").at("/in_transit"), "1");
    EXPECT_EQ(post(path + "/lose", R"({"reason":"theft"})").at("/lost"), "1");
    EXPECT_EQ(post(path + "/arrive", "{}").status, 404);
    EXPECT_EQ(get("/stock/transfers").at("/transfers"), "0 children");
    EXPECT_EQ(post("/stock/transfers",
                   R"({"sku":"tea","from":"default","to":"east","quantity":1,"instant":true})")
                  .at("/step"),
              "moved");
    EXPECT_EQ(post("/stock/transfers", R"({"sku":"tea","from":"default","to":"moon","quantity":1})")
                  .at("/errors/0/pointer"),
              "#/to");
}

TEST_F(StockFacts, ASaleMadeElsewhere) {
    const Answer sold = client.send("POST", std::string(kV1) + "/stock/sales",
                                    R"({"source":"till","source_sequence":1,"channel":"shop",
                                        "lines":[{"sku":"tea","quantity":2}],"shipped":true})");
    EXPECT_EQ(sold.status, 201);
    EXPECT_EQ(sold.at("/state"), "fulfilled");
    EXPECT_EQ(sold.header("Location"), "/inventory/v1/reservations/" + sold.at("/id"));
}

TEST_F(StockFacts, ACountIsJudgedAndApproved) {
    const Answer pending = count_badly();
    EXPECT_EQ(pending.status, 200);
    EXPECT_EQ(pending.at("/outcome"), "pending");
    EXPECT_EQ(pending.at("/drift"), "-90");
    EXPECT_EQ(pending.at("/disputed"), "90");
    const std::string path = "/cases/" + pending.at("/case");
    EXPECT_EQ(get(path).at("/count/plan"), pending.at("/plan"));
    EXPECT_EQ(get("/cases?kind=count").at("/cases/0/opened_by"), "ann");
    const std::string approve =
        R"({"resolution":"approve","plan":")" + pending.at("/plan") + R"(","by":)";
    EXPECT_EQ(post(path + "/resolve", approve + "\"ann\"}").status, 403);
    const Answer approved = post(path + "/resolve", approve + "\"bob\"}");
    EXPECT_EQ(approved.status, 200);
    EXPECT_EQ(approved.at("/status"), "resolved");
    EXPECT_EQ(approved.at("/resolved_by"), "bob");
    EXPECT_EQ(get(path).at("/resolution"), "approved");
    EXPECT_EQ(get("/availability/milk").at("/on_hand"), "10");
    EXPECT_EQ(get("/cases/cas_x").status, 404);
}

TEST_F(StockFacts, CasesAsATable) {
    count_badly();
    const Answer table = get("/cases.csv");
    EXPECT_EQ(table.status, 200);
    EXPECT_TRUE(table.header("Content-Type").starts_with("text/csv"));
    EXPECT_EQ(table.body.substr(0, 8), "id,kind,");
    EXPECT_EQ(std::ranges::count(table.body, '\n'), 2);
    EXPECT_NE(table.body.find(",milk,default,-90,,10,100,-90,"), std::string::npos);
}

TEST_F(StockFacts, TextsCannotBreakTheTable) {
    receive(R"(=cmd|'/c', \"x\")", 100);
    client.world.advance(base::Duration(60'000));
    post("/stock/counts",
         R"({"sku":"=cmd|'/c', \"x\"","counted":1,"as_of":"2026-05-04T10:00:30Z"})");
    EXPECT_NE(get("/cases.csv").body.find(",\"'=cmd|'/c', \"\"x\"\"\","), std::string::npos);
}

TEST_F(StockFacts, HistoriesAndExplanations) {
    const Answer held =
        post("/reservations", R"({"sku":"tea","quantity":3,"reference":"o-1","agent_id":"bot"})");
    const std::string id = held.at("/id");
    EXPECT_EQ(get("/reservations/" + id + "/history").at("/events/0/type"),
              "holdfast.reservation.held");
    EXPECT_EQ(get("/history?reference=o-1").at("/events/0/data/id"), id);
    EXPECT_EQ(get("/history?agent=bot").at("/events"), "1 children");
    EXPECT_EQ(get("/history").status, 422);
    EXPECT_EQ(get("/history?odd=1").status, 422);
    EXPECT_EQ(get("/stock/tea/history").at("/events/1/data/delta"), "10");
    const Answer why = get("/stock/tea/explain");
    EXPECT_EQ(why.at("/pools/0/on_hand_terms/0/term"), "receipts");
    EXPECT_EQ(why.at("/pools/0/promise_terms/0/newest/0/reservation"), id);
    EXPECT_EQ(why.at("/pools/0/offered"), "7");
    EXPECT_EQ(get("/stock/tea").at("/pools/0/held"), "3");
    EXPECT_EQ(get("/stock/tea?at=2026-05-04T09:00:00Z").at("/pools"), "0 children");
    EXPECT_EQ(get("/stock/unheard-of/explain").status, 404);
    EXPECT_EQ(get("/reservations/nonsense/history").status, 404);
}

TEST_F(StockFacts, EventsAreCloudEvents) {
    const Answer page = get("/events?limit=3");
    EXPECT_EQ(page.at("/events/0/specversion"), "1.0");
    EXPECT_EQ(page.at("/events/1/type"), "holdfast.sku.registered");
    EXPECT_EQ(page.at("/events/0/source"), "/inventory/default");
    EXPECT_EQ(page.at("/events/2/data/on_hand"), "10");
    EXPECT_EQ(page.at("/events/2/subject"), "tea");
    EXPECT_EQ(get("/events?after=" + page.at("/next")).at("/events"), "0 children");
    EXPECT_EQ(get("/events?wait_seconds=61").status, 422);
}

TEST_F(StockFacts, Reports) {
    post("/reservations", R"({"sku":"tea","quantity":3,"agent_id":"bot","ttl_seconds":10})");
    client.world.advance(base::Duration(10'000));
    const Answer owners = get("/owners?sort=wasted&kind=agent");
    EXPECT_EQ(owners.at("/owners/0/name"), "bot");
    EXPECT_EQ(owners.at("/owners/0/wasted_unit_seconds"), "30");
    EXPECT_EQ(get("/owners?kind=odd").status, 422);
    post("/stock/unavailable", R"({"sku":"tea","delta":2,"reason":"damage"})");
    EXPECT_EQ(get("/stock/stranded").at("/stranded/0/why"), "unavailable");
    EXPECT_EQ(get("/classes/suggestions").at("/suggestions"), "0 children");
}

TEST_F(StockFacts, ManyFactsAtOnceAndOnlyOnce) {
    const std::string body = R"({"kind":"sku","source":"f","row":1,"sku":"bean"})"
                             "\n"
                             R"({"kind":"receipt","source":"f","row":2,"sku":"bean","quantity":5})"
                             "\r\n\n"
                             R"({"kind":"open_order","source":"f","row":3,"reference":"o-9",)"
                             R"("lines":[{"sku":"bean","quantity":2}]})"
                             "\n"
                             R"({"kind":"hold","source":"f","row":4,"sku":"bean","quantity":9})"
                             "\n"
                             R"({"kind":"safety","source":"f","row":5,"sku":"bean","quantity":1})";
    const Answer first = bulk(body);
    ASSERT_EQ(first.status, 200);
    EXPECT_EQ(first.header("Content-Type"), "application/x-ndjson");
    const auto rows = lines(first.body);
    ASSERT_EQ(rows.size(), 5U);
    const auto at = [](const std::string& row, std::string_view pointer) {
        return Answer::text_at(JsonDocument::parse(row)->root(), pointer);
    };
    EXPECT_EQ(at(rows[0], "/status"), "201");
    EXPECT_EQ(at(rows[1], "/body/on_hand"), "5");
    EXPECT_EQ(at(rows[2], "/line"), "4");
    EXPECT_EQ(at(rows[2], "/body/state"), "committed");
    EXPECT_EQ(at(rows[3], "/status"), "409");
    EXPECT_EQ(at(rows[3], "/body/code"), "insufficient_stock");
    EXPECT_EQ(at(rows[4], "/body/safety_stock"), "1");
    const auto again = lines(bulk(body).body);
    EXPECT_EQ(at(again[1], "/replayed"), "true");
    EXPECT_EQ(at(again[1], "/body/on_hand"), "5");
    EXPECT_EQ(get("/availability/bean").at("/on_hand"), "5");
}

TEST_F(StockFacts, NothingOfABrokenFileIsApplied) {
    const std::string good = R"({"kind":"receipt","source":"f","row":1,"sku":"bean","quantity":5})";
    const Answer answer = bulk(good + "\n" + R"({"kind":"receipt","source":"f","row":1,)" +
                               R"("sku":"bean","quantity":-5,"odd":1})" + "\n" +
                               R"({"kind":"odd","source":"f","row":3})" + "\n[]\n");
    EXPECT_EQ(answer.status, 422);
    EXPECT_EQ(answer.at("/errors/0/pointer"), "#/1/odd");
    EXPECT_EQ(answer.at("/errors/1/pointer"), "#/2/kind");
    EXPECT_EQ(answer.at("/errors/2/detail"), "Line 4: Must be an object.");
    const Answer twice = bulk(good + "\n" + good);
    EXPECT_EQ(twice.at("/errors/0/pointer"), "#/1/row");
    EXPECT_EQ(bulk(good + "\nnot JSON").status, 400);
    EXPECT_EQ(bulk(good + "\n{\"kind\":\"\xff\"}").status, 400);
    EXPECT_EQ(bulk("\n\n").status, 422);
    std::string many;
    for (int i = 0; i < 10'001; ++i) {
        many += "{}\n";
    }
    EXPECT_EQ(bulk(many).status, 422);
    EXPECT_EQ(
        client.send("POST", std::string(kV1) + "/stock/bulk", good, {{"Content-Type", "text/csv"}})
            .status,
        415);
    EXPECT_EQ(get("/availability/bean").status, 404);
}

}  // namespace
}  // namespace holdfast::transport::http
