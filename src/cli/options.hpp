// What the commands that live in the application are asked to do, as plain values.
//
// The command line, the environment and the configuration file are already merged here and every
// value has been judged; `run.hpp` says who fills these in and who gets them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/time.hpp"
#include "model/limits.hpp"

namespace holdfast::cli {

// `any`: whatever is there; a new one is of the default kind.
enum class LedgerKind : std::uint8_t { memory, rocksdb, segments, any };

struct LedgerLocation {
    LedgerKind kind = LedgerKind::any;
    std::string path;  // of all but `memory`
};

struct ListenAddress {
    std::string host = "127.0.0.1";  // without the brackets of an IPv6 address
    std::uint16_t port = 8080;       // 0: any free one
    // A literal of 127.0.0.0/8 or ::1. Any other address needs keys or an explicit `no_auth`.
    [[nodiscard]] bool is_loopback() const;
    // "host:port" as it is written in a URL.
    [[nodiscard]] std::string text() const;
};

// `holdfast serve`. Already checked: addresses that are not loopback have `api_keys` or `no_auth`,
// and not both are set.
struct ServeOptions {
    ListenAddress listen{};
    std::optional<ListenAddress> grpc_listen{};  // nothing: no gRPC
    LedgerLocation ledger{.kind = LedgerKind::any, .path = "./var/ledger"};
    std::string api_keys;             // file of hashed keys, empty: none
    bool no_auth = false;             // asked for explicitly
    bool create_key_required = true;  // false with --relax-create-key
    bool demo = false;                // a small catalogue, once
    int io_threads = 1;
    base::LogOptions log{};
    std::uint64_t checkpoint_every_events = 5'000'000;
    std::uint64_t hot_events = model::kHotEvents;
    base::Duration hot_window = model::kHotFor;
    std::uint64_t storage_reserve_bytes = 256ULL * 1024 * 1024;
    base::Duration clock_jump_max = std::chrono::hours(24);
};

enum class LedgerAction : std::uint8_t {
    tail,
    verify,
    stock,
    export_batches,
    salvage,
    backup,
    restore,
};

// `holdfast ledger ...`: on a copy, a stopped ledger, or beside the service that has it open.
struct LedgerOptions {
    LedgerAction action = LedgerAction::verify;
    std::string source;  // directory of a ledger or backup, or an exported file
    std::string target;  // export: file, "-" is standard output; else a directory
    LedgerKind target_kind = LedgerKind::any;  // restore: of the new ledger
    std::uint64_t count = 20;                  // tail: the newest so many events
    std::uint64_t at = UINT64_MAX;             // stock: as of this event
    std::uint64_t violations = 10;             // verify: shown of each check
    bool without_private = false;              // backup: leave personal data and its key out
    bool no_verify = false;                    // backup: do not read the copy again
    std::string until;                         // restore: a position or a time; empty: all of it
    std::uint64_t skip = 1'000'000;            // restore, salvage: positions not given out again
    bool json = false;
};

// `holdfast keys new`: prints a new key once and its line for the key file.
struct KeysNewOptions {
    std::string name;
    std::string tenant = "default";
    std::string scopes = "read,reserve";  // as in the key file
    std::string file;                     // the line is appended to it; empty: only printed
    bool json = false;
};

}  // namespace holdfast::cli
