// Waiting for units, bulk release and checkout tokens over the wire.
#include <gtest/gtest.h>

#include "transport/http/testing.hpp"

namespace holdfast::transport::http {
namespace {

using namespace std::chrono_literals;
using testing::Answer;
using testing::Client;

const std::string kV1 = "/inventory/v1";
const std::string kReservations = kV1 + "/reservations";

class WaitingTest : public ::testing::Test {
  protected:
    WaitingTest() {
        EXPECT_EQ(
            client_.send("PUT", kV1 + "/classes/default", R"({"wait_max_seconds":3600})").status,
            200);
        receive("tea", 1);
    }
    void receive(const std::string& sku, int units) {
        EXPECT_EQ(client_
                      .post(kV1 + "/stock/receipts",
                            R"({"sku":")" + sku + R"(","quantity":)" + std::to_string(units) + "}")
                      .status,
                  200);
    }
    Answer hold(const std::string& more = "", const std::string& sku = "tea") {
        return client_.post(kReservations,
                            R"({"lines":[{"sku":")" + sku + R"(","quantity":1}])" + more + "}");
    }
    std::string path_of(const Answer& made) { return kReservations + "/" + made.at("/id"); }
    Answer release(const std::string& path) { return client_.send("DELETE", path); }

    // A GET whose answer may come later.
    struct Poll {
        std::optional<net::HttpResponse> response;
        [[nodiscard]] bool answered() const { return response.has_value(); }
        [[nodiscard]] std::string state() const {
            Answer answer;
            answer.body = response->body;
            return answer.at("/state");
        }
    };
    std::unique_ptr<Poll> poll(const std::string& path, int seconds) {
        auto out = std::make_unique<Poll>();
        auto exchange = std::make_shared<testing::FakeExchange>(out->response);
        exchange->request.method = "GET";
        exchange->request.target = path + "?wait_seconds=" + std::to_string(seconds);
        client_.http.handle(std::move(exchange));
        client_.world.settle();
        return out;
    }

    Client client_;
};

TEST_F(WaitingTest, WhoComesTooLateMayWaitForUnitsThatAreOnlyHeld) {
    const auto holder = hold(R"(,"ttl_seconds":300)");
    ASSERT_EQ(holder.status, 201);
    const auto first = hold(R"(,"wait_seconds":600)");
    EXPECT_EQ(first.status, 202) << first.body;
    EXPECT_EQ(first.header("Location"), path_of(first));
    EXPECT_EQ(first.at("/state"), "queued");
    EXPECT_EQ(first.at("/lines/0/held"), "0");
    EXPECT_EQ(first.at("/lines/0/requested"), "1");
    EXPECT_EQ(first.at("/queue/ahead"), "0");
    EXPECT_EQ(first.at("/queue/until"), "2026-05-04T10:10:00.000Z");
    EXPECT_EQ(first.at("/queue/estimate_at"), "2026-05-04T10:05:00.000Z");
    const auto second = hold(R"(,"wait_seconds":600)");
    EXPECT_EQ(second.at("/queue/ahead"), "1");
    EXPECT_EQ(client_.get(path_of(second)).at("/queue/ahead"), "1");
    EXPECT_EQ(client_.get(path_of(second)).status, 200);

    EXPECT_EQ(release(path_of(holder)).status, 200);
    const auto granted = client_.get(path_of(first));
    EXPECT_EQ(granted.at("/state"), "held");
    EXPECT_EQ(granted.at("/queue"), "absent");
    EXPECT_EQ(granted.at("/expires_at"), "2026-05-04T10:15:00.000Z") << "its own TTL begins now";
    EXPECT_EQ(client_.get(path_of(second)).at("/queue/ahead"), "0");
    EXPECT_EQ(hold().at("/code"), "insufficient_stock") << "nobody overtakes";
}

TEST_F(WaitingTest, NobodyWaitsLongerThanTheClassAllowsOrForWhatIsNotThere) {
    hold();
    const auto too_long = hold(R"(,"wait_seconds":3601)");
    EXPECT_EQ(too_long.at("/code"), "ttl_out_of_bounds");
    EXPECT_EQ(too_long.at("/errors/0/pointer"), "#/wait_seconds");
    EXPECT_EQ(too_long.at("/limit"), "3600");
    receive("sold", 1);
    EXPECT_EQ(client_.send("POST", path_of(hold("", "sold")) + "/commit").status, 200);
    EXPECT_EQ(hold(R"(,"wait_seconds":60)", "sold").at("/code"), "insufficient_stock");
}

TEST_F(WaitingTest, ARetryOfAWaitShowsTheWait) {
    hold();
    const std::string body = R"({"lines":[{"sku":"tea","quantity":1}],"wait_seconds":600})";
    const auto first = client_.post(kReservations, body, "k");
    const auto again = client_.post(kReservations, body, "k");
    EXPECT_EQ(again.status, 202);
    EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
    EXPECT_EQ(again.body, first.body);
}

TEST_F(WaitingTest, APollIsAnsweredWhenTheUnitsAreGranted) {
    const auto holder = hold();
    const std::string first = path_of(hold(R"(,"wait_seconds":600)"));
    const std::string second = path_of(hold(R"(,"wait_seconds":600)"));
    const auto poll_of_first = poll(first, 30);
    const auto another = poll(first, 30);
    const auto poll_of_second = poll(second, 30);
    EXPECT_FALSE(poll_of_first->answered());
    release(path_of(holder));
    ASSERT_TRUE(poll_of_first->answered());
    EXPECT_EQ(poll_of_first->state(), "held");
    ASSERT_TRUE(another->answered());
    EXPECT_FALSE(poll_of_second->answered());
    client_.world.advance(31s);
    ASSERT_TRUE(poll_of_second->answered());
    EXPECT_EQ(poll_of_second->state(), "queued");
    EXPECT_EQ(client_.world.published.queue_exits().size(), 0U) << "nothing is left behind";
}

TEST_F(WaitingTest, APollIsAnsweredWhenTheWaitEnds) {
    hold();
    const std::string gone = path_of(hold(R"(,"wait_seconds":600)"));
    const std::string late = path_of(hold(R"(,"wait_seconds":5)"));
    const auto poll_of_gone = poll(gone, 60);
    const auto poll_of_late = poll(late, 60);
    EXPECT_EQ(release(gone).at("/state"), "released");
    ASSERT_TRUE(poll_of_gone->answered());
    EXPECT_EQ(poll_of_gone->state(), "released");
    client_.world.advance(6s);
    ASSERT_TRUE(poll_of_late->answered());
    EXPECT_EQ(poll_of_late->state(), "expired");
}

TEST_F(WaitingTest, APollOfWhatDoesNotWaitIsAnsweredAtOnce) {
    const std::string held = path_of(hold());
    EXPECT_EQ(client_.get(held + "?wait_seconds=60").at("/state"), "held");
    const std::string queued = path_of(hold(R"(,"wait_seconds":600)"));
    EXPECT_EQ(client_.get(queued + "?wait_seconds=0").at("/state"), "queued");
    for (const auto* bad : {"61", "-1", "x", "1&wait_seconds=2"}) {
        EXPECT_EQ(client_.get(held + "?wait_seconds=" + bad).status, 422) << bad;
    }
    EXPECT_EQ(client_.get(held + "?wait_second=1").status, 422);
    EXPECT_EQ(client_.get(kReservations + "/rsv_0000000000000?wait_seconds=60").status, 404);
}

TEST_F(WaitingTest, ADrainingServiceAnswersAllPolls) {
    hold();
    const auto waiting = poll(path_of(hold(R"(,"wait_seconds":600)")), 60);
    EXPECT_FALSE(waiting->answered());
    client_.world.timers.hurry();
    client_.world.settle();
    ASSERT_TRUE(waiting->answered());
    EXPECT_EQ(waiting->state(), "queued");
}

class BulkReleaseTest : public WaitingTest {
  protected:
    BulkReleaseTest() { receive("tea", 99); }
    Answer release_matching(const std::string& body, const std::string& key = "") {
        return key.empty() ? client_.post(kReservations + "/release-matching", body)
                           : client_.post(kReservations + "/release-matching", body, key);
    }
};

TEST_F(BulkReleaseTest, ReleasesWhatIsHeldAndFitsAllFilters) {
    const auto bot = hold(R"(,"agent_id":"bot","channel":"web")");
    const auto other = hold(R"(,"agent_id":"bot","channel":"app")");
    const auto paying = hold(R"(,"agent_id":"bot","channel":"web")");
    EXPECT_EQ(client_.send("POST", path_of(paying) + "/payment").status, 200);
    const std::string filter = R"("agent_id":"bot","channel":"web")";
    const auto shown = release_matching("{" + filter + R"(,"dry_run":true})");
    EXPECT_EQ(shown.status, 200) << shown.body;
    EXPECT_EQ(shown.at("/dry_run"), "true");
    EXPECT_EQ(shown.at("/matched"), "1");
    EXPECT_EQ(shown.at("/units"), "1");
    EXPECT_EQ(shown.at("/released/0"), bot.at("/id"));
    EXPECT_EQ(client_.get(path_of(bot)).at("/state"), "held") << "a rehearsal releases nothing";

    const auto done = release_matching("{" + filter + R"(,"reason":"fraud"})");
    EXPECT_EQ(done.at("/released"), "1 children") << done.body;
    EXPECT_EQ(done.at("/more"), "false");
    EXPECT_EQ(client_.get(path_of(bot)).at("/state"), "released");
    EXPECT_EQ(client_.get(path_of(other)).at("/state"), "held");
    EXPECT_EQ(client_.get(path_of(paying)).at("/state"), "payment_pending");

    EXPECT_EQ(release_matching("{" + filter + R"(,"include_payment":true})").at("/released/0"),
              paying.at("/id"));
    EXPECT_EQ(release_matching(R"({"sku":"tea"})").at("/matched"), "1");
    EXPECT_EQ(release_matching(R"({"sku":"tea"})").at("/matched"), "0");
}

TEST_F(BulkReleaseTest, FiltersByClassAndAge) {
    const auto old = hold();
    client_.world.advance(60s);
    const auto young = hold();
    const auto aged = release_matching(R"({"older_than":"2026-05-04T10:00:30Z","dry_run":true})");
    EXPECT_EQ(aged.at("/matched"), "1") << aged.body;
    EXPECT_EQ(aged.at("/released/0"), old.at("/id"));
    EXPECT_EQ(release_matching(R"({"sku_class":"default","dry_run":true})").at("/matched"), "2");
    for (const auto* nothing : {R"({"sku":"nobody"})", R"({"sku_class":"nobody"})"}) {
        EXPECT_EQ(release_matching(nothing).at("/matched"), "0") << nothing;
    }
}

TEST_F(BulkReleaseTest, OneCallReleasesAThousand) {
    receive("many", 1'200);
    for (int i = 0; i < 1'100; ++i) {
        ASSERT_EQ(hold("", "many").status, 201);
    }
    const auto first = release_matching(R"({"sku":"many"})", "k");
    EXPECT_EQ(first.at("/matched"), "1100");
    EXPECT_EQ(first.at("/units"), "1100");
    EXPECT_EQ(first.at("/released"), "1000 children");
    EXPECT_EQ(first.at("/more"), "true");
    const auto rest = release_matching(R"({"sku":"many"})", "k");
    EXPECT_EQ(rest.at("/released"), "100 children");
    EXPECT_EQ(rest.at("/more"), "false");
}

TEST_F(BulkReleaseTest, NeedsAFilter) {
    for (const auto* body :
         {"{}", R"({"dry_run":true})", R"({"sku":""})", R"({"reason":"x"})",
          R"({"older_than":"yesterday"})", R"({"skus":["a"]})", R"({"sku":"a","reason":"x"})"}) {
        EXPECT_EQ(release_matching(body).status, 422) << body;
    }
}

class TokensTest : public WaitingTest {
  protected:
    std::string token(const std::string& body = "") {
        const auto issued = client_.send("POST", kV1 + "/checkout-tokens", body);
        EXPECT_EQ(issued.status, 201) << issued.body;
        return issued.at("/token");
    }
    Answer use(const std::string& key, const std::string& body = R"({"sku":"tea","quantity":1})") {
        return client_.post(kReservations, body, key);
    }
};

TEST_F(TokensTest, ATokenIsGoodForOneCreate) {
    const std::string key = token();
    EXPECT_TRUE(key.starts_with("cot_")) << key;
    EXPECT_NE(key, token());
    const auto made = use(key);
    EXPECT_EQ(made.status, 201) << made.body;
    const auto again = use(key);
    EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
    EXPECT_EQ(again.body, made.body);
    EXPECT_EQ(use(key, R"({"sku":"tea","quantity":2})").at("/code"), "idempotency_key_reused");
}

TEST_F(TokensTest, WhatWasNotIssuedHereCreatesNothing) {
    std::string forged = token();
    forged[10] = forged[10] == 'A' ? 'B' : 'A';
    for (const auto& key : {forged, std::string("cot_"), std::string("cot_short"), token() + "A",
                            std::string("cot_!")}) {
        const auto refused = use(key);
        EXPECT_EQ(refused.status, 403) << key << refused.body;
        EXPECT_EQ(refused.at("/code"), "forbidden");
    }
    EXPECT_EQ(use("c" + token()).status, 201) << "any other key is a key";
}

TEST_F(TokensTest, AnExpiredTokenCreatesNothingButIsStillARetry) {
    const std::string used = token(R"({"ttl_seconds":60})");
    const std::string unused = token(R"({"ttl_seconds":60})");
    const auto made = use(used);
    EXPECT_EQ(made.status, 201);
    client_.world.advance(60s);
    const auto refused = use(unused);
    EXPECT_EQ(refused.status, 422) << refused.body;
    EXPECT_EQ(refused.at("/code"), "validation_failed");
    EXPECT_EQ(refused.at("/errors/0/parameter"), "Idempotency-Key");
    const auto again = use(used);
    EXPECT_EQ(again.status, 201) << again.body;
    EXPECT_EQ(again.body, made.body);
    EXPECT_EQ(use(unused).status, 422) << "the refusal left no trace";
}

TEST_F(TokensTest, ALifeOfItIsBounded) {
    for (const auto* body : {R"({"ttl_seconds":0})", R"({"ttl_seconds":86401})", R"({"ttl":1})"}) {
        EXPECT_EQ(client_.send("POST", kV1 + "/checkout-tokens", body).status, 422) << body;
    }
}

}  // namespace
}  // namespace holdfast::transport::http
