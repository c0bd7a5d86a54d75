#include "net/http_codec.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "base/prng.hpp"
#include "net/http_encode.hpp"

namespace holdfast::net {
namespace {

constexpr HttpLimits kSmall{.header_bytes = 256, .header_count = 5, .body_bytes = 64};

// What a decoder made of some bytes: the requests, and how it ended.
struct Decoded {
    std::vector<HttpRequest> requests;
    DecodePhase phase = DecodePhase::idle;
    int status = 0;
    std::string code;
};

Decoded decode(std::string_view bytes, std::size_t piece, const HttpLimits& limits = {}) {
    RequestDecoder decoder(limits);
    Decoded result;
    while (!bytes.empty() && decoder.phase() != DecodePhase::failed) {
        bytes.remove_prefix(decoder.feed(bytes.substr(0, piece)));
        if (decoder.phase() == DecodePhase::complete) {
            result.requests.push_back(decoder.take());
        }
    }
    result.phase = decoder.phase();
    if (result.phase == DecodePhase::failed) {
        result.status = decoder.error().status;
        result.code = decoder.error().code;
    }
    return result;
}

std::string text_of(const HttpRequest& request) {
    std::string text = request.method + " " + request.target;
    for (const auto field : request.headers) {
        text.append("|").append(field.name).append("=").append(field.value);
    }
    return text + "|" + request.body + (request.keep_alive ? "" : "|close");
}

// The same verdict and the same requests however the bytes are cut.
Decoded decode_every_way(std::string_view bytes, const HttpLimits& limits = {}) {
    Decoded whole = decode(bytes, bytes.size(), limits);
    for (const std::size_t piece : {1UL, 2UL, 3UL, 7UL}) {
        const Decoded cut = decode(bytes, piece, limits);
        EXPECT_EQ(cut.phase, whole.phase) << "in pieces of " << piece;
        EXPECT_EQ(cut.status, whole.status) << "in pieces of " << piece;
        EXPECT_EQ(cut.code, whole.code) << "in pieces of " << piece;
        EXPECT_EQ(cut.requests.size(), whole.requests.size()) << "in pieces of " << piece;
        for (std::size_t i = 0; i < std::min(cut.requests.size(), whole.requests.size()); ++i) {
            EXPECT_EQ(text_of(cut.requests[i]), text_of(whole.requests[i]));
        }
    }
    return whole;
}

struct Refused {
    const char* name;
    std::string bytes;
    int status;
    std::string code;
};

std::string get(std::string_view extra) {
    return "GET / HTTP/1.1\r\nHost: a\r\n" + std::string(extra) + "\r\n";
}

std::string line(std::string_view start) { return std::string(start) + "\r\nHost: a\r\n\r\n"; }

const std::string kMalformed = "malformed_request";
const std::string kChunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

class RefusedRequest : public testing::TestWithParam<Refused> {};

TEST_P(RefusedRequest, IsRefusedHoweverTheBytesAreCut) {
    const auto result = decode_every_way(GetParam().bytes, kSmall);
    EXPECT_EQ(result.phase, DecodePhase::failed);
    EXPECT_EQ(result.status, GetParam().status);
    EXPECT_EQ(result.code, GetParam().code);
    EXPECT_TRUE(result.requests.empty());
}

std::string name_of(const testing::TestParamInfo<Refused>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(
    Framing, RefusedRequest,
    testing::Values(
        Refused{"length_and_chunked", get("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"),
                400, kMalformed},
        Refused{"chunked_and_length", get("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n"),
                400, kMalformed},
        Refused{"length_and_unknown_coding",
                get("Content-Length: 3\r\nTransfer-Encoding: xchunked\r\n"), 400, kMalformed},
        Refused{"two_lengths", get("Content-Length: 3\r\nContent-Length: 4\r\n"), 400, kMalformed},
        Refused{"two_equal_lengths", get("Content-Length: 3\r\ncontent-length: 3\r\n"), 400,
                kMalformed},
        Refused{"length_list", get("Content-Length: 3, 3\r\n"), 400, kMalformed},
        Refused{"length_signed", get("Content-Length: +3\r\n"), 400, kMalformed},
        Refused{"length_negative", get("Content-Length: -1\r\n"), 400, kMalformed},
        Refused{"length_hex", get("Content-Length: 0x3\r\n"), 400, kMalformed},
        Refused{"length_empty", get("Content-Length:\r\n"), 400, kMalformed},
        Refused{"length_overflow", get("Content-Length: 18446744073709551617\r\n"), 400,
                kMalformed},
        Refused{"coding_gzip", get("Transfer-Encoding: gzip\r\n"), 501,
                "unsupported_transfer_encoding"},
        Refused{"coding_list", get("Transfer-Encoding: gzip, chunked\r\n"), 501,
                "unsupported_transfer_encoding"},
        Refused{"coding_behind_chunked", get("Transfer-Encoding: chunked, identity\r\n"), 501,
                "unsupported_transfer_encoding"},
        Refused{"coding_prefix", get("Transfer-Encoding: xchunked\r\n"), 501,
                "unsupported_transfer_encoding"},
        Refused{"coding_quoted", get("Transfer-Encoding: \"chunked\"\r\n"), 501,
                "unsupported_transfer_encoding"},
        Refused{"coding_control",
                get("Transfer-Encoding: \x0b"
                    "chunked\r\n"),
                400, kMalformed},
        Refused{"two_codings", get("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
                400, kMalformed},
        Refused{"coding_in_http_1_0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400,
                kMalformed}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Lines, RefusedRequest,
    testing::Values(
        Refused{"folded_field", get("A: b\r\n c\r\n"), 400, kMalformed},
        Refused{"folded_with_tab", get("A: b\r\n\tc\r\n"), 400, kMalformed},
        Refused{"folded_first_field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400, kMalformed},
        Refused{"space_before_colon", get("Content-Length : 3\r\n"), 400, kMalformed},
        Refused{"no_colon", get("nonsense\r\n"), 400, kMalformed},
        Refused{"empty_name", get(": b\r\n"), 400, kMalformed},
        Refused{"space_in_name", get("A B: c\r\n"), 400, kMalformed},
        Refused{"letter_beyond_ascii_in_name", get("\xc3\xa9: c\r\n"), 400, kMalformed},
        Refused{"bare_line_feed_in_start_line", "GET / HTTP/1.1\nHost: a\r\n\r\n", 400, kMalformed},
        Refused{"bare_line_feed_in_field", get("A: b\nC: d\r\n"), 400, kMalformed},
        Refused{"bare_line_feed_at_the_end", "GET / HTTP/1.1\r\nHost: a\r\n\n", 400, kMalformed},
        Refused{"bare_carriage_return_in_value", get("A: b\rC: d\r\n"), 400, kMalformed},
        Refused{"bare_carriage_return_in_target", line("GET /\r HTTP/1.1"), 400, kMalformed},
        Refused{"nul_in_value", get(std::string_view("A: b\0c\r\n", 8)), 400, kMalformed},
        Refused{"nul_in_name", get(std::string_view("A\0: c\r\n", 7)), 400, kMalformed},
        Refused{"control_byte_in_value", get("A: b\x01\r\n"), 400, kMalformed},
        Refused{"delete_byte_in_value", get("A: b\x7f\r\n"), 400, kMalformed},
        Refused{"two_empty_lines_first", "\r\n\r\n" + get(""), 400, kMalformed},
        Refused{"tls_client_hello", std::string("\x16\x03\x01\x02\x00", 5), 400, kMalformed},
        Refused{"space_first", " GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400, kMalformed}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    StartLine, RefusedRequest,
    testing::Values(
        Refused{"no_target", line("GET HTTP/1.1"), 400, kMalformed},
        Refused{"http_0_9", "GET /\r\n\r\n", 400, kMalformed},
        Refused{"two_spaces", line("GET  / HTTP/1.1"), 400, kMalformed},
        Refused{"space_in_target", line("GET /a b HTTP/1.1"), 400, kMalformed},
        Refused{"text_behind_version", line("GET / HTTP/1.1 x"), 400, kMalformed},
        Refused{"bad_method", line("G@T / HTTP/1.1"), 400, kMalformed},
        Refused{"asterisk", line("OPTIONS * HTTP/1.1"), 400, kMalformed},
        Refused{"authority", line("CONNECT shop:443 HTTP/1.1"), 400, kMalformed},
        Refused{"relative", line("GET a/b HTTP/1.1"), 400, kMalformed},
        Refused{"other_scheme", line("GET ftp://shop/a HTTP/1.1"), 400, kMalformed},
        Refused{"absolute_without_host", line("GET http:///a HTTP/1.1"), 400, kMalformed},
        Refused{"letter_beyond_ascii", line("GET /\xc3\xa9 HTTP/1.1"), 400, kMalformed},
        Refused{"control_in_target", line("GET /\x01 HTTP/1.1"), 400, kMalformed},
        Refused{"fragment", line("GET /a#b HTTP/1.1"), 400, kMalformed},
        Refused{"http_2_preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505,
                "unsupported_http_version"},
        Refused{"http_2", line("GET / HTTP/2.0"), 505, "unsupported_http_version"},
        Refused{"http_1_2", line("GET / HTTP/1.2"), 505, "unsupported_http_version"},
        Refused{"http_0_9_named", line("GET / HTTP/0.9"), 505, "unsupported_http_version"},
        Refused{"version_in_lower_case", line("GET / http/1.1"), 400, kMalformed}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Fields, RefusedRequest,
    testing::Values(
        Refused{"no_host", "GET / HTTP/1.1\r\n\r\n", 400, kMalformed},
        Refused{"two_hosts", get("Host: a\r\n"), 400, kMalformed},
        Refused{"two_hosts_in_1_0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400,
                kMalformed},
        Refused{"host_with_space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400, kMalformed},
        Refused{"host_with_path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, kMalformed},
        Refused{"other_expectation", get("Expect: miracles\r\n"), 417, "expectation_failed"},
        Refused{"two_expectations", get("Expect: 100-continue\r\nExpect: 100-continue\r\n"), 417,
                "expectation_failed"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Limits, RefusedRequest,
    testing::Values(
        Refused{"long_target", line("GET /" + std::string(300, 'a') + " HTTP/1.1"), 414,
                "target_too_long"},
        Refused{"target_without_end", "GET /" + std::string(300, 'a'), 414, "target_too_long"},
        Refused{"long_header", get("A: " + std::string(300, 'b') + "\r\n"), 431,
                "headers_too_large"},
        Refused{"header_without_end", "GET / HTTP/1.1\r\nA: " + std::string(300, 'b'), 431,
                "headers_too_large"},
        Refused{"many_fields", get("A: 1\r\nA: 1\r\nA: 1\r\nA: 1\r\nA: 1\r\n"), 431,
                "headers_too_large"},
        Refused{"long_body", get("Content-Length: 65\r\n"), 413, "body_too_large"},
        Refused{"long_body_despite_expectation",
                get("Expect: 100-continue\r\nContent-Length: 65\r\n"), 413, "body_too_large"},
        Refused{"long_chunk", kChunked + "41\r\nab", 413, "body_too_large"},
        Refused{"many_chunks",
                kChunked + "20\r\n" + std::string(32, 'a') + "\r\n20\r\n" + std::string(32, 'a') +
                    "\r\n1\r\n",
                413, "body_too_large"},
        Refused{"endless_chunk_extension", kChunked + "1;" + std::string(300, 'a'), 431,
                "headers_too_large"},
        Refused{"long_chunk_extension",
                kChunked + "1;" + std::string(300, 'a') + "\r\nb\r\n0\r\n\r\n", 431,
                "headers_too_large"},
        Refused{"long_malformed_chunk_header",
                kChunked + "1" + std::string(300, '?') + "\r\nb\r\n0\r\n\r\n", 431,
                "headers_too_large"},
        Refused{"long_trailer", kChunked + "0\r\nA: " + std::string(300, 'a') + "\r\n\r\n", 431,
                "headers_too_large"},
        Refused{"endless_trailer", kChunked + "0\r\nA: " + std::string(300, 'a'), 431,
                "headers_too_large"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Chunks, RefusedRequest,
    testing::Values(
        Refused{"no_size", kChunked + "\r\nabc\r\n", 400, kMalformed},
        Refused{"size_not_hex", kChunked + "xyz\r\n", 400, kMalformed},
        Refused{"size_with_prefix", kChunked + "0x3\r\nabc\r\n0\r\n\r\n", 400, kMalformed},
        Refused{"size_signed", kChunked + "-3\r\nabc\r\n", 400, kMalformed},
        Refused{"size_overflow", kChunked + "10000000000000003\r\nabc\r\n", 400, kMalformed},
        Refused{"size_with_space", kChunked + "3 \r\nabc\r\n0\r\n\r\n", 400, kMalformed},
        Refused{"size_ends_with_line_feed", kChunked + "3\nabc\r\n0\r\n\r\n", 400, kMalformed},
        Refused{"data_longer_than_size", kChunked + "3\r\nabcd\r\n0\r\n\r\n", 400, kMalformed},
        Refused{"length_in_trailer", kChunked + "0\r\nContent-Length: 5\r\n\r\n", 400, kMalformed},
        Refused{"control_in_trailer", kChunked + "0\r\nA: \x01\r\n\r\n", 400, kMalformed}),
    name_of);

TEST(RequestDecoder, ReadsARequestWithABody) {
    const auto result = decode_every_way(
        "POST /a%2Fb?x=1 HTTP/1.1\r\nHost: shop:80\r\nX-Key:  v w \r\ncontent-length: "
        "3\r\n\r\nabc");
    ASSERT_EQ(result.requests.size(), 1U);
    EXPECT_EQ(text_of(result.requests[0]),
              "POST /a%2Fb?x=1|Host=shop:80|X-Key=v w|content-length=3|abc");
    EXPECT_EQ(result.requests[0].version, HttpVersion::http_1_1);
    EXPECT_EQ(result.phase, DecodePhase::idle);
}

TEST(RequestDecoder, ReadsPipelinedRequestsOneByOne) {
    const std::string chunked =
        kChunked + "3;ext=\"q\"\r\nabc\r\nA\r\n0123456789\r\n0\r\nT: x\r\n\r\n";
    const auto result =
        decode_every_way(get("") + chunked + get("A: b\r\n") +
                         "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi" + "\r\n" +
                         get("") + "GET /half");
    ASSERT_EQ(result.requests.size(), 5U);
    EXPECT_EQ(text_of(result.requests[0]), "GET /|Host=a|");
    EXPECT_EQ(text_of(result.requests[1]), "POST /|Host=a|Transfer-Encoding=chunked|abc0123456789");
    EXPECT_EQ(text_of(result.requests[2]), "GET /|Host=a|A=b|");
    EXPECT_EQ(result.requests[3].body, "hi");
    EXPECT_EQ(text_of(result.requests[4]), "GET /|Host=a|") << "behind one empty line";
    EXPECT_EQ(result.phase, DecodePhase::head);
}

TEST(RequestDecoder, ReducesAnAbsoluteTarget) {
    const std::pair<const char*, const char*> cases[] = {
        {"http://shop/a?b=c", "/a?b=c"},
        {"HTTPS://shop:8443/", "/"},
        {"http://shop", "/"},
        {"http://shop?x=/y", "/?x=/y"},
    };
    for (const auto& [target, reduced] : cases) {
        const auto result = decode_every_way(line("GET " + std::string(target) + " HTTP/1.1"));
        ASSERT_EQ(result.requests.size(), 1U) << target;
        EXPECT_EQ(result.requests[0].target, reduced);
    }
}

TEST(RequestDecoder, KnowsWhetherTheConnectionStays) {
    const std::pair<std::string, bool> cases[] = {
        {get(""), true},
        {get("Connection: close\r\n"), false},
        {get("Connection: Keep-Alive, CLOSE\r\n"), false},
        {"GET / HTTP/1.0\r\n\r\n", false},
        {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true},
    };
    for (const auto& [bytes, keep_alive] : cases) {
        const auto result = decode_every_way(bytes);
        ASSERT_EQ(result.requests.size(), 1U) << bytes;
        EXPECT_EQ(result.requests[0].keep_alive, keep_alive) << bytes;
    }
}

TEST(RequestDecoder, LimitsAreInclusive) {
    const std::string full_header = get("A: " + std::string(256 - 25 - 2 - 5, 'b') + "\r\n");
    ASSERT_EQ(full_header.size(), kSmall.header_bytes);
    EXPECT_EQ(decode_every_way(full_header, kSmall).requests.size(), 1U);
    EXPECT_EQ(decode_every_way(get("A: 1\r\nA: 1\r\nA: 1\r\nA: 1\r\n"), kSmall).requests.size(),
              1U);
    const std::string body(64, 'x');
    const std::string post = get("Content-Length: 64\r\n") + body;
    EXPECT_EQ(decode_every_way(post, kSmall).requests.size(), 1U);
    EXPECT_EQ(
        decode_every_way(kChunked + "40\r\n" + body + "\r\n0\r\n\r\n", kSmall).requests.size(), 1U);
}

TEST(RequestDecoder, SaysWhenTheClientWaitsForContinue) {
    RequestDecoder decoder({});
    const std::string head = get("Expect: 100-Continue\r\nContent-Length: 2\r\n");
    ASSERT_EQ(decoder.feed(head), head.size());
    EXPECT_TRUE(decoder.continue_awaited());
    ASSERT_EQ(decoder.feed("a"), 1U);
    EXPECT_FALSE(decoder.continue_awaited());
    ASSERT_EQ(decoder.feed("b"), 1U);
    EXPECT_EQ(decoder.take().body, "ab");
    EXPECT_FALSE(decoder.continue_awaited());
}

TEST(RequestDecoder, HttpOneZeroKnowsNoExpectation) {
    RequestDecoder decoder({});
    const std::string_view head = "POST / HTTP/1.0\r\nExpect: x\r\nContent-Length: 2\r\n\r\n";
    ASSERT_EQ(decoder.feed(head), head.size());
    EXPECT_EQ(decoder.phase(), DecodePhase::body);
    EXPECT_FALSE(decoder.continue_awaited());
}

// Damaged bytes end in a request, a refusal or a wait, never in a crash.
TEST(RequestDecoder, SurvivesDamagedBytes) {
    const std::string good = get("A: b\r\n") + kChunked +
                             "3;x=y\r\nabc\r\n1\r\nd\r\n0\r\nT: x\r\n\r\n" +
                             get("Content-Length: 3\r\n") + "abc";
    const std::string_view palette("\r\n \t:;,0a/?\0\x7f\xff", 15);
    base::Prng dice(1);
    for (int round = 0; round < 5'000; ++round) {
        std::string bytes = good;
        for (std::uint64_t hit = dice.below(3) + 1; hit > 0; --hit) {
            const auto at = dice.below(bytes.size());
            const char with = palette[dice.below(palette.size())];
            switch (dice.below(3)) {
                case 0: bytes[at] = with; break;
                case 1: bytes.insert(at, 1, with); break;
                default: bytes.erase(at, dice.below(4));
            }
        }
        const Decoded result = decode(bytes, dice.below(bytes.size()) + 1, kSmall);
        EXPECT_LE(result.requests.size(), 6U);
    }
}

HttpResponse decode_response(std::string_view bytes, std::size_t piece, bool head_only = false) {
    ResponseDecoder decoder({}, head_only);
    while (!bytes.empty() && decoder.phase() < DecodePhase::complete) {
        bytes.remove_prefix(decoder.feed(bytes.substr(0, piece)));
    }
    if (decoder.phase() != DecodePhase::complete) {
        decoder.feed_end();
    }
    EXPECT_EQ(decoder.phase(), DecodePhase::complete);
    return decoder.phase() == DecodePhase::complete ? decoder.take() : HttpResponse{.status = 0};
}

TEST(ResponseDecoder, ReadsWhatTheEncoderWrites) {
    HttpResponse sent;
    sent.status = 409;
    sent.headers.add("ETag", "\"7\"");
    sent.body = "no";
    std::string bytes;
    encode_response(sent, {}, bytes);
    for (const std::size_t piece : {bytes.size(), std::size_t(1)}) {
        const auto read = decode_response(bytes, piece);
        EXPECT_EQ(read.status, 409);
        EXPECT_EQ(read.headers.find("etag"), "\"7\"");
        EXPECT_EQ(read.body, "no");
        EXPECT_FALSE(read.close);
    }
}

TEST(ResponseDecoder, SkipsInterimAnswers) {
    const std::string bytes = std::string(kContinueResponse) +
                              "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
                              "HTTP/1.1 204 No Content\r\nA: b\r\n\r\n";
    for (const std::size_t piece : {bytes.size(), std::size_t(1)}) {
        const auto read = decode_response(bytes, piece);
        EXPECT_EQ(read.status, 204);
        EXPECT_EQ(read.headers.size(), 1U);
    }
}

TEST(ResponseDecoder, ABodyMayEndWithTheConnection) {
    const auto read = decode_response("HTTP/1.1 200 OK\r\n\r\nall of it", 4);
    EXPECT_EQ(read.body, "all of it");
    EXPECT_TRUE(read.close);
}

TEST(ResponseDecoder, AnAnswerToHeadHasNoBody) {
    const auto read = decode_response("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 100, true);
    EXPECT_EQ(read.body, "");
    EXPECT_FALSE(read.close);
}

TEST(ResponseDecoder, AnEndInsideTheMessageIsAnError) {
    for (const std::string_view bytes :
         {"", "HTTP/1.1 200 OK\r\nConte", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc"}) {
        ResponseDecoder decoder({}, false);
        ASSERT_EQ(decoder.feed(bytes), bytes.size());
        decoder.feed_end();
        EXPECT_EQ(decoder.phase(), DecodePhase::failed) << bytes;
    }
}

}  // namespace
}  // namespace holdfast::net
