// Options that become members of a body or parameters of a query.
#include <CLI/CLI.hpp>

#include <limits>
#include <utility>

#include "cli/command_tree.hpp"
#include "cli/units.hpp"
#include "net/http_types.hpp"

namespace holdfast::cli {
namespace {

using client::Json;

CLI::Option* require_argument(CLI::Option* option, const std::string& flag) {
    return flag.starts_with('-') ? option : option->required();
}

}  // namespace

CLI::Option* BodyCommand::text(const std::string& flag, const std::string& member,
                               const std::string& help) {
    return require_argument(
        app->add_option_function<std::string>(
            flag, [body = body, member](const std::string& value) { body->set(member, value); },
            help),
        flag);
}

CLI::Option* BodyCommand::number(const std::string& flag, const std::string& member,
                                 const std::string& help) {
    return require_argument(
        app->add_option_function<std::int64_t>(
            flag, [body = body, member](std::int64_t value) { body->set(member, value); }, help),
        flag);
}

CLI::Option* BodyCommand::on(const std::string& flag, const std::string& member,
                             const std::string& help) {
    return app->add_flag_callback(flag, [body = body, member] { body->set(member, true); }, help);
}

CLI::Option* BodyCommand::parameter(const std::string& flag, const std::string& name,
                                    const std::string& help) {
    return require_argument(app->add_option_function<std::string>(
                                flag,
                                [query = query, name](const std::string& value) {
                                    *query += (query->empty() ? "?" : "&") + name + '=' +
                                              net::percent_encode(value);
                                },
                                help),
                            flag);
}

CLI::Option* BodyCommand::in_path(const std::string& name, const std::string& behind,
                                  const std::string& help) {
    return app
        ->add_option_function<std::string>(
            name,
            [call = call, behind, before = call->request.path](const std::string& value) {
                call->request.path = before + net::percent_encode(value) + behind;
            },
            help)
        ->required();
}

BodyCommand add_body_call(CLI::App& parent, Parsing& parsing, const Words& words, KeyUse key,
                          const Route& route) {
    const CallCommand command = add_call(parent, parsing, words, key);
    const BodyCommand out{.app = command.app,
                          .call = command.call,
                          .body = std::make_shared<Json>(Json::Object{}),
                          .query = std::make_shared<std::string>()};
    out.call->request.method = route.method;
    out.call->request.path = route.path;
    out.call->view = route.view;
    out.app->callback([out, &parsing] {
        out.call->request.path += *out.query;
        if (out.call->request.method != "GET") {
            out.call->request.body = *out.body;
        }
        parsing.chosen = *out.call;
    });
    return out;
}

TaskCommand add_task(CLI::App& parent, Parsing& parsing, const Words& words) {
    const TaskCommand out{.app = add_command(parent, words),
                          .access = std::make_shared<ServiceAccess>(),
                          .json = std::make_shared<bool>(false)};
    add_access(*out.app, parsing, *out.access);
    out.app->add_flag("--json", *out.json, "Print JSON");
    return out;
}

std::pair<std::string, std::int64_t> name_and_number(const std::string& text) {
    const std::size_t equals = text.rfind('=');
    if (equals == std::string::npos || equals == 0) {
        throw CLI::ValidationError(text, "is not NAME=NUMBER");
    }
    const auto number = parse_integer(std::string_view(text).substr(equals + 1), 0,
                                      std::numeric_limits<std::int64_t>::max());
    if (!number) {
        throw CLI::ValidationError(text, number.error().message);
    }
    return {text.substr(0, equals), *number};
}

}  // namespace holdfast::cli
