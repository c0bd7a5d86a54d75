// apply_policies: puts the classes or pools of a file into the service, or says what would change.
//
// Nothing is changed unless every policy of the file has passed the service's judgement (for
// classes; a pool has nothing that could contradict itself). Pools that others overflow into come
// first. Putting a file that changes nothing is harmless. Thread rule: one thread.
#pragma once

#include <string>

#include "cli/api_call.hpp"
#include "cli/exit_code.hpp"
#include "cli/policy_file.hpp"
#include "client/console.hpp"

namespace holdfast::cli {

struct PolicyApply {
    ServiceAccess access;
    std::string file;
    PolicyKind kind = PolicyKind::sku_class;
    bool dry_run = false;
    bool json = false;  // an array of the service's answers
};

[[nodiscard]] ExitCode apply_policies(const PolicyApply& what, const client::Console& console);

// What a rehearsed class would change, as a person reads it.
[[nodiscard]] std::string show_rehearsal(const client::Json& rehearsal, bool bold);

struct CapsChange {
    ServiceAccess access;
    client::Json caps;  // {"agent":{"units":5}}; 0 takes a cap away
    bool json = false;
};

// Changes these caps over all classes and leaves the others as they are.
[[nodiscard]] ExitCode change_caps(const CapsChange& change, const client::Console& console);

}  // namespace holdfast::cli
