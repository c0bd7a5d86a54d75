#include "bench/load/http_session.hpp"

#include <gtest/gtest.h>

namespace holdfast::bench {
namespace {

Operation reserve(std::uint64_t key) {
    Operation out;
    out.sku = 7;
    out.key = {.high = 1, .low = key};
    return out;
}

TEST(HttpSession, a_reserve_carries_its_key_and_its_length) {
    auto operation = reserve(2);
    const auto text = http_request({}, {&operation});
    EXPECT_TRUE(text.starts_with("POST /inventory/v1/reservations HTTP/1.1\r\n"));
    EXPECT_NE(text.find("Idempotency-Key: 00000000-0000-0001-0000-000000000002\r\n"),
              std::string::npos);
    const auto body = text.substr(text.find("\r\n\r\n") + 4);
    EXPECT_EQ(body, R"({"sku":"SKU-7","quantity":1,"ttl_seconds":3600})");
    EXPECT_NE(text.find("Content-Length: " + std::to_string(body.size()) + "\r\n"),
              std::string::npos);
}

TEST(HttpSession, an_end_names_its_hold) {
    auto operation = reserve(2);
    operation.verb = Verb::commit;
    operation.hold = HoldName("rsv_0123456789abc");
    EXPECT_TRUE(http_request({}, {&operation})
                    .starts_with("POST /inventory/v1/reservations/rsv_0123456789abc/commit "));
}

TEST(HttpSession, an_answer_is_read_when_it_is_complete_and_not_before) {
    const std::string whole = "HTTP/1.1 201 Created\r\nContent-Length: 5\r\n\r\nhelloHTTP";
    for (std::size_t size = 0; size < whole.size() - 4; ++size) {
        EXPECT_FALSE(read_http_answer(whole.substr(0, size)).has_value());
    }
    const auto answer = read_http_answer(whole);
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 201);
    EXPECT_EQ(answer->body, "hello");
    EXPECT_EQ(answer->size, whole.size() - 4);
}

TEST(HttpSession, statuses_become_outcomes) {
    for (const auto& [status, outcome] : {std::pair{201, Outcome::done},
                                          {200, Outcome::done},
                                          {409, Outcome::refused},
                                          {503, Outcome::lost},
                                          {400, Outcome::failed},
                                          {500, Outcome::failed}}) {
        auto operation = reserve(2);
        judge_http_answer({}, {.status = status, .body = R"({"id":"rsv_x"})", .size = 0},
                          {&operation});
        EXPECT_EQ(operation.outcome, outcome) << status;
        EXPECT_EQ(operation.hold.text(), outcome == Outcome::done ? "rsv_x" : "");
    }
}

TEST(HttpSession, each_result_of_a_batch_goes_to_its_operation) {
    HttpSettings settings;
    settings.mode = HttpMode::batch;
    settings.batch = 3;
    auto first = reserve(1);
    auto second = reserve(2);
    auto third = reserve(3);
    const std::string body =
        R"({"results":[{"status":201,"body":{"id":"rsv_one","state":"held"}},)"
        R"({"status":409,"body":{"type":"x","status":409,"code":"insufficient_stock"}},)"
        R"({"status":201,"body":{"id":"rsv_three","state":"held"}}]})";
    judge_http_answer(settings, {.status = 200, .body = body, .size = 0},
                      {&first, &second, &third});
    EXPECT_EQ(first.hold.text(), "rsv_one");
    EXPECT_EQ(second.outcome, Outcome::refused);
    EXPECT_EQ(third.hold.text(), "rsv_three");
}

}  // namespace
}  // namespace holdfast::bench
