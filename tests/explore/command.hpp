// An Ask as a command of the machine: for the operations that a scope has.
#pragma once

#include <functional>

#include "core/naive_ask.hpp"
#include "model/command.hpp"

namespace holdfast::explore {

inline constexpr base::Time kStart = base::time_from_ms(1'800'000'000'000);

// `id_of` says which reservation a number names.
[[nodiscard]] model::Command command_of(
    const core::testing::Ask& asked, const std::function<model::ReservationId(std::size_t)>& id_of);

}  // namespace holdfast::explore
