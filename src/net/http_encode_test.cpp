#include "net/http_encode.hpp"

#include <gtest/gtest.h>

namespace holdfast::net {
namespace {

std::string encoded(const HttpResponse& response, const ResponseFraming& framing = {}) {
    std::string out;
    encode_response(response, framing, out);
    return out;
}

HttpResponse hello() {
    HttpResponse response;
    response.headers.add("X-Key", "k");
    response.body = "hello";
    return response;
}

TEST(EncodeResponse, WritesStatusFieldsLengthAndBody) {
    EXPECT_EQ(encoded(hello(), {.date = "now"}),
              "HTTP/1.1 200 OK\r\nDate: now\r\nX-Key: k\r\nContent-Length: 5\r\n\r\nhello");
}

TEST(EncodeResponse, HeadAnnouncesTheBodyAndLeavesItOut) {
    EXPECT_EQ(encoded(hello(), {.head_only = true}),
              "HTTP/1.1 200 OK\r\nX-Key: k\r\nContent-Length: 5\r\n\r\n");
}

TEST(EncodeResponse, NoContentAndNotModifiedHaveNoLength) {
    for (const int status : {204, 304}) {
        HttpResponse response;
        response.status = status;
        response.body = "must not be sent";
        EXPECT_EQ(encoded(response).find("Content-Length"), std::string::npos);
        EXPECT_TRUE(encoded(response).ends_with("\r\n\r\n"));
    }
}

TEST(EncodeResponse, SaysWhatBecomesOfTheConnection) {
    HttpResponse response;
    EXPECT_EQ(encoded(response).find("Connection"), std::string::npos);
    EXPECT_NE(encoded(response, {.say_keep_alive = true}).find("Connection: keep-alive\r\n"),
              std::string::npos);
    response.close = true;
    EXPECT_NE(encoded(response, {.say_keep_alive = true}).find("Connection: close\r\n"),
              std::string::npos);
}

TEST(EncodeResponse, AValueCannotAddALine) {
    HttpResponse response;
    response.headers.add("Idempotency-Key", std::string_view("a\r\nSet-Cookie: x\0\n", 18));
    const std::string out = encoded(response);
    EXPECT_NE(out.find("Idempotency-Key: a  Set-Cookie: x"), std::string::npos);
    EXPECT_EQ(out.find("\nSet-Cookie"), std::string::npos);
    EXPECT_EQ(out.find('\0'), std::string::npos);
}

TEST(EncodeResponseDeathTest, OurOwnBadNamesAreBugs) {
    HttpResponse framing;
    framing.headers.add("content-length", "3");
    EXPECT_DEATH(encoded(framing), "framing headers");
    HttpResponse name;
    name.headers.add("A B", "3");
    EXPECT_DEATH(encoded(name), "header name");
}

TEST(EncodeRequest, WritesHostAndLength) {
    HttpRequest request;
    request.method = "POST";
    request.target = "/a";
    std::string out;
    encode_request(request, "shop:1", out);
    EXPECT_EQ(out, "POST /a HTTP/1.1\r\nHost: shop:1\r\nContent-Length: 0\r\n\r\n");
    out.clear();
    request.method = "GET";
    request.keep_alive = false;
    encode_request(request, "shop:1", out);
    EXPECT_EQ(out, "GET /a HTTP/1.1\r\nHost: shop:1\r\nConnection: close\r\n\r\n");
}

}  // namespace
}  // namespace holdfast::net
