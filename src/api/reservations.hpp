// Reservations: the use cases around one reservation.
//
// A request that is not valid is answered through the callback like everything else, at once.
// Thread rule: as CommandRunner.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "api/checkout_tokens.hpp"
#include "api/command_runner.hpp"
#include "api/principal.hpp"
#include "api/requests.hpp"

namespace holdfast::api {

class Reservations {
  public:
    explicit Reservations(CommandRunner& runner) : runner_(runner), tokens_(runner.context()) {}

    void create(const Principal& principal, const CreateRequest& request, Callback callback);
    void change(const Principal& principal, ChangeRequest request, Callback callback);
    void release_by_name(const Principal& principal, const ReleaseByNameRequest& request,
                         Callback callback);
    // The reservation as it is now, with its personal data. While it waits for units the answer may
    // take up to `wait_seconds`.
    void read(const Principal& principal, std::string_view reservation,
              std::optional<std::int64_t> wait_seconds, Callback callback);

  private:
    void change_any_of(const Principal& principal, ChangeRequest request, Callback callback);
    void run_only_as_retry(model::Command command, RunOptions options, Callback callback);
    void submit_change(const Principal& principal, const ChangeRequest& request, Callback callback);

    CommandRunner& runner_;
    CheckoutTokens tokens_;
};

}  // namespace holdfast::api
