#include "cli/serve_settings.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

namespace holdfast::cli {
namespace {

using Flags = std::map<std::string, std::string>;

ConfigFile file_of(std::vector<ConfigEntry> entries) {
    return {.path = "holdfast.toml", .entries = std::move(entries)};
}

std::string error_of(const ConfigFile& file, const Environment& environment, const Flags& flags) {
    const auto merged = merge_serve(file, environment, flags);
    return merged ? "" : merged.error().message;
}

TEST(ServeSettings, WithoutAnythingServeLoopbackFromAnEmbeddedLedger) {
    const EffectiveServe merged = *merge_serve({}, {}, {});
    EXPECT_EQ(merged.options.listen.text(), "127.0.0.1:8080");
    EXPECT_EQ(merged.options.ledger.path, "./var/ledger");
    EXPECT_TRUE(merged.options.create_key_required);
    EXPECT_TRUE(merged.origins.empty());
}

TEST(ServeSettings, AFlagWinsOverAVariableAndAVariableOverTheFile) {
    const ConfigFile file = file_of({{.name = "io_threads", .text = "2", .line = 1},
                                     {.name = "log_level", .text = "debug", .line = 2},
                                     {.name = "log_format", .text = "json", .line = 3}});
    const Environment environment = {{"HOLDFAST_IO_THREADS", "3"}, {"HOLDFAST_LOG_LEVEL", "error"}};
    const EffectiveServe merged = *merge_serve(file, environment, {{"io_threads", "4"}});
    EXPECT_EQ(merged.options.io_threads, 4);
    EXPECT_EQ(merged.options.log.level, base::LogLevel::error);
    EXPECT_TRUE(merged.options.log.json);
    EXPECT_EQ(merged.origins.at("io_threads"), "--io-threads");
    EXPECT_EQ(merged.origins.at("log_level"), "HOLDFAST_LOG_LEVEL");
    EXPECT_EQ(merged.origins.at("log_format"), "holdfast.toml line 3");
}

TEST(ServeSettings, AnUnknownKeyOfTheFileIsAnErrorWithLineAndSuggestion) {
    EXPECT_EQ(error_of(file_of({{.name = "lisen", .text = "x", .line = 7}}), {}, {}),
              "holdfast.toml line 7: unknown key 'lisen'; did you mean 'listen'?");
    EXPECT_EQ(error_of(file_of({{.name = "colour", .text = "x", .line = 1}}), {}, {}),
              "holdfast.toml line 1: unknown key 'colour'");
}

TEST(ServeSettings, AMisspeltVariableIsAnErrorAndAForeignOneIsNot) {
    EXPECT_EQ(error_of({}, {{"HOLDFAST_LOG_LEVL", "debug"}}, {}),
              "HOLDFAST_LOG_LEVL: unknown variable; did you mean 'HOLDFAST_LOG_LEVEL'?");
    EXPECT_EQ(error_of({}, {{"HOLDFAST_PORT", "tcp://10.0.0.1:80"}, {"LISTEN", "x"}}, {}), "");
}

TEST(ServeSettings, ABadValueIsRefusedNamingWhereItComesFrom) {
    EXPECT_EQ(error_of({}, {{"HOLDFAST_LISTEN", "8080"}}, {}),
              "HOLDFAST_LISTEN: '8080' is not an address such as 127.0.0.1:8080 or [::1]:8080");
    EXPECT_EQ(error_of({}, {}, {{"log_level", "loud"}}),
              "--log-level: 'loud' is not debug, info, warning or error");
    EXPECT_NE(error_of({}, {}, {{"io_threads", "0"}}), "");
    EXPECT_NE(error_of({}, {}, {{"storage_reserve", "10 apples"}}), "");
}

TEST(ServeSettings, AnyAddressButLoopbackNeedsKeysOrAnExplicitNoAuth) {
    EXPECT_NE(error_of({}, {}, {{"listen", "0.0.0.0:8080"}}).find("--no-auth"), std::string::npos);
    EXPECT_EQ(error_of({}, {}, {{"listen", "0.0.0.0:8080"}, {"no_auth", "true"}}), "");
    EXPECT_EQ(error_of({}, {}, {{"listen", "[::]:8080"}, {"api_keys", "keys.txt"}}), "");
    EXPECT_EQ(error_of({}, {}, {{"listen", "[::1]:0"}}), "");
    EXPECT_NE(error_of({}, {}, {{"grpc_listen", "0.0.0.0:9090"}}).find("0.0.0.0:9090"),
              std::string::npos);
    EXPECT_EQ(error_of({}, {}, {{"grpc_listen", "127.0.0.1:9090"}}), "");
    EXPECT_NE(error_of({}, {}, {{"api_keys", "keys.txt"}, {"no_auth", "true"}}), "");
}

TEST(ServeSettings, PrintsEveryEffectiveValueWithItsOrigin) {
    const EffectiveServe merged =
        *merge_serve({}, {{"HOLDFAST_DEMO", "true"}}, {{"clock_jump_max", "2h"}});
    const std::string text = print_serve(merged);
    EXPECT_NE(text.find("demo = true  # HOLDFAST_DEMO\n"), std::string::npos);
    EXPECT_NE(text.find("clock_jump_max = \"7200000ms\"  # --clock-jump-max\n"), std::string::npos);
    EXPECT_NE(text.find("listen = \"127.0.0.1:8080\"  # default\n"), std::string::npos);
}

class ConfigFileTest : public testing::Test {
  protected:
    void TearDown() override { std::remove(path.c_str()); }
    auto read(const std::string& text) {
        std::ofstream(path) << text;
        return read_config(path);
    }
    std::string path = testing::TempDir() + "holdfast_config_" + std::to_string(::getpid());
};

TEST_F(ConfigFileTest, ReadsTextsNumbersAndFlags) {
    const auto entries =
        read("listen = \"127.0.0.1:0\"\n# a comment\nio_threads = 2\ndemo = true\n");
    ASSERT_TRUE(entries.has_value());
    EffectiveServe merged = *merge_serve({.path = path, .entries = *entries}, {}, {});
    EXPECT_EQ(merged.options.listen.port, 0);
    EXPECT_EQ(merged.options.io_threads, 2);
    EXPECT_TRUE(merged.options.demo);
    EXPECT_EQ(merged.origins.at("io_threads"), path + " line 3");
}

TEST_F(ConfigFileTest, WhatPrintConfigPrintsCanBeReadBack) {
    const EffectiveServe before = *merge_serve({}, {}, {{"listen", "127.0.0.2:99"}});
    const auto entries = read(print_serve(before));
    ASSERT_TRUE(entries.has_value());
    EXPECT_EQ(merge_serve({.path = path, .entries = *entries}, {}, {})->options.listen.text(),
              "127.0.0.2:99");
}

TEST_F(ConfigFileTest, SaysWhereTheFileIsWrong) {
    EXPECT_NE(read("demo = true\nlisten = \n").error().message.find("line 2"), std::string::npos);
    EXPECT_NE(read("[http]\nlisten = \"x\"\n").error().message.find("'http'"), std::string::npos);
    EXPECT_EQ(read_config(path + ".absent").error().code, base::ErrorCode::not_found);
}

}  // namespace
}  // namespace holdfast::cli
