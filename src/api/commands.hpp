// Requests into commands: every limit that does not depend on the ledger is judged here.
//
// The command is complete: names are hashed, personal data is digested, the key is resolved and the
// fingerprint taken, so that nothing is left to compute for the writer's thread. Preconditions
// (`versions`) are not part of the fingerprint: a retry that has learned a newer version is still
// the same attempt. Thread rule: free functions.
#pragma once

#include <expected>

#include "api/context.hpp"
#include "api/principal.hpp"
#include "api/problem.hpp"
#include "api/requests.hpp"
#include "model/command.hpp"

namespace holdfast::api {

using CommandOrProblem = std::expected<model::Command, Problem>;

[[nodiscard]] CommandOrProblem make_command(const Context& context, const Principal& principal,
                                            const CreateRequest& request);
[[nodiscard]] CommandOrProblem make_command(const Context& context, const Principal& principal,
                                            const ChangeRequest& request);
[[nodiscard]] CommandOrProblem make_command(const Context& context, const Principal& principal,
                                            const ReleaseByNameRequest& request);
[[nodiscard]] CommandOrProblem make_command(const Context& context, const Principal& principal,
                                            const MovementRequest& request);
[[nodiscard]] CommandOrProblem make_command(const Context& context, const Principal& principal,
                                            const SafetyStockRequest& request);
[[nodiscard]] CommandOrProblem make_command(const Context& context, const Principal& principal,
                                            const PutSkuRequest& request);
[[nodiscard]] CommandOrProblem make_read(const Context& context, const Principal& principal,
                                         std::string_view reservation);

// What `make_command` overloads end with: the key, if one was sent, and the fingerprint.
[[nodiscard]] CommandOrProblem finish_command(const Principal& principal,
                                              model::Operation operation, const Attempt& attempt,
                                              bool key_required, model::Request request);

}  // namespace holdfast::api
