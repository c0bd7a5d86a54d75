// The commands of a reservation.
#include <CLI/CLI.hpp>

#include <utility>

#include "cli/command_tree.hpp"
#include "cli/units.hpp"
#include "model/limits.hpp"
#include "net/http_types.hpp"

namespace holdfast::cli {
namespace {

using client::Json;

// "NAME=QUANTITY"; a name may contain '='. Without one the quantity is 1.
Json named_quantity(const char* member, const std::string& text) {
    const std::size_t equals = text.rfind('=');
    std::int64_t quantity = 1;
    if (equals != std::string::npos) {
        const auto parsed =
            parse_integer(std::string_view(text).substr(equals + 1), 1, model::kLineQuantityMax);
        if (!parsed) {
            throw CLI::ValidationError(text, parsed.error().message);
        }
        quantity = *parsed;
    }
    return Json::Object{{member, text.substr(0, equals)}, {"quantity", quantity}};
}

struct Parts {
    std::vector<std::string> skus;
    std::vector<std::string> lines;

    [[nodiscard]] bool any() const { return !skus.empty() || !lines.empty(); }
    [[nodiscard]] Json json() const {
        Json::Array out;
        for (const std::string& text : skus) {
            out.push_back(named_quantity("sku", text));
        }
        for (const std::string& text : lines) {
            out.push_back(named_quantity("line_id", text));
        }
        return out;
    }
};

struct VerbArguments {
    std::string id;
    Parts parts;
    Json body = Json::Object{};
    std::optional<std::uint32_t> if_version;
};

// A text or number option that becomes a member of the body if it is given.
template <typename Value>
CLI::Option* add_member(CLI::App& app, Json& body, const std::string& flag, const char* member,
                        const std::string& help) {
    return app.add_option_function<Value>(
        flag, [&body, member](const Value& value) { body.set(member, value); }, help);
}

void add_parts(CLI::App& app, Parts& parts, const std::string& what) {
    app.add_option("SKU=QUANTITY", parts.skus, what + " (SKU alone: 1 unit)");
    app.add_option("--line", parts.lines, what + ", by line id: LINE=QUANTITY");
}

// reservation VERB ID ...: POST /reservations/ID/VERB
struct Verb {
    CallCommand command;
    std::shared_ptr<VerbArguments> arguments;
};

Verb add_verb(CLI::App& parent, Parsing& parsing, const Words& words, const std::string& route,
              KeyUse key) {
    Verb verb{.command = add_call(parent, parsing, words, key),
              .arguments = std::make_shared<VerbArguments>()};
    CLI::App& app = *verb.command.app;
    app.add_option("ID", verb.arguments->id, "The reservation, rsv_...")->required();
    app.add_option_function<std::uint32_t>(
        "--if-version",
        [arguments = verb.arguments](std::uint32_t version) { arguments->if_version = version; },
        "Only if the reservation is still at this version");
    app.callback([verb, route, &parsing] {
        ApiCall& call = *verb.command.call;
        VerbArguments& arguments = *verb.arguments;
        if (arguments.parts.any()) {
            arguments.body.set("lines", arguments.parts.json());
        }
        call.request.method = "POST";
        call.request.path = "/reservations/" + net::percent_encode(arguments.id) + '/' + route;
        call.request.body = arguments.body;
        call.request.if_version = arguments.if_version;
        call.view = reservation_view();
        parsing.chosen = call;
    });
    return verb;
}

void add_create(CLI::App& parent, Parsing& parsing) {
    struct Arguments {
        Parts parts;
        std::vector<std::string> metadata;
        bool partial = false;
        bool dry_run = false;
        Json body = Json::Object{};
    };
    const CallCommand command =
        add_call(parent, parsing,
                 {"create", "Hold units for a limited time (also: holdfast hold)",
                  "holdfast reservation create mug=2 tea=1 --ttl 600 --reference order-1001\n"
                  "holdfast reservation create sneaker --wait 300 --customer c-17\n"
                  "holdfast hold mug --json"},
                 KeyUse::required);
    auto arguments = std::make_shared<Arguments>();
    CLI::App& app = *command.app;
    Json& body = arguments->body;
    app.add_option("SKU=QUANTITY", arguments->parts.skus, "What to hold (SKU alone: 1 unit)")
        ->required();
    add_member<std::int64_t>(app, body, "--ttl", "ttl_seconds", "Seconds the hold lives");
    add_member<std::string>(app, body, "--reference", "reference", "Your order or cart number");
    add_member<std::string>(app, body, "--agent", "agent_id", "The agent that asks");
    add_member<std::string>(app, body, "--operator", "operator_id", "Who operates the agent");
    add_member<std::string>(app, body, "--customer", "customer_id", "The buyer");
    add_member<std::string>(app, body, "--channel", "channel", "Where the sale happens");
    add_member<std::string>(app, body, "--region", "region", "Where the buyer is, for pools near");
    add_member<std::int64_t>(app, body, "--wait", "wait_seconds",
                             "Queue up to so many seconds if only held units are in the way");
    add_member<std::string>(app, body, "--supersedes", "supersedes",
                            "Replace this reservation (an id, or same_reference) in one step");
    app.add_option("--metadata", arguments->metadata, "NAME=VALUE, kept with the reservation");
    app.add_flag("--partial", arguments->partial, "Take what there is instead of all or nothing");
    app.add_flag("--dry-run", arguments->dry_run, "Only say what would happen");
    app.callback([command, arguments, &parsing] {
        Json& request = arguments->body;
        request.set("lines", arguments->parts.json());
        for (const std::string& pair : arguments->metadata) {
            const std::size_t equals = pair.find('=');
            if (equals == std::string::npos) {
                throw CLI::ValidationError("--metadata", '\'' + pair + "' is not NAME=VALUE");
            }
            Json metadata = request["metadata"];
            metadata.set(pair.substr(0, equals), pair.substr(equals + 1));
            request.set("metadata", std::move(metadata));
        }
        if (arguments->partial) {
            request.set("partial", true);
        }
        if (arguments->dry_run) {
            request.set("dry_run", true);
        }
        command.call->request.method = "POST";
        command.call->request.path = "/reservations";
        command.call->request.body = request;
        command.call->view = reservation_view();
        parsing.chosen = *command.call;
    });
}

void add_get(CLI::App& parent, Parsing& parsing) {
    const CallCommand command = add_call(parent, parsing,
                                         {"get", "Show one reservation",
                                          "holdfast reservation get rsv_0123456789abc\n"
                                          "holdfast reservation get rsv_0123456789abc --wait 20"},
                                         KeyUse::none);
    auto id = std::make_shared<std::string>();
    auto wait = std::make_shared<std::int64_t>(0);
    command.app->add_option("ID", *id, "The reservation, rsv_...")->required();
    command.app
        ->add_option("--wait", *wait, "While it is queued, answer only after so many seconds")
        ->check(CLI::Range(0, 20));
    command.app->callback([command, id, wait, &parsing] {
        command.call->request.path = "/reservations/" + net::percent_encode(*id) +
                                     (*wait > 0 ? "?wait_seconds=" + std::to_string(*wait) : "");
        command.call->view = reservation_view();
        parsing.chosen = *command.call;
    });
}

void add_list(CLI::App& parent, Parsing& parsing) {
    const CallCommand command =
        add_call(parent, parsing,
                 {"list", "List reservations, newest first",
                  "holdfast reservation list --state held --limit 20\n"
                  "holdfast reservation list --reference order-1001 --json"},
                 KeyUse::none);
    auto query = std::make_shared<std::string>();
    const auto add = [&](const char* flag, const char* parameter, const char* help) {
        command.app->add_option_function<std::string>(
            flag,
            [query, parameter](const std::string& value) {
                *query += (query->empty() ? "?" : "&") + std::string(parameter) + '=' +
                          net::percent_encode(value);
            },
            help);
    };
    add("--state", "state", "held, payment_pending, review, committed, fulfilled, released, ...");
    add("--reference", "reference", "Your order or cart number");
    add("--owner", "owner", "An agent or operator");
    add("--customer", "customer_id", "A buyer");
    add("--expires-before", "expires_before", "A time, 2026-05-04T10:00:00Z");
    add("--limit", "limit", "Rows of a page");
    add("--cursor", "cursor", "Go on behind this page: next_cursor of the answer before");
    command.app->callback([command, query, &parsing] {
        command.call->request.path = "/reservations" + *query;
        command.call->view = {
            .list = "items",
            .columns = {"id", "state", "reference", "created_at", "expires_at", "version"}};
        parsing.chosen = *command.call;
    });
}

// reservation release ID, or by your own name for it: POST /reservations/release
void add_release(CLI::App& parent, Parsing& parsing) {
    const Verb verb = add_verb(parent, parsing,
                               {"release", "Give held units back",
                                "holdfast reservation release rsv_0123456789abc\n"
                                "holdfast reservation release rsv_0123456789abc mug=1\n"
                                "holdfast reservation release --reference order-1001 --block-late"},
                               "release", KeyUse::optional);
    struct ByName {
        std::string reference;
        std::string create_key;
        bool block_late = false;
    };
    auto by_name = std::make_shared<ByName>();
    CLI::App& app = *verb.command.app;
    CLI::Option* id = app.get_option("ID")->required(false);
    add_parts(app, verb.arguments->parts, "Only these units");
    CLI::Option* reference = app.add_option("--reference", by_name->reference,
                                            "Instead of ID: everything held under this reference");
    CLI::Option* key = app.add_option("--create-key", by_name->create_key,
                                      "Instead of ID: what was, or will be, created by this key");
    id->excludes(reference)->excludes(key);
    reference->excludes(key);
    app.add_flag("--block-late", by_name->block_late,
                 "With --reference: also refuse creates that arrive later");
    app.callback([verb, by_name, &parsing, reference, key, id] {
        ApiCall& call = *verb.command.call;
        call.request.method = "POST";
        call.view = reservation_view();
        call.request.if_version = verb.arguments->if_version;
        Json body = Json::Object{};
        if (id->count() > 0) {
            call.request.path =
                "/reservations/" + net::percent_encode(verb.arguments->id) + "/release";
            if (verb.arguments->parts.any()) {
                body.set("lines", verb.arguments->parts.json());
                call.needs_key = true;
            }
        } else if (key->count() > 0) {
            call.request.path = "/reservations/release";
            body.set("key", by_name->create_key);
        } else if (reference->count() > 0) {
            call.request.path = "/reservations/release";
            body.set("reference", by_name->reference);
            if (by_name->block_late) {
                body.set("block_late", true);
            }
        } else {
            throw CLI::RequiredError("ID, --reference or --create-key");
        }
        call.request.body = std::move(body);
        parsing.chosen = call;
    });
}

void add_pay_and_commit(CLI::App& parent, Parsing& parsing) {
    const Verb pay = add_verb(parent, parsing,
                              {"pay", "Begin payment: the hold now waits for the payment",
                               "holdfast reservation pay rsv_0123456789abc --provider stripe"},
                              "payment", KeyUse::required);
    Json& pay_body = pay.arguments->body;
    add_member<std::int64_t>(*pay.command.app, pay_body, "--ttl", "ttl_seconds",
                             "Seconds to wait for the payment");
    add_member<std::string>(*pay.command.app, pay_body, "--payment-reference", "payment_reference",
                            "The payment's id at the provider");
    add_member<std::string>(*pay.command.app, pay_body, "--provider", "provider",
                            "Who takes the payment");

    const Verb commit = add_verb(parent, parsing,
                                 {"commit", "Make a hold a sale",
                                  "holdfast reservation commit rsv_0123456789abc\n"
                                  "holdfast reservation commit rsv_0123456789abc mug=1"},
                                 "commit", KeyUse::required);
    add_parts(*commit.command.app, commit.arguments->parts, "Only these units");
    add_member<std::string>(*commit.command.app, commit.arguments->body, "--order-reference",
                            "order_reference", "The order it became");
}

void add_extend(CLI::App& parent, Parsing& parsing) {
    const Verb verb = add_verb(parent, parsing,
                               {"extend", "Let a hold live longer, counted from now",
                                "holdfast reservation extend rsv_0123456789abc --ttl 600"},
                               "extend", KeyUse::required);
    add_member<std::int64_t>(*verb.command.app, verb.arguments->body, "--ttl", "ttl_seconds",
                             "Seconds from now")
        ->required();
}

void add_sold_verbs(CLI::App& parent, Parsing& parsing) {
    const Verb ship = add_verb(parent, parsing,
                               {"ship", "Record that sold units left",
                                "holdfast reservation ship rsv_0123456789abc\n"
                                "holdfast reservation ship rsv_0123456789abc mug=1"},
                               "ship", KeyUse::required);
    add_parts(*ship.command.app, ship.arguments->parts, "Only these units");
    add_member<std::string>(*ship.command.app, ship.arguments->body, "--shipment-reference",
                            "shipment_reference", "The parcel's number");
    add_member<std::string>(*ship.command.app, ship.arguments->body, "--occurred-at", "occurred_at",
                            "When it happened");

    const Verb cancel =
        add_verb(parent, parsing,
                 {"cancel", "Take back units that have not shipped, sold ones too",
                  "holdfast reservation cancel rsv_0123456789abc --reason customer_request"},
                 "cancel", KeyUse::required);
    add_parts(*cancel.command.app, cancel.arguments->parts, "Only these units");
    add_member<std::string>(*cancel.command.app, cancel.arguments->body, "--reason", "reason",
                            "customer_request, payment_failed, fraud, other, ...")
        ->required();
    add_member<std::string>(*cancel.command.app, cancel.arguments->body, "--note", "note",
                            "Needed with the reason other");

    const Verb back =
        add_verb(parent, parsing,
                 {"return", "Record that shipped units came back",
                  "holdfast reservation return rsv_0123456789abc mug=1 --disposition restock"},
                 "return", KeyUse::required);
    add_parts(*back.command.app, back.arguments->parts, "The units that came back");
    back.arguments->body.set("disposition", "restock");
    add_member<std::string>(*back.command.app, back.arguments->body, "--disposition", "disposition",
                            "restock (default) or damaged");
    add_member<std::string>(*back.command.app, back.arguments->body, "--reference", "reference",
                            "The return's number");
    add_member<std::string>(*back.command.app, back.arguments->body, "--occurred-at", "occurred_at",
                            "When it happened");
}

}  // namespace

View reservation_view() {
    return {.list = "lines",
            .columns = {"line_id", "sku", "accepted", "held", "committed", "shipped", "released",
                        "expired", "short", "returned", "allocations"}};
}

void add_reservation_commands(CLI::App& root, Parsing& parsing) {
    CLI::App* group = add_command(root, {"reservation", "Hold, sell, ship and take back", ""});
    add_create(*group, parsing);
    add_get(*group, parsing);
    add_list(*group, parsing);
    add_pay_and_commit(*group, parsing);
    add_release(*group, parsing);
    add_extend(*group, parsing);
    add_sold_verbs(*group, parsing);
    add_promise_commands(*group, parsing);
}

}  // namespace holdfast::cli
