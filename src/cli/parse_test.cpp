#include "cli/parse.hpp"

#include <gtest/gtest.h>

namespace holdfast::cli {
namespace {

Invocation parsed(std::vector<const char*> arguments, const Environment& environment = {}) {
    arguments.insert(arguments.begin(), "holdfast");
    return parse(arguments, environment, "1.2.3");
}

ApiCall call_of(std::vector<const char*> arguments, const Environment& environment = {}) {
    const Invocation invocation = parsed(std::move(arguments), environment);
    if (const auto* printed = std::get_if<Printed>(&invocation)) {
        ADD_FAILURE() << printed->text;
        return {};
    }
    return std::get<ApiCall>(invocation);
}

Printed printed_of(std::vector<const char*> arguments) {
    return std::get<Printed>(parsed(std::move(arguments)));
}

std::string body_of(const ApiCall& call) {
    return call.request.body ? call.request.body->dump() : "";
}

TEST(Parse, CreateSendsItsLinesAndNeedsAKey) {
    const ApiCall call = call_of({"reservation", "create", "mug=2", "a=b=3", "tea", "--ttl", "600",
                                  "--reference", "order-1", "--partial", "--metadata", "gift=yes"});
    EXPECT_EQ(call.request.method, "POST");
    EXPECT_EQ(call.request.path, "/reservations");
    EXPECT_EQ(body_of(call),
              R"({"ttl_seconds":600,"reference":"order-1","lines":[{"sku":"mug","quantity":2},)"
              R"({"sku":"a=b","quantity":3},{"sku":"tea","quantity":1}],)"
              R"("metadata":{"gift":"yes"},"partial":true})");
    EXPECT_TRUE(call.needs_key);
    EXPECT_EQ(call.access.url, "http://127.0.0.1:8080");
}

TEST(Parse, HoldIsShortForReservationCreate) {
    EXPECT_EQ(call_of({"hold", "mug", "--key", "k-1"}).request.key, "k-1");
    EXPECT_EQ(call_of({"get", "rsv_1"}).request.path, "/reservations/rsv_1");
}

TEST(Parse, TheUrlComesFromTheFlagElseFromTheEnvironment) {
    const Environment environment = {{"HOLDFAST_URL", "http://shop:1"},
                                     {"HOLDFAST_API_KEY_FILE", "key.txt"}};
    EXPECT_EQ(call_of({"status"}, environment).access.url, "http://shop:1");
    EXPECT_EQ(call_of({"status"}, environment).access.api_key_file, "key.txt");
    EXPECT_EQ(call_of({"status", "--url", "http://other:2"}, environment).access.url,
              "http://other:2");
}

TEST(Parse, VerbsGoToTheirRoutes) {
    EXPECT_EQ(call_of({"pay", "rsv_1", "--provider", "p"}).request.path,
              "/reservations/rsv_1/payment");
    EXPECT_EQ(body_of(call_of({"pay", "rsv_1", "--provider", "p"})), R"({"provider":"p"})");
    const ApiCall commit = call_of({"commit", "rsv_1", "mug=1", "--if-version", "4"});
    EXPECT_EQ(commit.request.path, "/reservations/rsv_1/commit");
    EXPECT_EQ(body_of(commit), R"({"lines":[{"sku":"mug","quantity":1}]})");
    EXPECT_EQ(commit.request.if_version, 4U);
    EXPECT_EQ(body_of(call_of({"ship", "rsv_1", "--line", "7=2"})),
              R"({"lines":[{"line_id":"7","quantity":2}]})");
    EXPECT_EQ(body_of(call_of({"return", "rsv_1", "mug=1"})),
              R"({"disposition":"restock","lines":[{"sku":"mug","quantity":1}]})");
    EXPECT_EQ(body_of(call_of({"cancel", "rsv_1", "--reason", "fraud"})), R"({"reason":"fraud"})");
    EXPECT_EQ(body_of(call_of({"extend", "rsv_1", "--ttl", "60"})), R"({"ttl_seconds":60})");
}

TEST(Parse, ReleaseKnowsIdsReferencesAndCreateKeys) {
    EXPECT_EQ(call_of({"release", "rsv_1"}).request.path, "/reservations/rsv_1/release");
    const ApiCall named = call_of({"release", "--reference", "order-1", "--block-late"});
    EXPECT_EQ(named.request.path, "/reservations/release");
    EXPECT_EQ(body_of(named), R"({"reference":"order-1","block_late":true})");
    EXPECT_EQ(body_of(call_of({"release", "--create-key", "k"})), R"({"key":"k"})");
    EXPECT_EQ(printed_of({"release"}).code, ExitCode::usage);
    EXPECT_EQ(printed_of({"release", "rsv_1", "--reference", "r"}).code, ExitCode::usage);
}

TEST(Parse, StockMovementsTakeNegativeNumbersToo) {
    const ApiCall adjust = call_of({"stock", "adjust", "mug", "-2", "--reason", "damage"});
    EXPECT_EQ(adjust.request.path, "/stock/adjustments");
    EXPECT_EQ(body_of(adjust), R"({"sku":"mug","delta":-2,"reason":"damage"})");
    EXPECT_TRUE(adjust.needs_key);
    EXPECT_EQ(body_of(call_of({"stock", "receive", "mug", "100"})),
              R"({"sku":"mug","quantity":100})");
    const ApiCall safety = call_of({"stock", "safety", "mug", "5"});
    EXPECT_EQ(safety.request.method, "PUT");
    EXPECT_FALSE(safety.needs_key);
}

TEST(Parse, NamesInPathsAreEscaped) {
    EXPECT_EQ(call_of({"availability", "a/b c"}).request.path, "/availability/a%2Fb%20c");
    EXPECT_EQ(call_of({"availability", "a&b", "c"}).request.path, "/availability?sku=a%26b&sku=c");
    EXPECT_EQ(call_of({"list", "--state", "held", "--reference", "a b"}).request.path,
              "/reservations?state=held&reference=a%20b");
}

TEST(Parse, ServeMergesFlagsIntoItsOptions) {
    const Invocation invocation =
        parsed({"serve", "--listen", "127.0.0.1:0", "--ledger", "memory:", "--demo"},
               {{"HOLDFAST_IO_THREADS", "2"}});
    const auto& options = std::get<ServeOptions>(invocation);
    EXPECT_EQ(options.listen.port, 0);
    EXPECT_EQ(options.ledger.kind, LedgerKind::memory);
    EXPECT_TRUE(options.demo);
    EXPECT_EQ(options.io_threads, 2);
}

TEST(Parse, PrintConfigPrintsInsteadOfServing) {
    const Printed printed = printed_of({"serve", "--print-config", "--io-threads", "3"});
    EXPECT_EQ(printed.code, ExitCode::ok);
    EXPECT_NE(printed.text.find("io_threads = \"3\"  # --io-threads"), std::string::npos);
}

TEST(Parse, LedgerToolsTakeALedgerWithOrWithoutItsScheme) {
    const auto verify = std::get<LedgerOptions>(parsed({"ledger", "verify", "rocksdb:./var"}));
    EXPECT_EQ(verify.action, LedgerAction::verify);
    EXPECT_EQ(verify.source, "./var");
    const auto tail = std::get<LedgerOptions>(parsed({"ledger", "tail", "./var", "-n", "5"}));
    EXPECT_EQ(tail.count, 5U);
    const auto stock = std::get<LedgerOptions>(parsed({"ledger", "stock", "./var", "--at", "7"}));
    EXPECT_EQ(stock.action, LedgerAction::stock);
    EXPECT_EQ(stock.at, 7U);
    const auto salvage = std::get<LedgerOptions>(parsed({"ledger", "salvage", "a", "b"}));
    EXPECT_EQ(salvage.target, "b");
    EXPECT_EQ(salvage.skip, 1'000'000U);
    const auto far =
        std::get<LedgerOptions>(parsed({"ledger", "salvage", "a", "b", "--skip", "9"}));
    EXPECT_EQ(far.skip, 9U);
    EXPECT_EQ(printed_of({"ledger", "salvage", "a"}).code, ExitCode::usage);
}

TEST(Parse, BackupAndRestoreTakeASourceATargetAndTheirOwnFlags) {
    const auto backup = std::get<LedgerOptions>(
        parsed({"ledger", "backup", "rocksdb:a", "b", "--without-private", "--no-verify"}));
    EXPECT_EQ(backup.action, LedgerAction::backup);
    EXPECT_EQ(backup.source, "a");
    EXPECT_TRUE(backup.without_private && backup.no_verify);
    const auto moved =
        std::get<LedgerOptions>(parsed({"ledger", "restore", "backup", "segments:./var/moved"}));
    EXPECT_EQ(moved.target, "./var/moved");
    EXPECT_EQ(moved.target_kind, LedgerKind::segments);
    const auto restore = std::get<LedgerOptions>(
        parsed({"ledger", "restore", "b", "c", "--until", "0.17", "--skip", "5"}));
    EXPECT_EQ(restore.target, "c");
    EXPECT_EQ(restore.until, "0.17");
    EXPECT_EQ(restore.skip, 5U);
    EXPECT_EQ(printed_of({"ledger", "verify", "a", "--until", "3"}).code, ExitCode::usage);
}

TEST(Parse, KeysNewAndReplayFillTheirOptions) {
    const auto keys = std::get<KeysNewOptions>(parsed({"keys", "new", "web", "--scopes", "read"}));
    EXPECT_EQ(keys.name, "web");
    EXPECT_EQ(keys.scopes, "read");
    const auto replay = std::get<ReplayCommand>(
        parsed({"replay", "orders.csv", "--duplicates", "0.2", "--patience", "5s", "--resume",
                "--run-id", "december", "--url", "http://x:1"}));
    EXPECT_EQ(replay.options.file, "orders.csv");
    EXPECT_EQ(replay.options.duplicates, 0.2);
    EXPECT_EQ(replay.options.patience, base::Duration(5'000));
    EXPECT_TRUE(replay.options.resume);
    EXPECT_EQ(replay.access.url, "http://x:1");
    EXPECT_EQ(printed_of({"replay", "f", "--duplicates", "2"}).code, ExitCode::usage);
}

TEST(Parse, AnUnknownCommandOrOptionSuggestsTheNearest) {
    EXPECT_NE(printed_of({"reservatoin"}).text.find("did you mean 'reservation'?"),
              std::string::npos);
    EXPECT_NE(printed_of({"stock", "recieve"}).text.find("did you mean 'receive'?"),
              std::string::npos);
    const Printed option = printed_of({"hold", "mug", "--reference-id", "x"});
    EXPECT_NE(option.text.find("did you mean '--reference'?"), std::string::npos);
    EXPECT_EQ(option.code, ExitCode::usage);
    EXPECT_TRUE(option.to_err());
}

TEST(Parse, WithoutArgumentsHelpIsShown) {
    const Printed root = printed_of({});
    EXPECT_EQ(root.code, ExitCode::usage);
    EXPECT_NE(root.text.find("Exit codes"), std::string::npos);
    EXPECT_NE(root.text.find("Usage: holdfast ["), std::string::npos);
    EXPECT_NE(printed_of({"stock"}).text.find("Usage: holdfast stock ["), std::string::npos);
}

TEST(Parse, EveryCommandHasHelpWithExamples) {
    const std::vector<std::vector<const char*>> commands = {{"serve"},
                                                            {"status"},
                                                            {"availability"},
                                                            {"replay"},
                                                            {"completion"},
                                                            {"reservation", "create"},
                                                            {"reservation", "get"},
                                                            {"reservation", "list"},
                                                            {"reservation", "pay"},
                                                            {"reservation", "commit"},
                                                            {"reservation", "release"},
                                                            {"reservation", "extend"},
                                                            {"reservation", "ship"},
                                                            {"reservation", "cancel"},
                                                            {"reservation", "return"},
                                                            {"stock", "receive"},
                                                            {"stock", "adjust"},
                                                            {"stock", "safety"},
                                                            {"stock", "unavailable"},
                                                            {"stock", "transfer"},
                                                            {"stock", "transfers"},
                                                            {"stock", "arrive"},
                                                            {"stock", "lose"},
                                                            {"stock", "sale"},
                                                            {"stock", "stranded"},
                                                            {"stock", "show"},
                                                            {"class", "list"},
                                                            {"class", "show"},
                                                            {"class", "apply"},
                                                            {"class", "suggest"},
                                                            {"pool", "list"},
                                                            {"pool", "show"},
                                                            {"pool", "apply"},
                                                            {"caps", "show"},
                                                            {"caps", "set"},
                                                            {"selling", "stop"},
                                                            {"selling", "resume"},
                                                            {"selling", "list"},
                                                            {"owners"},
                                                            {"count"},
                                                            {"reconcile"},
                                                            {"cases", "list"},
                                                            {"cases", "show"},
                                                            {"cases", "resolve"},
                                                            {"cases", "export"},
                                                            {"explain"},
                                                            {"history"},
                                                            {"events", "tail"},
                                                            {"import", "stock"},
                                                            {"import", "open-orders"},
                                                            {"import", "holds"},
                                                            {"compare"},
                                                            {"reservation", "reallocate"},
                                                            {"reservation", "close-short"},
                                                            {"reservation", "release-matching"},
                                                            {"sku", "put"},
                                                            {"sku", "get"},
                                                            {"ledger", "tail"},
                                                            {"ledger", "verify"},
                                                            {"ledger", "export"},
                                                            {"ledger", "salvage"},
                                                            {"keys", "new"}};
    for (auto command : commands) {
        command.push_back("--help");
        const Printed help = printed_of(command);
        EXPECT_EQ(help.code, ExitCode::ok);
        EXPECT_NE(help.text.find("Examples:\n  holdfast "), std::string::npos) << command[0];
    }
}

TEST(Parse, VersionAndCompletion) {
    EXPECT_EQ(printed_of({"version"}).text, "holdfast 1.2.3\n");
    EXPECT_EQ(printed_of({"--version"}).text, "holdfast 1.2.3\n");
    const std::string bash = printed_of({"completion", "bash"}).text;
    EXPECT_NE(bash.find("'stock') words='receive adjust safety"), std::string::npos);
    EXPECT_NE(printed_of({"completion", "fish"}).text.find("__holdfast_at"), std::string::npos);
    EXPECT_EQ(printed_of({"completion", "tcsh"}).code, ExitCode::usage);
}

}  // namespace
}  // namespace holdfast::cli
