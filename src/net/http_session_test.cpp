#include "net/http_session.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "net/http_encode.hpp"

namespace holdfast::net {
namespace {

using namespace std::chrono_literals;

std::string get(std::string_view path, std::string_view fields = "") {
    return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}

HttpResponse with_body(std::string body) {
    HttpResponse response;
    response.body = std::move(body);
    return response;
}

// A session with a clock that the test turns and a client that reads everything at once.
class HttpSessionTest : public testing::Test, public RequestSink {
  protected:
    void on_request(std::uint64_t sequence, HttpRequest&& request) override {
        EXPECT_EQ(sequence, requests.size());
        requests.push_back(std::move(request));
    }
    HttpResponse on_protocol_error(const ProtocolError& error) override {
        return problem_response(error);
    }

    static SessionOptions options() {
        return {.limits = {.header_bytes = 1000, .header_count = 10, .body_bytes = 1000},
                .header_timeout = 10s,
                .body_timeout = 30s,
                .idle_timeout = 75s,
                .write_timeout = 20s,
                .linger_timeout = 2s,
                .pipeline_max = 4};
    }
    [[nodiscard]] Moment moment() const { return {now, {}}; }

    void receive(std::string_view bytes) { session.receive(bytes, moment()); }
    void answer(std::uint64_t sequence, std::string body) {
        session.answer(sequence, with_body(std::move(body)), moment());
    }
    // What the session writes now; the client takes all of it.
    std::string written() {
        std::string all;
        for (auto bytes = session.output(); !bytes.empty(); bytes = session.output()) {
            all += bytes;
            session.wrote(bytes.size(), moment());
        }
        return all;
    }
    // The bodies of the answers in `bytes`, in order, and "!" behind one that closes.
    static std::string bodies(std::string_view bytes) {
        std::string all;
        while (!bytes.empty()) {
            ResponseDecoder decoder({}, false);
            bytes.remove_prefix(decoder.feed(bytes));
            if (decoder.phase() != DecodePhase::complete) {
                return all + "(incomplete)";
            }
            const auto response = decoder.take();
            all += response.status == 200 ? response.body : std::to_string(response.status);
            all += response.close ? "! " : " ";
        }
        return all;
    }
    // Lets the time pass, up to the deadline if it comes first, as a driver would.
    void pass(base::Duration by) {
        const auto until = now + by;
        while (session.deadline() && *session.deadline() <= until) {
            now = *session.deadline();
            session.expire(moment());
        }
        now = until;
    }

    base::Duration now{1'000'000};
    std::vector<HttpRequest> requests;
    HttpSession session{options(), *this, now};
};

TEST_F(HttpSessionTest, AnswersKeepTheOrderOfTheRequests) {
    receive(get("/0") + get("/1") + get("/2"));
    ASSERT_EQ(requests.size(), 3U);
    EXPECT_EQ(requests[2].target, "/2");
    answer(2, "two");
    answer(1, "one");
    EXPECT_EQ(written(), "");
    answer(0, "zero");
    EXPECT_EQ(bodies(written()), "zero one two ");
    EXPECT_TRUE(session.wants_input());
}

TEST_F(HttpSessionTest, StopsReadingWhenTheClientIsTooFarAhead) {
    std::string all;
    for (int i = 0; i < 10; ++i) {
        all += get("/" + std::to_string(i));
    }
    receive(all);
    EXPECT_EQ(requests.size(), 4U);
    EXPECT_FALSE(session.wants_input());
    std::string answered;
    for (std::uint64_t i = 0; i < 10; ++i) {
        ASSERT_LT(i, requests.size());
        EXPECT_EQ(requests[i].target, "/" + std::to_string(i));
        answer(i, "x");
        answered += "x ";
    }
    EXPECT_EQ(bodies(written()), answered);
    EXPECT_TRUE(session.wants_input());
}

TEST_F(HttpSessionTest, StopsReadingWhenBodiesBeingHandledAreLarge) {
    const std::string post =
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 600\r\n\r\n" + std::string(600, 'x');
    receive(post + post + post);
    EXPECT_EQ(requests.size(), 2U);
    EXPECT_FALSE(session.wants_input());
    answer(0, "x");
    EXPECT_EQ(requests.size(), 3U);
}

TEST_F(HttpSessionTest, StopsReadingWhenTheClientDoesNotReadItsAnswers) {
    receive(get("/"));
    answer(0, std::string(300 * 1024, 'x'));
    EXPECT_FALSE(session.wants_input());
    EXPECT_GT(written().size(), 300U * 1024);
    EXPECT_TRUE(session.wants_input());
}

TEST_F(HttpSessionTest, ConnectionCloseEndsTheConnectionBehindItsAnswer) {
    receive(get("/0") + get("/1", "Connection: close\r\n") + get("/2"));
    EXPECT_EQ(requests.size(), 2U);
    EXPECT_FALSE(session.wants_input());
    answer(1, "one");
    answer(0, "zero");
    EXPECT_EQ(bodies(written()), "zero one! ");
    EXPECT_TRUE(session.lingering());
    session.receive_end(moment());
    EXPECT_TRUE(session.finished());
}

TEST_F(HttpSessionTest, AnAnswerMayCloseTheConnectionAndDropsThoseBehind) {
    receive(get("/0") + get("/1"));
    auto last = with_body("bye");
    last.close = true;
    session.answer(0, std::move(last), moment());
    answer(1, "late");
    EXPECT_EQ(bodies(written()), "bye! ");
    EXPECT_TRUE(session.lingering());
}

TEST_F(HttpSessionTest, AHalfClosedClientGetsItsAnswers) {
    receive(get("/0") + get("/1") + "GET /half");
    session.receive_end(moment());
    EXPECT_FALSE(session.finished());
    EXPECT_FALSE(session.wants_input());
    answer(0, "zero");
    answer(1, "one");
    EXPECT_EQ(bodies(written()), "zero one! ");
    EXPECT_TRUE(session.finished());
}

TEST_F(HttpSessionTest, AHalfClosedClientGetsAnswersToWhatWaitedToo) {
    receive(get("/0") + get("/1") + get("/2") + get("/3") + get("/4") + get("/5"));
    session.receive_end(moment());
    for (std::uint64_t i = 0; i < 6; ++i) {
        answer(i, std::to_string(i));
    }
    EXPECT_EQ(bodies(written()), "0 1 2 3 4 5! ");
    EXPECT_TRUE(session.finished());
}

TEST_F(HttpSessionTest, AClientThatLeavesBetweenRequestsEndsTheSession) {
    receive(get("/0"));
    answer(0, "x");
    EXPECT_EQ(bodies(written()), "x ");
    session.receive_end(moment());
    EXPECT_TRUE(session.finished());
}

TEST_F(HttpSessionTest, AProtocolErrorIsAnsweredInItsTurnAndCloses) {
    receive(get("/0") + "nonsense\r\n\r\n" + get("/1"));
    EXPECT_EQ(written(), "");
    answer(0, "zero");
    EXPECT_EQ(bodies(written()), "zero 400! ");
    EXPECT_EQ(requests.size(), 1U);
    EXPECT_TRUE(session.lingering());
}

TEST_F(HttpSessionTest, WhatComesBehindTheLastAnswerIsReadAndDropped) {
    receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\n");
    EXPECT_FALSE(session.wants_input()) << "the answer goes first";
    EXPECT_EQ(bodies(written()), "413! ");
    EXPECT_TRUE(session.wants_input());
    receive(std::string(9000, 'x') + get("/"));
    EXPECT_TRUE(requests.empty());
    pass(1999ms);
    EXPECT_FALSE(session.finished());
    pass(1ms);
    EXPECT_TRUE(session.finished());
}

TEST_F(HttpSessionTest, HeadGetsNoBody) {
    receive("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    answer(0, "hello");
    EXPECT_EQ(written(), "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
}

TEST_F(HttpSessionTest, HttpOneZeroClientsAreToldThatTheConnectionStays) {
    receive("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    answer(0, "x");
    EXPECT_NE(written().find("Connection: keep-alive\r\n"), std::string::npos);
    receive("GET / HTTP/1.0\r\n\r\n");
    answer(1, "x");
    EXPECT_NE(written().find("Connection: close\r\n"), std::string::npos);
}

TEST_F(HttpSessionTest, ContinueIsSentBehindTheAnswersBefore) {
    receive(get("/0") +
            "POST /1 HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
            "Content-Length: 2\r\n\r\n");
    EXPECT_EQ(written(), "");
    answer(0, "zero");
    const std::string bytes = written();
    EXPECT_TRUE(bytes.ends_with("zero" + std::string(kContinueResponse))) << bytes;
    receive("ab");
    ASSERT_EQ(requests.size(), 2U);
    EXPECT_EQ(requests[1].body, "ab");
    answer(1, "one");
    EXPECT_EQ(bodies(written()), "one ");
}

TEST_F(HttpSessionTest, NoContinueForAClientThatSendsItsBodyAnyway) {
    receive("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\na");
    EXPECT_EQ(written(), "");
}

TEST_F(HttpSessionTest, ASlowHeaderIsAnswered408HoweverSteadilyItTrickles) {
    const std::string request = get("/slow");
    for (std::size_t i = 0; i < 9; ++i) {
        receive(request.substr(i, 1));
        pass(1s);
    }
    EXPECT_EQ(written(), "");
    pass(1s);
    EXPECT_EQ(bodies(written()), "408! ");
    EXPECT_TRUE(session.lingering());
}

TEST_F(HttpSessionTest, ASlowBodyIsAnswered408) {
    receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n");
    pass(15s);
    receive("x");
    pass(14'999ms);
    EXPECT_EQ(written(), "");
    pass(1ms);
    EXPECT_EQ(bodies(written()), "408! ");
}

TEST_F(HttpSessionTest, AnIdleConnectionEndsWithoutAnAnswer) {
    receive(get("/0"));
    answer(0, "x");
    EXPECT_EQ(bodies(written()), "x ");
    pass(74'999ms);
    EXPECT_FALSE(session.finished());
    pass(1ms);
    EXPECT_TRUE(session.finished());
    EXPECT_EQ(written(), "");
}

TEST_F(HttpSessionTest, AConnectionThatNeverSaysAnythingEnds) {
    pass(75s);
    EXPECT_TRUE(session.finished());
}

TEST_F(HttpSessionTest, ARequestBeingHandledHasNoTimeLimitHere) {
    receive(get("/0"));
    EXPECT_EQ(session.deadline(), std::nullopt);
    pass(1h);
    answer(0, "at last");
    EXPECT_EQ(bodies(written()), "at last ");
}

TEST_F(HttpSessionTest, TheHeaderTimeDoesNotRunWhileWeDoNotRead) {
    receive(get("/0") + get("/1") + get("/2") + get("/3") + "GET /4 HT");
    pass(1h);
    for (std::uint64_t i = 0; i < 4; ++i) {
        answer(i, "x");
    }
    EXPECT_EQ(bodies(written()), "x x x x ");
    pass(9s);
    receive("TP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(requests.size(), 5U);
}

TEST_F(HttpSessionTest, AClientThatDoesNotReadIsDropped) {
    receive(get("/0"));
    answer(0, "some answer");
    ASSERT_FALSE(session.output().empty());
    pass(19s);
    session.wrote(1, moment());
    pass(19'999ms);
    EXPECT_FALSE(session.finished()) << "one byte is progress";
    pass(1ms);
    EXPECT_TRUE(session.finished());
}

TEST_F(HttpSessionTest, DrainEndsAnIdleConnectionAtOnce) {
    session.drain(moment());
    EXPECT_TRUE(session.finished());
}

TEST_F(HttpSessionTest, DrainAnswersWhatIsBeingHandled) {
    receive(get("/0") + get("/1"));
    session.drain(moment());
    EXPECT_FALSE(session.wants_input());
    answer(1, "one");
    answer(0, "zero");
    EXPECT_EQ(bodies(written()), "zero one! ");
    EXPECT_TRUE(session.lingering());
}

TEST_F(HttpSessionTest, DrainLetsTheRequestBeingReadFinish) {
    receive("GET /0 HT");
    session.drain(moment());
    EXPECT_TRUE(session.wants_input());
    receive("TP/1.1\r\nHost: a\r\n\r\n" + get("/1"));
    EXPECT_EQ(requests.size(), 1U);
    answer(0, "zero");
    EXPECT_EQ(bodies(written()), "zero! ");
}

TEST_F(HttpSessionTest, OneConnectionTooManyIsToldSo) {
    session.refuse({503, "too_many_connections", "full"}, moment());
    EXPECT_EQ(bodies(written()), "503! ");
    EXPECT_TRUE(session.lingering());
    receive(get("/"));
    EXPECT_TRUE(requests.empty());
}

}  // namespace
}  // namespace holdfast::net
