// Events for the codec's tests: one fixed sample of every type, any number of random ones, and
// equality field by field. A new field of an event does not compile here until it is compared.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/prng.hpp"
#include "model/event.hpp"

namespace holdfast::model {

struct EventSample {
    std::string_view name;  // of its golden file
    Event event;
};

inline constexpr base::Time kNoon = base::time_from_ms(1'764'590'400'000);  // 2025-12-01T12:00:00Z
inline constexpr TenantId kTenant{0};
inline constexpr SkuId kSku{41};
inline constexpr ReservationId kReservation{1'000'017};

[[nodiscard]] base::Digest128 digest_of(std::string_view text);
[[nodiscard]] KeyUse plain_key();
[[nodiscard]] KeyUse source_key();

// Of classes, pools, caps, stops, stock, transfers, counts and cases.
[[nodiscard]] std::vector<EventSample> stock_samples();

// Ordinary events of one small shop, and a full one where there is much that is optional.
[[nodiscard]] const std::vector<EventSample>& event_samples();

// Any event of the given alternative of `Event`: extreme values are likely.
[[nodiscard]] Event random_event(base::Prng& dice, std::size_t type);
inline constexpr std::size_t kEventTypes = std::variant_size_v<Event>;

[[nodiscard]] bool same(const Event& a, const Event& b);

[[nodiscard]] base::Buffer encoded(const Event& event);

}  // namespace holdfast::model
