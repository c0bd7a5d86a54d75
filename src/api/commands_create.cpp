// Creating a reservation: lines, names, personal data.
#include <algorithm>
#include <set>
#include <utility>

#include "api/canonical_metadata.hpp"
#include "api/commands.hpp"
#include "api/idempotency.hpp"
#include "api/private_data.hpp"
#include "api/validation.hpp"
#include "model/limits.hpp"

namespace holdfast::api {
namespace {

using namespace model;

RequestedLine make_line(const Principal& principal, const CreateRequest& request, std::size_t index,
                        Validator& check) {
    const std::string& tenant = principal.tenant.text;
    const LineRequest& from = request.lines[index];
    const auto at = [&](std::string_view field) {
        return Pointer(request.lines_pointer, index, field);
    };
    RequestedLine line;
    line.sku = sku_name(tenant, check.required_text(from.sku, at("/sku"), kSkuBytesMax));
    line.quantity = check.required_number(from.quantity, at("/quantity"),
                                          {.least = 1, .most = kLineQuantityMax});
    line.min_quantity = check.optional_number(from.min_quantity, at("/min_quantity"),
                                              {.least = 0, .most = line.quantity});
    if (from.pool) {
        line.pool =
            pool_name(tenant, check.optional_text(from.pool, at("/pool"), kReferenceBytesMax));
    }
    line.line_id = check.optional_text(from.line_id, at("/line_id"), kLineIdBytesMax);
    line.group = check.optional_text(from.group, at("/group"), kLineIdBytesMax);
    return line;
}

void make_lines(const Principal& principal, const CreateRequest& request, Validator& check,
                CreateReservation& out) {
    if (request.lines.empty() || request.lines.size() > kLinesMax) {
        check.add(request.lines_pointer, "Must have 1 to " + std::to_string(kLinesMax) + " lines.");
        return;
    }
    out.lines.reserve(request.lines.size());
    for (std::size_t i = 0; i < request.lines.size(); ++i) {
        out.lines.push_back(make_line(principal, request, i, check));
    }
    check_line_ids(request.lines, request.lines_pointer, check);
}

void make_texts(const Context& context, const Principal& principal, const CreateRequest& request,
                Validator& check, CreateReservation& out) {
    const auto text = [&](const std::optional<std::string>& value, std::string_view pointer) {
        return check.optional_text(value, pointer, kReferenceBytesMax);
    };
    const std::string& tenant = principal.tenant.text;
    if (request.reference) {
        out.reference = reference_name(tenant, text(request.reference, "/reference"));
    }
    out.agent_id = text(request.agent_id, "/agent_id");
    out.operator_id = text(request.operator_id, "/operator_id");
    out.channel = text(request.channel, "/channel");
    out.region = text(request.region, "/region");
    out.customer =
        customer_text(context.private_key, tenant, text(request.customer_id, "/customer_id"));
    if (request.metadata) {
        out.metadata = metadata_text(context.private_key, tenant,
                                     canonical_metadata(*request.metadata, check));
    }
}

void make_supersedes(const Context& context, const CreateRequest& request, Validator& check,
                     CreateReservation& out) {
    if (!request.supersedes) {
        return;
    }
    if (*request.supersedes == "same_reference") {
        out.supersedes_same_reference = true;
        if (!request.reference) {
            check.add("/reference", "Is required to supersede \"same_reference\".");
        }
        return;
    }
    out.supersedes = context.names.find_reservation(*request.supersedes);
    if (!out.supersedes) {
        check.add("/supersedes", "Must be a reservation id or \"same_reference\".");
    }
}

void make_waiting(const CreateRequest& request, Validator& check, CreateReservation& out) {
    out.wait_seconds = check.optional_number(request.wait_seconds, "/wait_seconds",
                                             {.least = 0, .most = kTtlSecondsMax});
    if (out.wait_seconds == 0) {
        out.wait_seconds.reset();
    }
    if (out.wait_seconds && request.lines.size() > 1) {
        check.add("/wait_seconds", "Only a reservation of one line can wait.");
    }
    if (request.seen_position && !decode_position(*request.seen_position)) {
        check.add("/seen_position", "Must be a position that an answer of this service named.");
    }
}

}  // namespace

void check_line_ids(const std::vector<LineRequest>& lines, std::string_view pointer,
                    Validator& check) {
    if (lines.size() == 1) {
        return;
    }
    std::set<std::string> seen;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const auto& id = lines[i].line_id;
        if (!seen.insert(id ? *id : std::to_string(i + 1)).second) {
            check.add({pointer, i, "/line_id"},
                      "Every line needs an id of its own; lines without one are numbered from 1.");
        }
    }
}

CommandOrProblem make_command(const Context& context, const Principal& principal,
                              const CreateRequest& request) {
    Validator check;
    CreateReservation out;
    make_lines(principal, request, check, out);
    out.ttl_seconds = check.optional_number(request.ttl_seconds, "/ttl_seconds",
                                            {.least = 1, .most = kTtlSecondsMax});
    make_texts(context, principal, request, check, out);
    make_supersedes(context, request, check, out);
    make_waiting(request, check, out);
    out.partial = request.partial.value_or(false);
    out.dry_run = request.dry_run.value_or(false);
    if (!check.ok()) {
        return std::unexpected(check.take());
    }
    const bool dry_run = out.dry_run;
    auto command = finish_command(principal, Operation::create, request.attempt,
                                  context.options.create_key_required && !dry_run, std::move(out));
    // A rehearsal must not use up the key of the real attempt.
    if (command && dry_run) {
        command->key = {};
    }
    return command;
}

}  // namespace holdfast::api
