#include "cli/api_command.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "client/testing.hpp"

namespace holdfast::cli {
namespace {

using client::testing::answer;
using client::testing::ScriptedService;

struct Ran {
    ExitCode code;
    std::string out;
    std::string err;
};

Ran run(ApiCall call) {
    Ran ran{};
    const client::Console console{.out = [&](std::string_view text) { ran.out += text; },
                                  .err = [&](std::string_view text) { ran.err += text; }};
    ran.code = run_api_call(std::move(call), console);
    return ran;
}

ApiCall receipt(const ScriptedService& service) {
    return {.access = {.url = service.url(), .api_key_file = {}},
            .request = {.method = "POST", .path = "/stock/receipts", .key = {}},
            .needs_key = true};
}

TEST(ApiCommand, MakesUpAKeySendsItAndSaysIt) {
    ScriptedService service({answer(200, R"({"sku":"mug"})")});
    const Ran ran = run(receipt(service));
    EXPECT_EQ(ran.code, ExitCode::ok);
    EXPECT_EQ(ran.out, "sku  mug\n");
    const std::string key = service.received().at(0).key;
    EXPECT_EQ(key.size(), 32U);
    EXPECT_EQ(ran.err, "idempotency key: " + key + "\n");
}

TEST(ApiCommand, SendsTheKeyItWasGiven) {
    ScriptedService service({answer(200, R"({"sku":"mug"})")});
    ApiCall call = receipt(service);
    call.request.key = "mine";
    static_cast<void>(run(call));
    EXPECT_EQ(service.received().at(0).key, "mine");
}

TEST(ApiCommand, JsonIsTheAnswerAsItCameAndTheKey) {
    ScriptedService service({answer(409, R"({"code":"insufficient_stock"})")});
    ApiCall call = receipt(service);
    call.request.key = "mine";
    call.json = true;
    const Ran ran = run(call);
    EXPECT_EQ(ran.code, ExitCode::refused);
    EXPECT_EQ(ran.out, R"({"code":"insufficient_stock","idempotency_key":"mine"})"
                       "\n");
    EXPECT_EQ(ran.err, "");
}

TEST(ApiCommand, ARefusalIsSaidOnStandardError) {
    ScriptedService service(
        {answer(404, R"({"title":"There is no such reservation","code":"unknown_reservation"})")});
    ApiCall call = receipt(service);
    call.needs_key = false;
    const Ran ran = run(call);
    EXPECT_EQ(ran.code, ExitCode::not_found);
    EXPECT_EQ(ran.out, "");
    EXPECT_EQ(ran.err, "holdfast: There is no such reservation (unknown_reservation)\n");
}

TEST(ApiCommand, WithoutAServiceTheKeyIsStillSaid) {
    ApiCall call{.access = {.url = "http://127.0.0.1:1", .api_key_file = {}},
                 .request = {.method = "POST", .path = "/stock/receipts", .key = "mine"}};
    const Ran ran = run(call);
    EXPECT_EQ(ran.code, ExitCode::unreachable);
    EXPECT_NE(ran.err.find("idempotency key: mine"), std::string::npos);
}

TEST(ApiCommand, WhatIsNoJsonIsPrintedAsItCame) {
    ScriptedService service({answer(200, "id,kind\r\n")});
    ApiCall call{.access = {.url = service.url(), .api_key_file = {}},
                 .request = {.path = "/cases.csv"},
                 .raw = true};
    EXPECT_EQ(run(call).out, "id,kind\r\n");
}

TEST(ApiCommand, ASuccessMayHaveAnExitCodeOfItsOwn) {
    ScriptedService service({answer(200, R"({"outcome":"pending"})")});
    ApiCall call = receipt(service);
    call.code = [](const client::Json&) { return ExitCode::pending; };
    EXPECT_EQ(run(call).code, ExitCode::pending);
}

TEST(ApiCommand, TheKeyFileIsReadAndItsFirstLineSent) {
    const std::string path =
        ::testing::TempDir() + "holdfast_api_key_" + std::to_string(::getpid());
    std::ofstream(path) << "hf_secret \nsecond line\n";
    ScriptedService service({answer(200, "{}")});
    ApiCall call = receipt(service);
    call.access.api_key_file = path;
    EXPECT_EQ(run(call).code, ExitCode::ok);
    EXPECT_EQ(service.received().at(0).authorization, "Bearer hf_secret");
    std::ofstream(path) << "\n";
    EXPECT_EQ(run(call).code, ExitCode::usage);
    std::remove(path.c_str());
    EXPECT_EQ(run(call).code, ExitCode::not_found);
}

}  // namespace
}  // namespace holdfast::cli
