// The commands of stock, SKUs, availability and the service's status.
#include <CLI/CLI.hpp>

#include <limits>

#include "cli/command_tree.hpp"
#include "model/limits.hpp"
#include "net/http_types.hpp"

namespace holdfast::cli {
namespace {

using client::Json;

void add_text(CLI::App& app, const std::shared_ptr<Json>& body, const char* flag,
              const char* member, const char* help) {
    app.add_option_function<std::string>(
        flag, [body, member](const std::string& value) { body->set(member, value); }, help);
}

// stock VERB SKU NUMBER: the number becomes `member` of the body.
struct Movement {
    Words words;
    const char* method;
    const char* path;
    const char* member;
    const char* number_name;
    KeyUse key;
};

std::pair<CLI::App*, std::shared_ptr<Json>> add_movement(CLI::App& parent, Parsing& parsing,
                                                         const Movement& movement) {
    const CallCommand command = add_call(parent, parsing, movement.words, movement.key);
    auto body = std::make_shared<Json>(Json::Object{});
    CLI::App& app = *command.app;
    app.add_option_function<std::string>(
           "SKU", [body](const std::string& sku) { body->set("sku", sku); }, "The item")
        ->required();
    app.add_option_function<std::int64_t>(
           movement.number_name,
           [body, member = movement.member](std::int64_t number) { body->set(member, number); },
           "Units")
        ->required();
    add_text(app, body, "--pool", "pool", "The place; needed only if there are several");
    app.callback([command, body, movement, &parsing] {
        command.call->request.method = movement.method;
        command.call->request.path = movement.path;
        command.call->request.body = *body;
        parsing.chosen = *command.call;
    });
    return {&app, body};
}

void add_movements(CLI::App& group, Parsing& parsing) {
    const auto [receive, receive_body] =
        add_movement(group, parsing,
                     {.words = {"receive", "Record units that arrived",
                                "holdfast stock receive mug 100 --reference delivery-77"},
                      .method = "POST",
                      .path = "/stock/receipts",
                      .member = "quantity",
                      .number_name = "QUANTITY",
                      .key = KeyUse::required});
    add_text(*receive, receive_body, "--reference", "reference", "The delivery's number");
    add_text(*receive, receive_body, "--occurred-at", "occurred_at", "When it happened");

    const auto [adjust, adjust_body] = add_movement(
        group, parsing,
        {.words = {"adjust", "Correct a quantity, up or down, with a reason",
                   "holdfast stock adjust mug -2 --reason damage\n"
                   "holdfast stock adjust mug 1 --reason other --note 'found under the shelf'"},
         .method = "POST",
         .path = "/stock/adjustments",
         .member = "delta",
         .number_name = "DELTA",
         .key = KeyUse::required});
    adjust->get_option("DELTA")->description("Units to add; negative to take away");
    add_text(*adjust, adjust_body, "--reason", "reason",
             "damage, shrinkage, theft, found, cycle_count, data_entry_error, other, ...");
    adjust->get_option("--reason")->required();
    add_text(*adjust, adjust_body, "--note", "note", "Needed with the reason other");
    add_text(*adjust, adjust_body, "--reference", "reference", "Your document's number");
    add_text(*adjust, adjust_body, "--occurred-at", "occurred_at", "When it happened");
    add_text(*adjust, adjust_body, "--from-unavailable", "from_unavailable",
             "These units were unavailable with this reason already");
    add_text(*adjust, adjust_body, "--undoes", "undoes",
             "The position of the movement that this one takes back");

    static_cast<void>(add_movement(
        group, parsing,
        {.words = {"safety", "Set how many units are never offered", "holdfast stock safety mug 5"},
         .method = "PUT",
         .path = "/stock/safety",
         .member = "quantity",
         .number_name = "QUANTITY",
         .key = KeyUse::optional}));
}

void add_sku_commands(CLI::App& root, Parsing& parsing) {
    CLI::App* group = add_command(root, {"sku", "Settings of a SKU", ""});
    for (const bool put : {true, false}) {
        const CallCommand command =
            put ? add_call(*group, parsing,
                           {"put", "Register a SKU or change its settings",
                            "holdfast sku put mug --class default"},
                           KeyUse::optional)
                : add_call(*group, parsing,
                           {"get", "Show the settings of a SKU", "holdfast sku get mug"},
                           KeyUse::none);
        auto sku = std::make_shared<std::string>();
        auto body = std::make_shared<Json>(Json::Object{});
        command.app->add_option("SKU", *sku, "The item")->required();
        if (put) {
            add_text(*command.app, body, "--class", "sku_class", "The class it belongs to");
        }
        command.app->callback([command, sku, body, put, &parsing] {
            command.call->request.path = "/skus/" + net::percent_encode(*sku);
            if (put) {
                command.call->request.method = "PUT";
                command.call->request.body = *body;
            }
            parsing.chosen = *command.call;
        });
    }
}

void add_availability(CLI::App& root, Parsing& parsing) {
    const CallCommand command =
        add_call(root, parsing,
                 {"availability", "What can be sold now",
                  "holdfast availability mug\nholdfast availability mug tea --json"},
                 KeyUse::none);
    struct Arguments {
        std::vector<std::string> skus;
        std::string min_position;
    };
    auto arguments = std::make_shared<Arguments>();
    command.app->add_option("SKU", arguments->skus, "The items")->required();
    command.app->add_option("--min-position", arguments->min_position,
                            "Not before this position of an earlier answer");
    command.app->callback([command, arguments, &parsing] {
        std::string& path = command.call->request.path;
        path = "/availability";
        char join = '?';
        if (arguments->skus.size() == 1) {
            path += '/' + net::percent_encode(arguments->skus.front());
            command.call->view = {.list = "pools",
                                  .columns = {"pool", "sellable", "on_hand", "committed", "held",
                                              "unavailable", "safety_stock", "deficit"}};
        } else {
            for (const std::string& sku : arguments->skus) {
                path += join + ("sku=" + net::percent_encode(sku));
                join = '&';
            }
            command.call->view = {.list = "items",
                                  .columns = {"sku", "status", "sellable", "on_hand", "committed",
                                              "held", "unavailable", "safety_stock", "deficit"}};
        }
        if (!arguments->min_position.empty()) {
            path += join + ("min_position=" + net::percent_encode(arguments->min_position));
        }
        parsing.chosen = *command.call;
    });
}

void add_status(CLI::App& root, Parsing& parsing) {
    const CallCommand command =
        add_call(root, parsing,
                 {"status", "How the service is: position, inbox, fsync, overdue holds, disk",
                  "holdfast status\nholdfast status --url http://127.0.0.1:9000 --json"},
                 KeyUse::none);
    command.app->callback([command, &parsing] {
        command.call->request.path = "/status";
        parsing.chosen = *command.call;
    });
}

}  // namespace

void add_stock_commands(CLI::App& root, Parsing& parsing) {
    CLI::App* group =
        add_command(root, {"stock", "What came, went, was moved or sold elsewhere", ""});
    add_movements(*group, parsing);
    add_fact_commands(*group, parsing);
    add_sku_commands(root, parsing);
    add_availability(root, parsing);
    add_status(root, parsing);
}

}  // namespace holdfast::cli
