// run: drives a running service with the orders of a file, then audits it.
//
// A client of the public REST interface and nothing else. All keys derive from the run id, so the
// service may be killed and restarted on the way, and a run that was itself interrupted is taken up
// with `resume`: what was answered before is answered again and has no second effect.
// Thread rule: blocks; uses `concurrency` threads of its own.
#pragma once

#include <cstdint>

#include "client/console.hpp"
#include "replay/options.hpp"

namespace holdfast::replay {

enum class Outcome : std::uint8_t {
    clean,
    unclean,       // the audit found differences, or answers that nobody should get
    bad_input,     // the file or an option makes no sense
    not_found,     // there is no such file
    unreachable,   // the service did not answer in time; the run can be resumed
    unauthorised,  // the service does not accept the API key
};

[[nodiscard]] Outcome run(const ReplayOptions& options, const client::Console& console);

}  // namespace holdfast::replay
