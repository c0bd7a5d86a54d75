// The requests of a replay. Every key is a function of the run id and the line in the file, so that
// the same run sends the same keys however often it is started.
// Thread rule: free functions.
#pragma once

#include <cstdint>
#include <string>

#include "client/rest_client.hpp"
#include "replay/plan.hpp"

namespace holdfast::replay {

// The reference of an invoice's cart: the run id and the invoice number.
[[nodiscard]] std::string reference_of(const std::string& run, const std::string& invoice);

[[nodiscard]] client::RestRequest opening_request(const std::string& run, const std::string& sku,
                                                  std::int64_t units);
[[nodiscard]] client::RestRequest create_request(const std::string& run, const Cart& cart,
                                                 std::int64_t ttl_seconds);
// `ttl_seconds`, here and below: 0 is the service's own.
[[nodiscard]] client::RestRequest pay_request(const std::string& run, const Cart& cart,
                                              const std::string& id, std::int64_t ttl_seconds);
// `verb`: commit, release or ship; of the whole reservation.
[[nodiscard]] client::RestRequest verb_request(const std::string& run, const Cart& cart,
                                               const std::string& id, const std::string& verb);
// Units of one line: cancelled if they were only sold, returned if they were shipped.
[[nodiscard]] client::RestRequest take_back_request(const std::string& run,
                                                    const Reversal& reversal, const std::string& id,
                                                    bool shipped);
[[nodiscard]] client::RestRequest unrecorded_return_request(const std::string& run,
                                                            const Reversal& reversal);
[[nodiscard]] client::RestRequest write_off_request(const std::string& run,
                                                    const WriteOff& write_off);
// The same as a count: so many units are left, as of a time.
[[nodiscard]] client::RestRequest count_request(const std::string& run, const WriteOff& write_off,
                                                std::int64_t left, const std::string& as_of);
// Approves what `count` left for a person.
[[nodiscard]] client::RestRequest approve_request(const std::string& run, const WriteOff& write_off,
                                                  const client::Json& count);

}  // namespace holdfast::replay
