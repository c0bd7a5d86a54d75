// Requests into commands: every limit that does not depend on the ledger is judged here.
//
// The command is complete: names are hashed, personal data is digested, the key is resolved and the
// fingerprint taken, so that nothing is left to compute for the writer's thread. Preconditions
// (`versions`) are not part of the fingerprint: a retry that has learned a newer version is still
// the same attempt. Thread rule: free functions.
#pragma once

#include <expected>

#include "api/context.hpp"
#include "api/policy_requests.hpp"
#include "api/principal.hpp"
#include "api/problem.hpp"
#include "api/requests.hpp"
#include "api/stock_requests.hpp"
#include "api/validation.hpp"
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
// commands_policy.cpp
[[nodiscard]] CommandOrProblem make_command(const Context& context, const Principal& principal,
                                            const PutClassRequest& request);
[[nodiscard]] CommandOrProblem make_command(const Context& context, const Principal& principal,
                                            const PutPoolRequest& request);
[[nodiscard]] CommandOrProblem make_command(const Context& context, const Principal& principal,
                                            const PutCapsRequest& request);
[[nodiscard]] CommandOrProblem make_command(const Context& context, const Principal& principal,
                                            const SellingRequest& request);

// commands_facts.cpp
[[nodiscard]] CommandOrProblem make_command(const Context& context, const Principal& principal,
                                            const TransferRequest& request);
[[nodiscard]] CommandOrProblem make_command(const Context& context, const Principal& principal,
                                            const SettleTransferRequest& request);
[[nodiscard]] CommandOrProblem make_command(const Context& context, const Principal& principal,
                                            const SaleRequest& request);
// Without drift, position and last count: see counts.hpp.
[[nodiscard]] CommandOrProblem make_command(const Context& context, const Principal& principal,
                                            const CountRequest& request);
[[nodiscard]] CommandOrProblem make_command(const Context& context, const Principal& principal,
                                            const ResolveRequest& request);

// A line without an id answers to its number, so an id must not look like another line's number.
void check_line_ids(const std::vector<LineRequest>& lines, std::string_view pointer,
                    Validator& check);

// Who a decision is written down as: the API key's name. Where there are no keys the body may
// claim somebody.
[[nodiscard]] std::string who_asks(const Principal& principal, const std::optional<std::string>& by,
                                   Validator& check);

[[nodiscard]] CommandOrProblem make_read(const Context& context, const Principal& principal,
                                         std::string_view reservation);

// What `make_command` overloads end with: the key, if one was sent, and the fingerprint.
[[nodiscard]] CommandOrProblem finish_command(const Principal& principal,
                                              model::Operation operation, const Attempt& attempt,
                                              bool key_required, model::Request&& request);

}  // namespace holdfast::api
