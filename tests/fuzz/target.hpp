// Fuzz targets: what is fed with bytes that nobody meant well.
//
// A target reads the input as its parser would and checks what must be so whatever the input is;
// it aborts (CHECK, sanitizers) if it is not. Inputs are refused, never fatal. One list for all
// drivers: libFuzzer with sanitizers (`tests/fuzz/run`) and the short run among the tests.
// Thread rule: one thread.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace holdfast::fuzz {

using Input = std::span<const std::byte>;

struct Target {
    std::string_view name;
    void (*run)(Input input);
    // Drivers make no longer inputs: what is longer says nothing new and takes longer to read.
    std::size_t size_max;
};

[[nodiscard]] std::span<const Target> targets();

[[nodiscard]] inline std::string_view text_of(Input input) {
    return {reinterpret_cast<const char*>(input.data()), input.size()};
}

// targets_*.cpp
void fuzz_http_request(Input input);
void fuzz_http_response(Input input);
void fuzz_query(Input input);
void fuzz_json(Input input);
void fuzz_json_requests(Input input);
void fuzz_batch(Input input);
void fuzz_events(Input input);
void fuzz_snapshot(Input input);
void fuzz_csv(Input input);
void fuzz_policies(Input input);
void fuzz_config(Input input);
void fuzz_rest(Input input);
void fuzz_grpc(Input input);
void fuzz_messages(Input input);
void fuzz_etags(Input input);
void fuzz_ids(Input input);
void fuzz_times(Input input);
void fuzz_api_keys(Input input);
void fuzz_export(Input input);
void fuzz_checkpoint(Input input);
void fuzz_tail_mark(Input input);
void fuzz_backup(Input input);
// Fails for one input in billions: a driver that does not find it finds nothing.
void fuzz_canary(Input input);

}  // namespace holdfast::fuzz
