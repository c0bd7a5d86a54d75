// The wire: what a client of the REST interface sees. Every answer is checked against openapi.json.
#include "transport/http/http_api.hpp"

#include <gtest/gtest.h>

#include "transport/http/testing.hpp"

namespace holdfast::transport::http {
namespace {

using testing::Answer;
using testing::Client;
using testing::HeaderList;

const std::string kV1 = "/inventory/v1";
const std::string kReservations = kV1 + "/reservations";

class HttpApiTest : public ::testing::Test {
  protected:
    HttpApiTest() {
        const auto received =
            client_.post(kV1 + "/stock/receipts", R"({"sku":"tea","quantity":5})");
        EXPECT_EQ(received.status, 200);
    }
    std::string create(int quantity = 1) {
        const auto made = client_.post(kReservations, R"({"lines":[{"sku":"tea","quantity":)" +
                                                          std::to_string(quantity) + "}]}");
        EXPECT_EQ(made.status, 201) << made.body;
        return kReservations + "/" + made.at("/id");
    }

    Client client_;
};

TEST_F(HttpApiTest, ACreateAnswers201WithTheWholeReservation) {
    const auto made = client_.post(
        kReservations,
        R"({"lines":[{"line_id":"a","sku":"tea","quantity":2,"group":"kit"}],"ttl_seconds":60,)"
        R"("reference":"o-1","agent_id":"bot","operator_id":"op","customer_id":"ann",)"
        R"("channel":"web","metadata":{"gift":"yes"},"wait_seconds":0})",
        "key-1");
    EXPECT_EQ(made.status, 201);
    EXPECT_EQ(made.header("Content-Type"), "application/json");
    EXPECT_EQ(made.header("Location"), kReservations + "/" + made.at("/id"));
    EXPECT_EQ(made.header("ETag"), "\"1\"");
    EXPECT_EQ(made.header("Idempotency-Key"), "key-1");
    EXPECT_EQ(made.header("Cache-Control"), "no-store");
    EXPECT_EQ(made.header("Idempotent-Replayed"), "");
    EXPECT_FALSE(made.header("X-Request-Id").empty());
    EXPECT_EQ(made.at("/state"), "held");
    EXPECT_EQ(made.at("/created_at"), "2026-05-04T10:00:00.000Z");
    EXPECT_EQ(made.at("/expires_at"), "2026-05-04T10:01:00.000Z");
    EXPECT_EQ(made.at("/reference"), "o-1");
    EXPECT_EQ(made.at("/lines/0/line_id"), "a");
    EXPECT_EQ(made.at("/lines/0/group"), "kit");
    EXPECT_EQ(made.at("/lines/0/held"), "2");
    EXPECT_EQ(made.at("/lines/0/short"), "0");
    EXPECT_EQ(made.at("/lines/0/allocations/0/pool"), "default");
    EXPECT_EQ(made.at("/lines/0/allocations/0/quantity"), "2");
    EXPECT_EQ(made.at("/customer_id"), "absent");

    const auto read = client_.get(made.header("Location"));
    EXPECT_EQ(read.status, 200);
    EXPECT_EQ(read.at("/customer_id"), "ann");
    EXPECT_EQ(read.at("/metadata/gift"), "yes");
}

TEST_F(HttpApiTest, ShortFormAndItemsAreTheSameRequest) {
    const auto first = client_.post(
        kReservations, R"({"lines":[{"sku":"tea","quantity":1}],"agent_id":"b"})", "k");
    EXPECT_EQ(first.status, 201);
    for (const auto* body :
         {R"({"sku":"tea","quantity":1,"agent_id":"b"})",
          R"({"agent_id":"b","items":[{"quantity":1,"sku":"tea"}]})",
          R"({"sku":"tea","quantity":1,"agent_id":"b","idempotency_key":"k"})"}) {
        const auto again = client_.post(kReservations, body, "\"k\"");
        EXPECT_EQ(again.status, 201) << body;
        EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
        EXPECT_EQ(again.body, first.body);
    }
    const auto by_body = client_.send("POST", kReservations,
                                      R"({"sku":"tea","quantity":1,"agent_id":"b",)"
                                      R"("idempotency_key":"k"})");
    EXPECT_EQ(by_body.body, first.body);
    EXPECT_EQ(client_.post(kReservations, R"({"sku":"tea","quantity":2,"agent_id":"b"})", "k")
                  .at("/code"),
              "idempotency_key_reused");
}

TEST_F(HttpApiTest, ARetryIsTheSameBytesWithThePresentStateInHeaders) {
    const std::string body = R"({"sku":"tea","quantity":1})";
    const auto first = client_.post(kReservations, body, "k");
    const std::string path = first.header("Location");
    EXPECT_EQ(client_.send("POST", path + "/commit").status, 200);
    const auto again = client_.post(kReservations, body, "k");
    EXPECT_EQ(again.status, 201);
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
    EXPECT_EQ(again.header("Reservation-State"), "committed");
    EXPECT_EQ(again.header("ETag"), "\"2\"");
    EXPECT_EQ(again.header("Location"), path);
}

TEST_F(HttpApiTest, ARecordedNoIsTheSameBytesToo) {
    const std::string body = R"({"sku":"tea","quantity":50})";
    const auto first = client_.post(kReservations, body, "k");
    EXPECT_EQ(first.status, 409);
    EXPECT_EQ(first.header("Content-Type"), "application/problem+json");
    EXPECT_EQ(first.at("/type"), "urn:holdfast:problem:insufficient_stock");
    EXPECT_EQ(first.at("/code"), "insufficient_stock");
    EXPECT_EQ(first.at("/status"), "409");
    EXPECT_EQ(first.at("/retryable"), "true");
    EXPECT_EQ(first.at("/retry"), "new_key");
    EXPECT_EQ(first.at("/recorded"), "true");
    EXPECT_EQ(first.at("/lines/0/sku"), "tea");
    EXPECT_EQ(first.at("/lines/0/requested"), "50");
    EXPECT_EQ(first.at("/lines/0/sellable"), "5");
    EXPECT_EQ(client_.post(kV1 + "/stock/receipts", R"({"sku":"tea","quantity":90})").status, 200);
    const auto again = client_.post(kReservations, body, "k");
    EXPECT_EQ(again.status, 409);
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
}

TEST_F(HttpApiTest, AWholeLifeOverTheWire) {
    const std::string path = create(3);
    const auto paying =
        client_.send("POST", path + "/payment", R"({"payment_reference":"p-1","provider":"acme"})");
    EXPECT_EQ(paying.at("/state"), "payment_pending");
    EXPECT_EQ(paying.at("/provider"), "acme");
    const auto sold = client_.send("POST", path + "/commit", R"({"order_reference":"o-9"})");
    EXPECT_EQ(sold.at("/state"), "committed");
    EXPECT_EQ(sold.at("/expires_at"), "absent");
    const auto parcel = client_.post(
        path + "/ship", R"({"lines":[{"line_id":"1","quantity":2}],"shipment_reference":"s-1",)"
                        R"("occurred_at":"2026-05-04T09:00:00Z"})");
    EXPECT_EQ(parcel.at("/lines/0/shipped"), "2");
    const auto cancelled = client_.send("POST", path + "/cancel", R"({"reason":"fraud"})");
    EXPECT_EQ(cancelled.at("/state"), "fulfilled");
    EXPECT_EQ(cancelled.at("/lines/0/released"), "1");
    const auto back = client_.post(
        path + "/return",
        R"({"lines":[{"sku":"tea","quantity":1}],"disposition":"damaged","reference":"rma-1"})");
    EXPECT_EQ(back.at("/lines/0/returned"), "1");
    const auto stock = client_.get(kV1 + "/availability/tea");
    EXPECT_EQ(stock.at("/on_hand"), "4");
    EXPECT_EQ(stock.at("/unavailable"), "1");
}

TEST_F(HttpApiTest, ReleaseTwiceIsASuccess) {
    const std::string path = create(2);
    EXPECT_EQ(client_.send("DELETE", path).at("/state"), "released");
    EXPECT_EQ(client_.send("DELETE", path).status, 200);
    EXPECT_EQ(client_.send("POST", path + "/release").status, 200);
    EXPECT_EQ(client_.send("DELETE", path, "{}").at("/code"), "malformed_request");
}

TEST_F(HttpApiTest, AParkedFactAnswers202) {
    const auto parked = client_.post(create(2) + "/ship", R"({"shipment_reference":"s-1"})");
    EXPECT_EQ(parked.status, 202);
    EXPECT_EQ(parked.at("/parked"), "true");
    EXPECT_EQ(parked.at("/verb"), "ship");
    EXPECT_EQ(parked.at("/shipment_reference"), "s-1");
    EXPECT_EQ(parked.at("/lines/0/quantity"), "2");
}

TEST_F(HttpApiTest, ALateCommitTellsWhatItReplaces) {
    const std::string path = create(5);
    client_.world.advance(std::chrono::hours(1));
    const auto late = client_.send("POST", path + "/commit");
    EXPECT_EQ(late.status, 200);
    EXPECT_EQ(late.at("/committed_late"), "true");
    EXPECT_EQ(kReservations + "/" + late.at("/replaces"), path);
    EXPECT_EQ(client_.get(path).at("/replaced_by"), late.at("/id"));
}

TEST_F(HttpApiTest, ALateCommitOfUnitsThatAreGoneSaysSo) {
    const std::string path = create(5);
    client_.world.advance(std::chrono::hours(1));
    static_cast<void>(create(5));
    const auto late = client_.send("POST", path + "/commit");
    EXPECT_EQ(late.status, 409);
    EXPECT_EQ(late.at("/code"), "late_commit_shortfall");
    EXPECT_EQ(late.at("/state"), "expired");
}

TEST_F(HttpApiTest, ReleaseByKeyAndReference) {
    const std::string address = kReservations + "/release";
    const auto made =
        client_.post(kReservations, R"({"sku":"tea","quantity":1,"reference":"cart"})", "k-1");
    const auto by_key = client_.send("POST", address, R"({"key":"k-1"})");
    EXPECT_EQ(by_key.status, 200);
    EXPECT_EQ(by_key.at("/released/0"), made.at("/id"));
    const auto none = client_.send("POST", address, R"({"reference":"cart"})");
    EXPECT_EQ(none.at("/released"), "0 children");
    EXPECT_EQ(none.at("/blocked_until"), "absent");
    const auto blocked = client_.send("POST", address, R"({"reference":"cart","block_late":true})");
    EXPECT_NE(blocked.at("/blocked_until"), "absent");
    EXPECT_EQ(client_.post(kReservations, R"({"sku":"tea","quantity":1,"reference":"cart"})", "k-2")
                  .at("/code"),
              "released_before_create");
}

TEST_F(HttpApiTest, PreconditionsAreJudged) {
    const std::string path = create(2);
    const auto with = [&](const std::string& tag) {
        return client_.send("POST", path + "/commit", {}, {{"If-Match", tag}});
    };
    const auto stale = with("\"2\"");
    EXPECT_EQ(stale.status, 412);
    EXPECT_EQ(stale.at("/code"), "version_mismatch");
    EXPECT_EQ(stale.at("/version"), "1");
    EXPECT_EQ(with("W/\"1\"").status, 412);
    EXPECT_EQ(with("\"8\", \"9\"").status, 412);
    EXPECT_EQ(with("1").status, 400);
    EXPECT_EQ(client_.get(path).at("/state"), "held");
    EXPECT_EQ(with("\"9\", \"1\"").status, 200);
    EXPECT_EQ(with("\"1\"").status, 200);  // already committed: nothing is left to guard
    EXPECT_EQ(with("*").status, 200);
    const auto create_with = client_.send("POST", kReservations, R"({"sku":"tea","quantity":1})",
                                          {{"Idempotency-Key", "x"}, {"If-Match", "*"}});
    EXPECT_EQ(create_with.status, 400);
    EXPECT_EQ(create_with.at("/errors/0/parameter"), "If-Match");
    const auto only_new =
        client_.send("PUT", kV1 + "/classes/grocery", {}, {{"If-None-Match", "*"}});
    EXPECT_EQ(only_new.status, 400);
    EXPECT_EQ(only_new.at("/errors/0/parameter"), "If-None-Match");
}

TEST_F(HttpApiTest, AKnownVersionIsNotSentAgain) {
    const std::string path = create(1);
    const auto same = client_.get(path, {{"If-None-Match", "W/\"1\""}});
    EXPECT_EQ(same.status, 304);
    EXPECT_EQ(same.header("ETag"), "\"1\"");
    EXPECT_EQ(same.body, "");
    EXPECT_EQ(client_.get(path, {{"If-None-Match", "\"2\""}}).status, 200);
    EXPECT_EQ(client_.get(kV1 + "/skus/tea", {{"If-None-Match", "\"1\""}}).status, 304);
}

TEST_F(HttpApiTest, ADryRunAnswers200AndMakesNothing) {
    const auto rehearsed =
        client_.send("POST", kReservations, R"({"sku":"tea","quantity":5,"dry_run":true})");
    EXPECT_EQ(rehearsed.status, 200);
    EXPECT_EQ(rehearsed.at("/dry_run"), "true");
    EXPECT_EQ(rehearsed.at("/id"), "absent");
    EXPECT_EQ(rehearsed.header("Location"), "");
    EXPECT_EQ(client_.get(kV1 + "/availability/tea").at("/sellable"), "5");
}

TEST_F(HttpApiTest, AvailabilityIsTold) {
    static_cast<void>(create(5));
    const auto one = client_.get(kV1 + "/availability/tea");
    EXPECT_EQ(one.status, 200);
    EXPECT_EQ(one.at("/status"), "all_held");
    EXPECT_EQ(one.at("/held"), "5");
    EXPECT_EQ(one.at("/next_expiry_at"), "2026-05-04T10:15:00.000Z");
    EXPECT_EQ(one.at("/pools/0/pool"), "default");
    EXPECT_EQ(one.at("/staleness_ms"), "0");
    const auto unknown = client_.get(kV1 + "/availability/rum");
    EXPECT_EQ(unknown.status, 404);
    EXPECT_EQ(unknown.at("/code"), "not_found");
    const auto many =
        client_.get(kV1 + "/availability?sku=rum&sku=tea&min_position=" + one.at("/position"));
    EXPECT_EQ(many.status, 200);
    EXPECT_EQ(many.at("/items/0/sku"), "tea");
    EXPECT_EQ(many.at("/unknown/0"), "rum");
    EXPECT_EQ(client_.get(kV1 + "/availability").at("/errors/0/parameter"), "sku");
}

TEST_F(HttpApiTest, SkusOfAnyCharactersSurviveThePath) {
    EXPECT_EQ(
        client_.post(kV1 + "/stock/receipts", R"({"sku":"a/b %c?\u00e9","quantity":1})").status,
        200);
    const auto found = client_.get(kV1 + "/availability/a%2Fb%20%25c%3F%C3%A9");
    EXPECT_EQ(found.at("/sku"), "a/b %c?\xc3\xa9");
}

TEST_F(HttpApiTest, StockIsMovedAndSettled) {
    const auto less = client_.post(kV1 + "/stock/adjustments",
                                   R"({"sku":"tea","delta":-2,"reason":"other","note":"moths"})");
    EXPECT_EQ(less.at("/on_hand"), "3");
    EXPECT_EQ(less.at("/reason"), "other");
    const auto fresh = client_.send("POST", kV1 + "/stock/receipts",
                                    R"({"sku":"gin","quantity":4,"source":"wms",)"
                                    R"("source_sequence":1,"reference":"asn-1"})");
    EXPECT_EQ(fresh.at("/sku_registered"), "true");
    EXPECT_EQ(client_
                  .send("POST", kV1 + "/stock/receipts",
                        R"({"sku":"gin","quantity":4,"source":"wms",)"
                        R"("source_sequence":1,"reference":"asn-1"})")
                  .body,
              fresh.body);
    const auto safety = client_.send("PUT", kV1 + "/stock/safety", R"({"sku":"gin","quantity":1})");
    EXPECT_EQ(safety.at("/safety_stock"), "1");
    EXPECT_EQ(safety.at("/sellable"), "3");
    const auto put = client_.send("PUT", kV1 + "/skus/new%2F1", R"({"sku_class":"default"})");
    EXPECT_EQ(put.status, 201);
    EXPECT_EQ(put.header("Location"), kV1 + "/skus/new%2F1");
    EXPECT_EQ(client_.send("PUT", kV1 + "/skus/new%2F1").status, 200);
    EXPECT_EQ(client_.get(kV1 + "/skus/new%2F1").header("ETag"), "\"1\"");
    EXPECT_EQ(client_.get(kV1 + "/skus/nothing").status, 404);
    EXPECT_EQ(client_.send("PUT", kV1 + "/skus/tea", {}, {{"If-Match", "\"9\""}}).status, 412);
}

TEST_F(HttpApiTest, ListsGoOnByCursorAndLink) {
    for (int i = 0; i < 3; ++i) {
        const auto made = client_.post(kReservations, R"({"sku":"tea","quantity":1})");
        const auto id = client_.world.ids.decode(made.at("/id"));
        model::ReservationImage image{.id = id->reservation, .version = 1};
        image.lines.push_back({.requested = 1, .units = {.accepted = 1, .held = 1}});
        ASSERT_TRUE(client_.world.index.put(image));
    }
    const auto first = client_.get(kReservations + "?state=held&limit=2&reference=a%20b");
    EXPECT_EQ(first.status, 200) << first.body;
    EXPECT_EQ(first.at("/items"), "2 children");
    const std::string link = first.header("Link");
    ASSERT_TRUE(link.starts_with("<") && link.ends_with(">; rel=\"next\"")) << link;
    EXPECT_NE(link.find("reference=a%20b"), std::string::npos);
    const auto second = client_.get(link.substr(1, link.find('>') - 1));
    EXPECT_EQ(second.at("/items"), "1 children");
    EXPECT_EQ(second.at("/next_cursor"), "absent");
    EXPECT_EQ(second.header("Link"), "");
    EXPECT_EQ(client_.get(kReservations + "?cursor=abc").at("/errors/0/parameter"), "cursor");
}

TEST_F(HttpApiTest, ABatchAnswersEachForItself) {
    const std::string batch =
        R"({"reservations":[{"sku":"tea","quantity":4,"idempotency_key":"b1"},)"
        R"({"sku":"tea","quantity":4,"idempotency_key":"b2"},)"
        R"({"sku":"tea","quantity":0,"idempotency_key":"b3"},)"
        R"({"sku":"tea","quantity":1},7,)"
        R"({"sku":"tea","quantity":1,"dry_run":true}]})";
    const auto first = client_.send("POST", kReservations + "/batch", batch);
    EXPECT_EQ(first.status, 200) << first.body;
    EXPECT_EQ(first.at("/results/0/status"), "201");
    EXPECT_EQ(first.at("/results/0/body/lines/0/held"), "4");
    EXPECT_EQ(first.at("/results/1/body/code"), "insufficient_stock");
    EXPECT_EQ(first.at("/results/2/body/errors/0/pointer"), "#/quantity");
    EXPECT_EQ(first.at("/results/3/body/code"), "idempotency_key_required");
    EXPECT_EQ(first.at("/results/4/body/code"), "validation_failed");
    EXPECT_EQ(first.at("/results/5/body/dry_run"), "true");
    const auto again = client_.send("POST", kReservations + "/batch", batch);
    EXPECT_EQ(again.at("/results/0/replayed"), "true");
    EXPECT_EQ(again.at("/results/0/body/id"), first.at("/results/0/body/id"));
    EXPECT_EQ(again.at("/results/1/replayed"), "true");
}

TEST_F(HttpApiTest, AddressesAreExact) {
    EXPECT_EQ(client_.get("/").status, 404);
    EXPECT_EQ(client_.get(kReservations + "/").at("/detail"),
              "No address ends in a slash; leave it out.");
    const auto wrong = client_.send("PATCH", kReservations);
    EXPECT_EQ(wrong.status, 405);
    EXPECT_EQ(wrong.at("/code"), "method_not_allowed");
    EXPECT_EQ(wrong.header("Allow"), "POST, GET, HEAD, OPTIONS");
    const auto options = client_.send("OPTIONS", kReservations);
    EXPECT_EQ(options.status, 204);
    EXPECT_EQ(options.header("Allow"), "POST, GET, HEAD, OPTIONS");
    EXPECT_EQ(client_.get(kV1 + "/availability/%ff").status, 400);
    EXPECT_EQ(client_.send("HEAD", kV1 + "/availability/tea").status, 200);
}

TEST_F(HttpApiTest, RequestIdsAreEchoedIfFit) {
    EXPECT_EQ(client_.get("/livez", {{"X-Request-Id", "abc"}}).header("X-Request-Id"), "abc");
    const auto made_up = client_.get("/livez", {{"X-Request-Id", "a b"}}).header("X-Request-Id");
    EXPECT_NE(made_up, "a b");
    EXPECT_NE(client_.get("/livez").header("X-Request-Id"), made_up);
    EXPECT_EQ(client_.get("/nowhere", {{"X-Request-Id", "abc"}}).at("/request_id"), "abc");
}

TEST_F(HttpApiTest, TheServiceSaysWhenItCannot) {
    client_.world.door.shut = model::RefusalCode::overloaded;
    const auto full = client_.post(kReservations, R"({"sku":"tea","quantity":1})");
    EXPECT_EQ(full.status, 503);
    EXPECT_EQ(full.header("Retry-After"), "1");
    EXPECT_EQ(full.at("/retry"), "same_key");
    EXPECT_EQ(full.at("/retry_after_ms"), "1000");
}

TEST_F(HttpApiTest, OperatorsAreAnswered) {
    EXPECT_EQ(client_.get("/livez").body, "ok\n");
    EXPECT_EQ(client_.get("/readyz").body, "[+]ledger ok\nready\n");
    client_.operations.alive = false;
    client_.operations.checks.push_back({.name = "disk", .ok = false, .detail = "full"});
    EXPECT_EQ(client_.get("/livez").status, 503);
    const auto not_ready = client_.get("/readyz");
    EXPECT_EQ(not_ready.status, 503);
    EXPECT_EQ(not_ready.body, "[+]ledger ok\n[-]disk failed: full\nnot ready\n");
    EXPECT_EQ(client_.get("/metrics").header("Content-Type"),
              "text/plain; version=0.0.4; charset=utf-8");
    EXPECT_EQ(client_.get("/openapi.json").at("/openapi"), "3.1.0");
    EXPECT_EQ(client_.get(kV1 + "/status").at("/stopped/0"), "expiry");
    EXPECT_EQ(client_.send("POST", kV1 + "/admin/clock/confirm").at("/confirmed"), "true");
}

TEST_F(HttpApiTest, RequestsAndRefusalsAreCounted) {
    EXPECT_EQ(client_.get("/nowhere").status, 404);
    EXPECT_EQ(client_.get(kV1 + "/skus/tea").status, 200);
    const std::string text = client_.world.metrics.expose();
    EXPECT_NE(text.find(R"(holdfast_refusals_total{code="not_found"} 1)"), std::string::npos);
    EXPECT_NE(text.find("\nholdfast_http_requests_in_flight 0"), std::string::npos);
    EXPECT_NE(text.find(R"(route="/inventory/v1/skus/{sku}")"), std::string::npos);
}

TEST_F(HttpApiTest, ProtocolErrorsAreProblemsToo) {
    const testing::SchemaChecker schema;
    const auto response = client_.http.protocol_error(
        {.status = 431, .code = "headers_too_large", .detail = "the header is too large"});
    EXPECT_EQ(response.status, 431);
    EXPECT_EQ(schema.check("GET", "/nowhere", 431, "application/problem+json", response.body), "");
    const auto large = client_.http.protocol_error(
        {.status = 413, .code = "body_too_large", .detail = "the body is too large"});
    EXPECT_NE(large.body.find(R"("code":"payload_too_large")"), std::string::npos);
    EXPECT_EQ(
        client_.http.protocol_error({.status = 503, .code = "too_many_connections", .detail = "x"})
            .headers.find("Retry-After"),
        "1");
}

TEST(HttpApiKeys, ScopesAndTenantsAreKeptApart) {
    const auto web = api::make_key("web", "shop", *api::parse_scopes("read,reserve"));
    const auto wms = api::make_key("wms", "shop", *api::parse_scopes("stock"));
    const auto other = api::make_key("other", "rival", api::kAllScopes);
    auto keys = api::ApiKeys::parse(web->line + "\n" + wms->line + "\n" + other->line);
    ASSERT_TRUE(keys);
    Client client(std::move(*keys));
    const auto as = [](const base::Result<api::NewKey>& key) {
        return HeaderList{{"Authorization", "Bearer " + key->key}, {"Idempotency-Key", "k"}};
    };
    const auto nobody = client.get(kV1 + "/availability/tea");
    EXPECT_EQ(nobody.status, 401);
    EXPECT_EQ(nobody.header("WWW-Authenticate"), "Bearer");
    EXPECT_EQ(nobody.at("/code"), "unauthenticated");
    EXPECT_EQ(client.get("/livez").status, 200);

    const std::string receipt = R"({"sku":"tea","quantity":5})";
    const auto forbidden = client.send("POST", kV1 + "/stock/receipts", receipt, as(web));
    EXPECT_EQ(forbidden.status, 403);
    EXPECT_EQ(forbidden.at("/code"), "forbidden");
    EXPECT_EQ(client.send("POST", kV1 + "/stock/receipts", receipt, as(wms)).status, 200);
    EXPECT_EQ(client.get(kV1 + "/availability/tea", as(web)).at("/sellable"), "5");
    EXPECT_EQ(client.get(kV1 + "/availability/tea", as(other)).status, 404);
    const auto made = client.send("POST", kReservations, R"({"sku":"tea","quantity":1})", as(web));
    EXPECT_EQ(made.status, 201);
    EXPECT_EQ(client.get(made.header("Location"), as(other)).status, 404);
    EXPECT_EQ(client.get(kV1 + "/status", as(web)).status, 403);
    EXPECT_EQ(client
                  .get(kV1 + "/availability/tea",
                       {{"Authorization", "Bearer x"}, {"Authorization", "Bearer y"}})
                  .status,
              400);
}

}  // namespace
}  // namespace holdfast::transport::http
