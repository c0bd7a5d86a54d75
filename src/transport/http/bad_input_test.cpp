// What bad input gets: a status, a code and a place; and nothing changes.
#include <gtest/gtest.h>

#include "transport/http/testing.hpp"

namespace holdfast::transport::http {
namespace {

using testing::Client;
using testing::HeaderList;

const std::string kReservations = "/inventory/v1/reservations";

struct Case {
    std::string method;
    std::string target;
    std::string body;
    int status;
    std::string code;
    std::string place;  // of the first error; "-": none is named
    HeaderList headers = {{"Idempotency-Key", "k"}};
};

std::string nested(std::size_t depth) {
    std::string out = "1";
    for (std::size_t i = 0; i < depth; ++i) {
        out = "[" + out + "]";
    }
    return out;
}

std::string lines(std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) {
        out += (i > 0 ? "," : "") + std::string(R"({"sku":"tea","quantity":1})");
    }
    return R"({"lines":[)" + out + "]}";
}

std::string with_sku(const std::string& sku) { return R"({"sku":")" + sku + R"(","quantity":1})"; }

std::string with_quantity(const std::string& quantity) {
    return R"({"lines":[{"sku":"tea","quantity":)" + quantity + "}]}";
}

Case create(std::string body, int status, std::string code, std::string place) {
    return {"POST", kReservations, std::move(body), status, std::move(code), std::move(place)};
}

// A sound body, of which a header says that it is something else.
Case unread(const std::string& name, const std::string& value) {
    return {.method = "POST",
            .target = kReservations,
            .body = with_sku("tea"),
            .status = 415,
            .code = "unsupported_media_type",
            .place = "-",
            .headers = {{"Idempotency-Key", "k"}, {name, value}}};
}

std::vector<Case> broken_bodies() {
    const std::string valid = with_sku("tea");
    return {
        create("", 400, "malformed_request", "-"),
        create("{", 400, "malformed_request", "-"),
        create("not json", 400, "malformed_request", "-"),
        create(valid + "x", 400, "malformed_request", "-"),
        create(valid + valid, 400, "malformed_request", "-"),
        create(R"({"metadata":)" + nested(50) + "}", 400, "malformed_request", "-"),
        create(std::string(100'000, '['), 400, "malformed_request", "-"),
        create(R"({"sku":"tea","quantity":1,"sku":"tea"})", 400, "malformed_request", "#/sku"),
        create(R"({"lines":[{"sku":"tea","quantity":1,"quantity":2}]})", 400, "malformed_request",
               "#/lines/0/quantity"),
        create(with_sku("\xff"), 400, "malformed_request", "-"),
        create(with_sku("\xed\xa0\x80"), 400, "malformed_request", "-"),
        create(with_sku("\\ud800"), 400, "malformed_request", "-"),
        create(with_sku("a\nb"), 400, "malformed_request", "-"),
        create(lines(8193), 400, "malformed_request", "-"),
        unread("Content-Type", "application/x-www-form-urlencoded"),
        unread("Content-Type", "application/jsonp"),
        unread("Content-Encoding", "gzip"),
    };
}

std::vector<Case> wrong_fields() {
    const std::string invalid = "validation_failed";
    return {
        create("[]", 422, invalid, "#"),
        create("7", 422, invalid, "#"),
        create("{}", 422, invalid, "#/lines"),
        create(R"({"lines":{}})", 422, invalid, "#/lines"),
        create(R"({"lines":[]})", 422, invalid, "#/lines"),
        create(lines(2001), 422, invalid, "#/lines"),
        create(R"({"lines":["tea"]})", 422, invalid, "#/lines/0"),
        create(R"({"lines":[{"sku":"tea","quantity":1}],"items":[]})", 422, invalid, "#/items"),
        create(R"({"lines":[],"sku":"tea","quantity":1})", 422, invalid, "#/sku"),
        create(R"({"sku":"tea","quantity":1,"ttl_second":9})", 422, invalid, "#/ttl_second"),
        create(R"({"lines":[{"sku":"tea","qty":1}]})", 422, invalid, "#/lines/0/qty"),
        create(R"({"sku":7,"quantity":1})", 422, invalid, "#/sku"),
        create(R"({"sku":null,"quantity":1})", 422, invalid, "#/sku"),
        create(with_sku(""), 422, invalid, "#/sku"),
        create(with_sku(std::string(129, 's')), 422, invalid, "#/sku"),
        create(with_sku("a\\u0000b"), 422, invalid, "#/sku"),
        create(with_sku("a\\nb"), 422, invalid, "#/sku"),
        create(with_quantity("0"), 422, invalid, "#/lines/0/quantity"),
        create(with_quantity("-1"), 422, invalid, "#/lines/0/quantity"),
        create(with_quantity("1.5"), 422, invalid, "#/lines/0/quantity"),
        create(with_quantity("1.0"), 422, invalid, "#/lines/0/quantity"),
        create(with_quantity("1e3"), 422, invalid, "#/lines/0/quantity"),
        create(with_quantity("\"1\""), 422, invalid, "#/lines/0/quantity"),
        create(with_quantity("true"), 422, invalid, "#/lines/0/quantity"),
        create(with_quantity("1099511627777"), 422, invalid, "#/lines/0/quantity"),
        create(with_quantity("9223372036854775807"), 422, invalid, "#/lines/0/quantity"),
        create(with_quantity("9223372036854775808"), 422, invalid, "#/lines/0/quantity"),
        create(with_quantity("1" + std::string(400, '0')), 422, invalid, "#/lines/0/quantity"),
        create(R"({"sku":"tea","quantity":1,"ttl_seconds":0})", 422, invalid, "#/ttl_seconds"),
        create(R"({"sku":"tea","quantity":1,"ttl_seconds":2678401})", 422, invalid,
               "#/ttl_seconds"),
        create(R"({"sku":"tea","quantity":1,"ttl_seconds":86401})", 422, "ttl_out_of_bounds",
               "#/ttl_seconds"),
        create(R"({"sku":"tea","quantity":1,"metadata":{"a":1}})", 422, invalid, "#/metadata/a"),
        create(R"({"sku":"tea","quantity":1,"metadata":"a"})", 422, invalid, "#/metadata"),
        create(R"({"sku":"tea","quantity":1,"wait_seconds":-5})", 422, invalid, "#/wait_seconds"),
        create(R"({"lines":[{"sku":"tea","quantity":1},{"sku":"tea","quantity":1}],)"
               R"("wait_seconds":5})",
               422, invalid, "#/wait_seconds"),
        create(R"({"sku":"tea","quantity":1,"wait_seconds":5})", 422, "ttl_out_of_bounds",
               "#/wait_seconds"),
        create(R"({"sku":"tea","quantity":1,"supersedes":"x"})", 422, invalid, "#/supersedes"),
        create(R"({"sku":"tea","quantity":1,"partial":"yes"})", 422, invalid, "#/partial"),
        create(with_sku("rum"), 422, "unknown_sku", "#/sku"),
        create(R"({"lines":[{"sku":"tea","quantity":1,"pool":"moon"}]})", 422, "unknown_pool",
               "#/lines/0/pool"),
    };
}

std::vector<Case> wrong_keys() {
    const std::string valid = with_sku("tea");
    const auto keyed = [&](HeaderList headers, std::string code, std::string place) {
        return Case{"POST",           kReservations,     valid, 400, std::move(code),
                    std::move(place), std::move(headers)};
    };
    return {
        keyed({}, "idempotency_key_required", "-"),
        keyed({{"Idempotency-Key", "a"}, {"idempotency-key", "a"}}, "malformed_request",
              "Idempotency-Key"),
        keyed({{"Idempotency-Key", ""}}, "malformed_request", "Idempotency-Key"),
        keyed({{"Idempotency-Key", "\"a"}}, "malformed_request", "Idempotency-Key"),
        keyed({{"Idempotency-Key", std::string(256, 'k')}}, "malformed_request", "Idempotency-Key"),
        keyed({{"Idempotency-Key", "a b"}}, "malformed_request", "Idempotency-Key"),
        create(R"({"sku":"tea","quantity":1,"idempotency_key":"other"})", 400, "malformed_request",
               "Idempotency-Key"),
        create(R"({"sku":"tea","quantity":1,"source":"a","source_sequence":1})", 400,
               "malformed_request", "Idempotency-Key"),
        {"POST",
         kReservations,
         R"({"sku":"tea","quantity":1,"source":"a"})",
         422,
         "validation_failed",
         "#/source_sequence",
         {}},
        {"POST", kReservations + "/batch", R"({"reservations":[{}]})", 400, "malformed_request",
         "Idempotency-Key"},
    };
}

std::vector<Case> wrong_addresses() {
    const std::string nobody = kReservations + "/rsv_0000000000000";
    return {
        {"GET", nobody, "", 404, "unknown_reservation", "-"},
        {"GET", kReservations + "/42", "", 404, "unknown_reservation", "-"},
        {"GET", nobody + "?full=1", "", 422, "validation_failed", "full"},
        {"POST", nobody + "/commit", "", 404, "unknown_reservation", "-"},
        {"POST", nobody + "/commit", "{}", 404, "unknown_reservation", "-"},
        {"POST", nobody + "/commit", R"({"line":[]})", 422, "validation_failed", "#/line"},
        {"POST", nobody + "/commit?now=1", "", 422, "validation_failed", "now"},
        {"POST", nobody + "/extend", "", 400, "malformed_request", "-"},
        {"POST", nobody + "/explode", "", 404, "not_found", "-"},
        {"PUT", nobody, "{}", 405, "method_not_allowed", "-"},
        {"POST",
         kReservations + "/batch",
         R"({"reservations":[]})",
         422,
         "validation_failed",
         "#/reservations",
         {}},
        {"POST", kReservations + "/batch", "{}", 422, "validation_failed", "#/reservations", {}},
        {"POST", kReservations + "/release", "{}", 422, "validation_failed", "#"},
        {"GET", kReservations + "?limit=0", "", 422, "validation_failed", "limit"},
        {"GET", kReservations + "?limit=ten", "", 422, "validation_failed", "limit"},
        {"GET", kReservations + "?state=held&state=held", "", 422, "validation_failed", "state"},
        {"GET", kReservations + "?stat=held", "", 422, "validation_failed", "stat"},
        {"GET", kReservations + "?state=%zz", "", 400, "malformed_request", "-"},
        {"GET", kReservations + "?%ff=1", "", 400, "malformed_request", "-"},
        {"GET", kReservations + "?%0a=1", "", 422, "validation_failed", "\n"},
        {"GET", "/inventory/v1/availability?sku=tea&min_position=x", "", 422, "validation_failed",
         "min_position"},
        {"POST", "/inventory/v1/stock/receipts", R"({"sku":"tea","quantity":-1})", 422,
         "validation_failed", "#/quantity"},
        {"POST", "/inventory/v1/stock/adjustments", R"({"sku":"tea","delta":1})", 422,
         "validation_failed", "#/reason"},
        {"POST", "/inventory/v1/stock/adjustments", R"({"sku":"rum","delta":1,"reason":"found"})",
         422, "unknown_sku", "#/sku"},
        {"PUT", "/inventory/v1/stock/safety", R"({"sku":"tea","quantity":-1})", 422,
         "validation_failed", "#/quantity"},
        {"PUT", "/inventory/v1/skus/tea", R"({"sku_class":"gold"})", 422, "unknown_class",
         "#/sku_class"},
        {"PUT", "/inventory/v1/skus/" + std::string(129, 's'), "", 422, "validation_failed",
         "#/sku"},
    };
}

void expect_refused(Client& client, const std::vector<Case>& cases) {
    const auto receipt =
        client.post("/inventory/v1/stock/receipts", R"({"sku":"tea","quantity":5})", "stock");
    const std::string before = client.get("/inventory/v1/availability/tea").body;
    for (const auto& one : cases) {
        const auto answer = client.send(one.method, one.target, one.body, one.headers);
        const std::string shown = one.method + " " + one.target + " " + one.body.substr(0, 80);
        EXPECT_EQ(answer.status, one.status) << shown << "\n" << answer.body;
        EXPECT_EQ(answer.at("/code"), one.code) << shown;
        EXPECT_EQ(answer.header("Content-Type"), "application/problem+json");
        std::string place = answer.at("/errors/0/pointer");
        place = place == "absent" ? answer.at("/errors/0/parameter") : place;
        EXPECT_EQ(place == "absent" ? "-" : place, one.place) << shown << "\n" << answer.body;
    }
    EXPECT_EQ(client.get("/inventory/v1/availability/tea").body, before);
}

TEST(BadInput, BrokenBodies) {
    Client client;
    expect_refused(client, broken_bodies());
}

TEST(BadInput, WrongFields) {
    Client client;
    expect_refused(client, wrong_fields());
}

TEST(BadInput, WrongKeys) {
    Client client;
    expect_refused(client, wrong_keys());
}

TEST(BadInput, WrongAddressesAndParameters) {
    Client client;
    expect_refused(client, wrong_addresses());
}

TEST(BadInput, AfterEveryRefusalTheKeyIsStillFresh) {
    Client client;
    expect_refused(client, wrong_fields());
    EXPECT_EQ(client.post(kReservations, with_sku("tea"), "k").status, 201);
}

}  // namespace
}  // namespace holdfast::transport::http
