// Sender: sends the requests of one worker, some of them twice.
//
// A request that is drawn as a duplicate goes out twice under the same key, one behind the other or
// at the same moment over two connections. Both must get the same answer, byte for byte; if they do
// not it is counted as two effects of one key. Only a refusal may list fewer failing lines when it
// is repeated, if it says how many are missing. Answers that the service judges anew each time
// (refusals it does not record) may differ; then a success is the one that counts.
// Thread rule: one thread per object.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "client/rest_client.hpp"
#include "replay/options.hpp"
#include "replay/statistics.hpp"

namespace holdfast::replay {

class Sender {
  public:
    // Errors: invalid_input (the URL).
    [[nodiscard]] static base::Result<Sender> open(const ReplayOptions& options,
                                                   std::uint64_t number, Statistics& statistics,
                                                   client::Pause& pause);

    // Once, or twice if drawn. Errors: unavailable, outcome_unknown, after the options' patience.
    [[nodiscard]] base::Result<client::RestAnswer> send(const client::RestRequest& request);
    [[nodiscard]] base::Result<client::RestAnswer> send_once(const client::RestRequest& request);

  private:
    Sender(const ReplayOptions& options, client::RestClient first, client::RestClient second,
           Statistics& statistics);

    base::Result<client::RestAnswer> timed(client::RestClient& client,
                                           const client::RestRequest& request);
    base::Result<client::RestAnswer> send_twice(const client::RestRequest& request, bool at_once);
    void compare(const std::string& key, const client::RestAnswer& first,
                 const client::RestAnswer& second);

    const ReplayOptions* options_;
    client::RestClient first_;
    client::RestClient second_;
    Statistics* statistics_;
};

// Whether a repetition of the request must get this very answer.
[[nodiscard]] bool is_repeatable(const client::RestAnswer& answer);

}  // namespace holdfast::replay
