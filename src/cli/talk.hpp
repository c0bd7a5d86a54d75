// Talk: a conversation with the service, for commands that ask more than once.
//
// What goes wrong is said on `console.err` where it happens, in the words of every other command,
// and comes back as the exit code that the command ends with. Thread rule: one thread.
#pragma once

#include <expected>
#include <memory>

#include "cli/api_call.hpp"
#include "cli/exit_code.hpp"
#include "client/console.hpp"
#include "client/rest_client.hpp"

namespace holdfast::cli {

template <typename T>
using OrCode = std::expected<T, ExitCode>;

class Talk {
  public:
    [[nodiscard]] static OrCode<Talk> begin(const ServiceAccess& access,
                                            const client::Console& console);

    // The answer, whatever its status.
    [[nodiscard]] OrCode<client::RestAnswer> send(const client::RestRequest& request);
    // The document of a success; a problem is said.
    [[nodiscard]] OrCode<client::Json> ask(const client::RestRequest& request);

    // Waits between two questions.
    void wait(base::Duration duration) { static_cast<void>(pause_->wait(duration)); }

  private:
    Talk(std::unique_ptr<client::Pause> pause, client::RestClient client,
         const client::Console& console)
        : pause_(std::move(pause)), client_(std::move(client)), console_(&console) {}

    std::unique_ptr<client::Pause> pause_;  // the client points at it
    client::RestClient client_;
    const client::Console* console_;
};

// Says why nothing can be done, as "holdfast: SENTENCE", and tells the code for it.
[[nodiscard]] ExitCode say_failure(const base::Error& error, const client::Console& console);
// The same for a problem that the service answered.
[[nodiscard]] ExitCode say_problem(const client::RestAnswer& answer,
                                   const client::Console& console);

// Of a command that may end early.
[[nodiscard]] inline ExitCode code_of(const OrCode<ExitCode>& outcome) {
    return outcome ? *outcome : outcome.error();
}

}  // namespace holdfast::cli
