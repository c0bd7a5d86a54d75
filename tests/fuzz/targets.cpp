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
        Target{"canary", fuzz_canary},
    };
    return kTargets;
}

}  // namespace holdfast::fuzz
