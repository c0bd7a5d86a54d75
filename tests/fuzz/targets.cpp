#include <array>

#include "base/check.hpp"
#include "tests/fuzz/target.hpp"

namespace holdfast::fuzz {

void fuzz_canary(Input input) { CHECK(!text_of(input).starts_with("HOLD"), "the canary sang"); }

std::span<const Target> targets() {
    static constexpr std::array kTargets = {
        Target{"http_request", fuzz_http_request, 768},
        Target{"http_response", fuzz_http_response, 768},
        Target{"query", fuzz_query, 256},
        Target{"json", fuzz_json, 1'024},
        Target{"json_requests", fuzz_json_requests, 1'024},
        Target{"batch", fuzz_batch, 1'024},
        Target{"events", fuzz_events, 512},
        Target{"snapshot", fuzz_snapshot, 2'048},
        Target{"csv", fuzz_csv, 512},
        Target{"policies", fuzz_policies, 1'024},
        Target{"config", fuzz_config, 512},
        Target{"rest", fuzz_rest, 2'048},
        Target{"grpc", fuzz_grpc, 512},
        Target{"messages", fuzz_messages, 256},
        Target{"etags", fuzz_etags, 128},
        Target{"ids", fuzz_ids, 128},
        Target{"times", fuzz_times, 64},
        Target{"api_keys", fuzz_api_keys, 512},
        Target{"export", fuzz_export, 1'024},
        Target{"checkpoint", fuzz_checkpoint, 1'024},
        Target{"tail_mark", fuzz_tail_mark, 256},
        Target{"backup", fuzz_backup, 1'024},
        Target{"canary", fuzz_canary, 64},
    };
    return kTargets;
}

}  // namespace holdfast::fuzz
