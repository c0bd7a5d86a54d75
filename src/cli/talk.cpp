#include "cli/talk.hpp"

#include <string>
#include <utility>

#include "cli/api_command.hpp"
#include "cli/table.hpp"

namespace holdfast::cli {
namespace {

using base::ErrorCode;

ExitCode exit_code_of(const base::Error& error) {
    switch (error.code) {
        case ErrorCode::invalid_input: return ExitCode::usage;
        case ErrorCode::unavailable:
        case ErrorCode::outcome_unknown: return ExitCode::unreachable;
        case ErrorCode::not_found: return ExitCode::not_found;
        default: return ExitCode::failed;
    }
}

}  // namespace

ExitCode say_failure(const base::Error& error, const client::Console& console) {
    console.err("holdfast: " + harmless(error.message) + '\n');
    if (error.code == ErrorCode::unavailable) {
        console.err("Is the service running there? --url or HOLDFAST_URL tells where it is.\n");
    }
    return exit_code_of(error);
}

ExitCode say_problem(const client::RestAnswer& answer, const client::Console& console) {
    console.err(show_problem(answer.document, answer.status));
    return exit_code_of(answer.status, answer.code());
}

OrCode<Talk> Talk::begin(const ServiceAccess& access, const client::Console& console) {
    const auto fail = [&](const base::Error& error) {
        return std::unexpected(say_failure(error, console));
    };
    std::string api_key;
    if (!access.api_key_file.empty()) {
        auto read = read_api_key(access.api_key_file);
        if (!read) {
            return fail(read.error());
        }
        api_key = *std::move(read);
    }
    auto pause = std::make_unique<client::Pause>();
    auto client = client::RestClient::open({.url = access.url, .api_key = api_key}, *pause);
    if (!client) {
        return fail(client.error());
    }
    return Talk(std::move(pause), *std::move(client), console);
}

OrCode<client::RestAnswer> Talk::send(const client::RestRequest& request) {
    auto answer = client_.call(request);
    if (!answer) {
        return std::unexpected(say_failure(answer.error(), *console_));
    }
    return *std::move(answer);
}

OrCode<client::Json> Talk::ask(const client::RestRequest& request) {
    TRY(client::RestAnswer answer, send(request));
    if (!answer.ok()) {
        return std::unexpected(say_problem(answer, *console_));
    }
    return std::move(answer.document);
}

}  // namespace holdfast::cli
