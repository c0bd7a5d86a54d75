#include "client/rest_client.hpp"

#include <gtest/gtest.h>

#include "client/testing.hpp"

namespace holdfast::client {
namespace {

using testing::answer;
using testing::Received;
using testing::ScriptedService;

RestOptions options_for(const ScriptedService& service) {
    return {.url = service.url(), .api_key = "hf_secret", .attempts_max = 3};
}

TEST(RestClient, SendsKeyVersionAndBody) {
    ScriptedService service({answer(200, R"({"state":"committed"})")});
    Pause pause;
    RestClient client = *RestClient::open(options_for(service), pause);
    const auto got = client.call({.method = "POST",
                                  .path = "/reservations/rsv_1/commit",
                                  .body = Json(Json::Object{}),
                                  .key = "k1",
                                  .if_version = 7});
    ASSERT_TRUE(got.has_value());
    EXPECT_EQ(got->document["state"].text(), "committed");
    const Received request = service.received().at(0);
    EXPECT_EQ(request.target, "/inventory/v1/reservations/rsv_1/commit");
    EXPECT_EQ(request.key, "k1");
    EXPECT_EQ(request.if_match, "\"7\"");
    EXPECT_EQ(request.authorization, "Bearer hf_secret");
    EXPECT_EQ(request.body, "{}");
}

TEST(RestClient, ComesBackWithTheSameKeyWhenTheServiceCannotAnswerNow) {
    ScriptedService service({answer(503, R"({"code":"overloaded","retry_after_ms":1})"),
                             answer(201, R"({"id":"rsv_1"})")});
    Pause pause;
    RestClient client = *RestClient::open(options_for(service), pause);
    const auto got = client.call(
        {.method = "POST", .path = "/reservations", .body = Json(Json::Object{}), .key = "k1"});
    ASSERT_TRUE(got.has_value());
    EXPECT_EQ(got->status, 201);
    EXPECT_EQ(got->attempts, 2);
    ASSERT_EQ(service.received().size(), 2U);
    EXPECT_EQ(service.received()[0].key, service.received()[1].key);
}

TEST(RestClient, NeverRepeatsAChangeWithoutAKey) {
    ScriptedService service({answer(503, R"({"code":"draining"})")});
    Pause pause;
    RestClient client = *RestClient::open(options_for(service), pause);
    const auto got = client.call({.method = "POST", .path = "/x", .body = Json(Json::Object{})});
    ASSERT_TRUE(got.has_value());
    EXPECT_EQ(got->status, 503);
    EXPECT_EQ(got->code(), "draining");
    EXPECT_EQ(service.received().size(), 1U);
}

TEST(RestClient, ARefusalIsAnAnswerAndIsNotRepeated) {
    ScriptedService service({answer(409, R"({"code":"insufficient_stock"})")});
    Pause pause;
    RestClient client = *RestClient::open(options_for(service), pause);
    const auto got = client.call({.method = "POST", .path = "/reservations", .key = "k"});
    ASSERT_TRUE(got.has_value());
    EXPECT_EQ(got->code(), "insufficient_stock");
    EXPECT_EQ(service.received().size(), 1U);
}

TEST(RestClient, SaysUnavailableWhenNobodyListensForAsLongAsItsPatience) {
    std::string url;
    {
        ScriptedService gone({});
        url = gone.url();
    }
    Pause pause;
    RestClient client = *RestClient::open({.url = url, .attempts_max = 2}, pause);
    const auto got = client.call({.path = "/status"});
    ASSERT_FALSE(got.has_value());
    EXPECT_EQ(got.error().code, base::ErrorCode::unavailable);
}

TEST(RestClient, AStoppedPauseEndsTheRetries) {
    ScriptedService service({answer(503, "{}")});
    Pause pause;
    pause.stop();
    RestClient client = *RestClient::open(options_for(service), pause);
    EXPECT_EQ(client.call({.path = "/status"})->status, 503);
    EXPECT_EQ(service.received().size(), 1U);
}

TEST(RestClient, RefusesAUrlThatIsNoUrl) {
    Pause pause;
    EXPECT_EQ(RestClient::open({.url = "ftp://x"}, pause).error().code,
              base::ErrorCode::invalid_input);
}

TEST(RandomKey, Is128BitsAndNeverTheSame) {
    EXPECT_EQ(random_key().size(), 32U);
    EXPECT_NE(random_key(), random_key());
}

}  // namespace
}  // namespace holdfast::client
