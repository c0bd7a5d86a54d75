// What `holdfast replay` is asked to do. Shares are of 1: 0.1 is every tenth.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "client/json.hpp"

namespace holdfast::replay {

// A class that is put into the service before the orders.
struct ClassDefinition {
    std::string name;
    client::Json body;
};

// SKUs that belong to a class; of several rules the first that fits.
struct ClassRule {
    std::string sku_class;
    std::string sku_prefix{};  // of the SKUs it is about; empty: all
    double share = 1;          // of these
};

struct ReplayOptions {
    std::string file;  // CSV of the orders
    std::string url;
    std::string api_key;  // empty: none
    // "auto": derived from the file, enough for most SKUs and short for some; a number: so many of
    // every SKU; anything else: a CSV file with the columns sku,quantity.
    std::string opening_stock = "auto";
    int concurrency = 64;      // carts at a time, a connection each
    double duplicates = 0.10;  // of the requests: sent twice with the same key
    double delayed = 0.02;     // of the carts: payment late or requests out of order
    double abandoned = 0.05;   // of the carts: payment never comes
    double shipped = 0.60;     // of the sold carts
    std::int64_t ttl_seconds = 900;
    std::uint64_t seed = 1;   // same seed, same file: same carts, fates and opening stock
    double speed = 0;         // times the file's own pace; 0: as fast as the service answers
    std::uint64_t limit = 0;  // the first so many invoices; 0: all
    std::string run_id;       // all keys begin with it; empty: a random one
    bool resume = false;      // the run id was used before: go on with it
    base::Duration patience{60'000};  // how long one request is retried while nobody answers
    bool json = false;                // the report as JSON on standard output
    // Write-offs are sent as counts of what is left, where that is known, else as adjustments.
    bool count_write_offs = false;
    std::vector<ClassDefinition> classes{};
    std::vector<ClassRule> rules{};
};

}  // namespace holdfast::replay
