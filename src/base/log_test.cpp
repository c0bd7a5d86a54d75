#include "base/log.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <string>
#include <thread>
#include <vector>

namespace holdfast::base {
namespace {

class Log : public ::testing::Test {
  public:
    ~Log() override { configure_log({}); }

  protected:
    // What the calls in `write` put on standard error, times replaced by "T".
    template <typename Write>
    static std::string written(Write write) {
        ::testing::internal::CaptureStderr();
        write();
        static const std::regex time(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)");
        return std::regex_replace(::testing::internal::GetCapturedStderr(), time, "T");
    }
};

TEST_F(Log, WritesALineOfTextWithFields) {
    EXPECT_EQ(written([] {
                  log_info("listening", {{"address", "127.0.0.1"}, {"port", 8080}, {"tls", false}});
              }),
              "T info listening address=127.0.0.1 port=8080 tls=false\n");
}

TEST_F(Log, WritesJsonLinesWhenAsked) {
    configure_log({.json = true});
    EXPECT_EQ(written([] {
                  log_error("append failed", {{"file", std::string("a \"b\"")}, {"left", -1}});
              }),
              "{\"time\":\"T\",\"level\":\"error\",\"message\":\"append failed\","
              "\"file\":\"a \\\"b\\\"\",\"left\":-1}\n");
}

TEST_F(Log, LeavesOutWhatIsBelowTheLevel) {
    EXPECT_EQ(written([] { log_debug("detail"); }), "");
    configure_log({.level = LogLevel::debug});
    EXPECT_EQ(written([] { log_debug("detail"); }), "T debug detail\n");
    configure_log({.level = LogLevel::warning});
    EXPECT_EQ(written([] {
                  log_info("quiet");
                  log_warning("loud");
              }),
              "T warning loud\n");
}

TEST_F(Log, NeverWritesSecrets) {
    for (const bool json : {false, true}) {
        configure_log({.json = json});
        const auto line = written([] {
            log_info("started", {{"tls_key_password", "hunter2"},
                                 {"webhook_secret", "hunter2"},
                                 {"api_key", "hunter2"},
                                 {"session_token", 42},
                                 {"authorization", "Bearer hunter2"}});
        });
        EXPECT_FALSE(line.contains("hunter2")) << line;
        EXPECT_FALSE(line.contains("42")) << line;
        EXPECT_TRUE(line.contains("[redacted]")) << line;
    }
}

TEST_F(Log, AHostileTextCannotForgeASecondLineOrAField) {
    EXPECT_EQ(written([] { log_info("refused", {{"sku", "A\nT error fake x=\"1\" \\"}}); }),
              "T info refused sku=\"A\\u000aT error fake x=\\\"1\\\" \\\\\"\n");
    EXPECT_EQ(written([] { log_info("refused", {{"sku", "a=b"}, {"pool", ""}}); }),
              "T info refused sku=\"a=b\" pool=\"\"\n");
}

TEST_F(Log, KeepsUtf8AndReplacesBrokenBytes) {
    configure_log({.json = true});
    EXPECT_EQ(written([] { log_info("x", {{"sku", "caf\xc3\xa9"}, {"bad", "a\xff\xc3"}}); }),
              "{\"time\":\"T\",\"level\":\"info\",\"message\":\"x\",\"sku\":\"caf\xc3\xa9\","
              "\"bad\":\"a\\ufffd\\ufffd\"}\n");
}

TEST_F(Log, ManyThreadsWriteWholeLines) {
    constexpr int kThreads = 4;
    constexpr int kEach = 200;
    const auto all = written([] {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < kThreads; ++thread) {
            threads.emplace_back([] {
                for (int line = 0; line < kEach; ++line) {
                    log_info("line", {{"text", "abcdefghij"}});
                }
            });
        }
    });
    std::string expected;
    for (int line = 0; line < kThreads * kEach; ++line) {
        expected += "T info line text=abcdefghij\n";
    }
    EXPECT_EQ(all, expected);
}

}  // namespace
}  // namespace holdfast::base
