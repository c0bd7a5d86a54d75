// What tests of stock facts ask a World.
#pragma once

#include "api/testing.hpp"
#include "api/time_text.hpp"

namespace holdfast::api::testing {

// An hour before a World begins: long ago for everything that happens in it.
inline constexpr std::string_view kBefore = "2026-05-04T09:00:00Z";

inline MovementRequest movement(World& world, model::Operation operation, const std::string& sku,
                                std::int64_t units, const std::string& reason = {}) {
    MovementRequest out;
    out.operation = operation;
    out.attempt.header_key = world.fresh_key();
    out.sku = sku;
    if (operation == model::Operation::receive_stock) {
        out.quantity = units;
    } else {
        out.delta = units;
        out.reason = reason;
    }
    return out;
}

inline CountRequest counted(World& world, const std::string& sku, std::int64_t units) {
    CountRequest out;
    out.attempt.header_key = world.fresh_key();
    out.sku = sku;
    out.counted = units;
    out.as_of = format_time(world.clock.now().wall);
    return out;
}

inline Reply count(World& world, const CountRequest& request) {
    return world.answer([&](Callback callback) {
        world.service->counts.count(world.principal, request, std::move(callback));
    });
}

inline Reply resolve(World& world, const ResolveRequest& request) {
    return world.answer([&](Callback callback) {
        world.service->cases.resolve(world.principal, request, std::move(callback));
    });
}

template <typename View>
const View& view_of(const Reply& reply) {
    const auto* const view = std::get_if<View>(&reply.body);
    CHECK(view != nullptr, "the reply shows something else");
    return *view;
}

// What a report answers.
template <typename T>
std::expected<T, Problem> asked(World& world, const std::function<void(Answer<T>)>& ask) {
    std::optional<std::expected<T, Problem>> out;
    ask([&out](std::expected<T, Problem> found) { out = std::move(found); });
    world.settle();
    EXPECT_TRUE(out.has_value()) << "no answer came";
    return out ? std::move(*out) : std::unexpected(make_problem(model::RefusalCode::unavailable));
}

inline std::expected<CasePage, Problem> cases(World& world, const CaseListRequest& request = {}) {
    return asked<CasePage>(world, [&](Answer<CasePage> answer) {
        world.service->cases.list(world.principal, request, std::move(answer));
    });
}

inline std::expected<CasePage, Problem> read_case(World& world, const std::string& id) {
    return asked<CasePage>(world, [&](Answer<CasePage> answer) {
        world.service->cases.read(world.principal, id, std::move(answer));
    });
}

}  // namespace holdfast::api::testing
