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

// Ordinary events of one small shop, and a full one where there is much that is optional.
[[nodiscard]] const std::vector<EventSample>& event_samples();

// Any event of the given alternative of `Event`: extreme values are likely.
[[nodiscard]] Event random_event(base::Prng& dice, std::size_t type);
inline constexpr std::size_t kEventTypes = std::variant_size_v<Event>;

[[nodiscard]] bool same(const Event& a, const Event& b);

[[nodiscard]] base::Buffer encoded(const Event& event);

}  // namespace holdfast::model
