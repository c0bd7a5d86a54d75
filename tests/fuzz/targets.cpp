#include <array>

#include "base/check.hpp"
#include "tests/fuzz/target.hpp"

namespace holdfast::fuzz {

void fuzz_canary(Input input) { CHECK(!text_of(input).starts_with("HOLD"), "the canary sang"); }

std::span<const Target> targets() {
    static constexpr std::array kTargets = {
        Target{"http_request", fuzz_http_request},
        Target{"http_response", fuzz_http_response},
        Target{"query", fuzz_query},
        Target{"json", fuzz_json},
        Target{"json_requests", fuzz_json_requests},
        Target{"batch", fuzz_batch},
        Target{"events", fuzz_events},
        Target{"snapshot", fuzz_snapshot},
        Target{"csv", fuzz_csv},
        Target{"policies", fuzz_policies},
        Target{"config", fuzz_config},
        Target{"rest", fuzz_rest},
        Target{"grpc", fuzz_grpc},
        Target{"etags", fuzz_etags},
        Target{"ids", fuzz_ids},
        Target{"times", fuzz_times},
        Target{"api_keys", fuzz_api_keys},
        Target{"export", fuzz_export},
        Target{"checkpoint", fuzz_checkpoint},
        Target{"tail_mark", fuzz_tail_mark},
        Target{"backup", fuzz_backup},
        Target{"canary", fuzz_canary},
    };
    return kTargets;
}

}  // namespace holdfast::fuzz
