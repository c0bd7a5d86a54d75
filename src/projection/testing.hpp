// Helpers for tests of this folder: reservations in a line or two, and reading a list to its end.
//
// Thread rule: one thread per object.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/event_codec.hpp"
#include "projection/reservation_index.hpp"

namespace holdfast::projection::testing {

inline constexpr model::TenantId kShop{3};

[[nodiscard]] inline base::Time at(std::int64_t ms) { return base::time_from_ms(ms); }

// One line of five units that are all held until `expires_at_ms`.
[[nodiscard]] inline model::ReservationImage held(std::uint64_t id, std::int64_t expires_at_ms,
                                                  std::string_view agent = {},
                                                  std::string_view reference = {}) {
    model::ReservationImage image;
    image.id = model::ReservationId(id);
    image.tenant = kShop;
    image.version = 1;
    image.created_at = image.first_created_at = at(1'000);
    image.expires_at = at(expires_at_ms);
    image.texts.agent_id = agent;
    image.texts.reference = reference;
    image.lines.push_back({.requested = 5, .units = {.accepted = 5, .held = 5}});
    return image;
}

[[nodiscard]] inline model::ReservationImage committed(model::ReservationImage image) {
    ++image.version;
    image.lines.front().units = {.accepted = 5, .committed = 5};
    return image;
}

// A row as (id, version).
using Seen = std::pair<std::uint64_t, std::uint32_t>;

[[nodiscard]] inline std::vector<Seen> seen(const ReservationPage& page) {
    std::vector<Seen> out;
    for (const base::Buffer& row : page.rows) {
        const auto event = model::decode(row);
        EXPECT_TRUE(event.has_value());
        const auto& image = std::get<model::ReservationChanged>(*event).image;
        out.emplace_back(image.id.value(), image.version);
    }
    return out;
}

[[nodiscard]] inline std::vector<Seen> list_all(ReservationIndex& index,
                                                const ReservationFilter& filter,
                                                std::size_t limit = 100) {
    std::vector<Seen> out;
    std::string resume_after;
    do {
        const auto page = index.list(filter, resume_after, limit);
        if (!page) {
            ADD_FAILURE() << page.error().message;
            break;
        }
        EXPECT_LE(page->rows.size(), limit);
        for (const Seen& row : seen(*page)) {
            out.push_back(row);
        }
        resume_after = page->resume_after;
    } while (!resume_after.empty());
    return out;
}

[[nodiscard]] inline std::vector<std::uint64_t> ids(const std::vector<Seen>& rows) {
    std::vector<std::uint64_t> out;
    for (const Seen& row : rows) {
        out.push_back(row.first);
    }
    return out;
}

}  // namespace holdfast::projection::testing
