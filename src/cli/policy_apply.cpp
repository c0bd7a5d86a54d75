#include "cli/policy_apply.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "cli/api_command.hpp"
#include "cli/table.hpp"
#include "cli/talk.hpp"
#include "net/http_types.hpp"

namespace holdfast::cli {
namespace {

using client::Json;
using client::RestAnswer;
using client::RestRequest;

std::string path_of(const Policy& policy) {
    return (policy.kind == PolicyKind::sku_class ? "/classes/" : "/pools/") +
           net::percent_encode(policy.name);
}

class Apply {
  public:
    Apply(const PolicyApply& what, const client::Console& console, Talk& talk)
        : what_(what), console_(console), talk_(talk) {}

    OrCode<ExitCode> run(std::vector<Policy> policies) {
        if (what_.kind == PolicyKind::pool) {
            std::ranges::stable_partition(
                policies, [](const Policy& policy) { return policy.body["overflow"].is_null(); });
        }
        for (const Policy& policy : policies) {
            TRY_VOID(rehearse(policy));
        }
        if (!what_.dry_run) {
            for (const Policy& policy : policies) {
                TRY_VOID(put(policy));
            }
        }
        if (what_.json) {
            console_.out(Json(std::move(answers_)).dump() + '\n');
        }
        return ExitCode::ok;
    }

  private:
    // Classes only: the service judges; pools: compared here.
    OrCode<void> rehearse(const Policy& policy) {
        if (policy.kind == PolicyKind::pool) {
            return what_.dry_run ? compare(policy) : OrCode<void>();
        }
        Json body = policy.body;
        body.set("dry_run", true);
        TRY(const Json answer,
            ask(policy, {.method = "PUT", .path = path_of(policy), .body = body}));
        if (what_.dry_run) {
            report(answer, [&] { return show_rehearsal(answer, console_.color); });
        }
        return {};
    }

    OrCode<void> compare(const Policy& policy) {
        TRY(const RestAnswer now, talk_.send({.path = path_of(policy)}));
        const bool is_new = now.status == 404;
        if (!now.ok() && !is_new) {
            return std::unexpected(say_problem(now, console_));
        }
        Json::Array changes;
        for (const auto& [name, after] : policy.body.members()) {
            const Json& before = is_new ? Json() : now.document[name];
            if (before != after) {
                changes.push_back(
                    Json::Object{{"field", name}, {"before", before}, {"after", after}});
            }
        }
        const Json answer = Json::Object{{"dry_run", true},
                                         {"pool", Json::Object{{"name", policy.name}}},
                                         {"changes", std::move(changes)}};
        report(answer, [&] { return show_rehearsal(answer, console_.color); });
        return {};
    }

    OrCode<void> put(const Policy& policy) {
        TRY(const Json answer,
            ask(policy, {.method = "PUT", .path = path_of(policy), .body = policy.body}));
        report(answer, [&] {
            return std::string(to_string(policy.kind)) + ' ' + harmless(policy.name) +
                   "  version " + answer["version"].display() + '\n';
        });
        return {};
    }

    // A problem is said with the lines of the file that it is about.
    OrCode<Json> ask(const Policy& policy, const RestRequest& request) {
        TRY(RestAnswer answer, talk_.send(request));
        if (answer.ok()) {
            return std::move(answer.document);
        }
        for (const Json& error : answer.document["errors"].items()) {
            const std::string_view pointer = error["pointer"].text();
            console_.err(harmless(what_.file) + " line " + std::to_string(policy.line_of(pointer)) +
                         ": " + std::string(to_string(policy.kind)) + " '" + harmless(policy.name) +
                         "': " + harmless(pointer) + "  " + harmless(error["detail"].text()) +
                         '\n');
        }
        return std::unexpected(say_problem(answer, console_));
    }

    template <typename Text>
    void report(const Json& answer, const Text& text) {
        if (what_.json) {
            answers_.push_back(answer);
        } else {
            console_.out(text());
        }
    }

    const PolicyApply& what_;
    const client::Console& console_;
    Talk& talk_;
    Json::Array answers_;
};

OrCode<ExitCode> run(const PolicyApply& what, const client::Console& console) {
    auto policies = read_policies(what.file);
    if (!policies) {
        return say_failure(policies.error(), console);
    }
    std::erase_if(*policies, [&](const Policy& policy) { return policy.kind != what.kind; });
    if (policies->empty()) {
        console.err("holdfast: " + what.file + " defines no " + std::string(to_string(what.kind)) +
                    ": write [" + std::string(to_string(what.kind)) + ".NAME], then its fields\n");
        return ExitCode::usage;
    }
    TRY(Talk talk, Talk::begin(what.access, console));
    return Apply(what, console, talk).run(*std::move(policies));
}

OrCode<ExitCode> run(const CapsChange& change, const client::Console& console) {
    TRY(Talk talk, Talk::begin(change.access, console));
    TRY(Json caps, talk.ask({.path = "/caps"}));
    caps.erase("position");
    for (const auto& [kind, measures] : change.caps.members()) {
        Json merged = caps[kind];
        for (const auto& [measure, most] : measures.members()) {
            if (most.number() == 0) {
                merged.erase(measure);
            } else {
                merged.set(measure, most);
            }
        }
        if (merged.members().empty()) {
            caps.erase(kind);
        } else {
            caps.set(kind, std::move(merged));
        }
    }
    TRY(const Json answer, talk.ask({.method = "PUT", .path = "/caps", .body = caps}));
    console.out(change.json ? answer.dump() + '\n' : show_document(answer, {}, console.color));
    return ExitCode::ok;
}

}  // namespace

std::string show_rehearsal(const Json& rehearsal, bool bold) {
    const bool is_class = !rehearsal["class"].is_null();
    std::string out =
        (is_class ? "class " + harmless(rehearsal["class"]["name"].text())
                  : "pool " + harmless(rehearsal["pool"]["name"].text())) +
        (rehearsal["changes"].items().empty() ? ": nothing would change\n" : " would change:\n");
    Table changes({"field", "before", "after"});
    for (const Json& change : rehearsal["changes"].items()) {
        changes.add(
            {change["field"].display(), change["before"].display(), change["after"].display()});
    }
    out += changes.empty() ? "" : changes.text(bold);
    if (is_class) {
        out += "SKUs of the class: " + rehearsal["skus"].display() +
               "; holds that would exceed it: " + rehearsal["holds_beyond"].display() +
               "; sellable: " + rehearsal["sellable_before"].display() + " -> " +
               rehearsal["sellable_after"].display() + '\n';
    }
    Table offers({"sku", "sellable before", "after"});
    for (const Json& offer : rehearsal["sellable"].items()) {
        offers.add({offer["sku"].display(), offer["before"].display(), offer["after"].display()});
    }
    return out + (offers.empty() ? "" : offers.text(bold));
}

ExitCode apply_policies(const PolicyApply& what, const client::Console& console) {
    return code_of(run(what, console));
}

ExitCode change_caps(const CapsChange& change, const client::Console& console) {
    return code_of(run(change, console));
}

}  // namespace holdfast::cli
