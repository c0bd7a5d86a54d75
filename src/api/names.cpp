#include "api/names.hpp"

#include "base/check.hpp"

namespace holdfast::api {
namespace {

// No event has this number: it would be the last one a partition can ever write.
constexpr model::ReservationId kNowhere((1ULL << 48) - 1);

}  // namespace

std::string_view Names::pool(model::PoolId id) const {
    CHECK(id == model::kDefaultPool, "a pool that nobody defined");
    return "default";
}

std::string Names::reservation(model::ReservationId id) const {
    return id == model::ReservationId{} ? std::string()
                                        : ids_.encode({.partition = partition_, .reservation = id});
}

std::optional<model::ReservationId> Names::find_reservation(std::string_view id) const {
    const auto parts = ids_.decode(id);
    if (!parts) {
        return std::nullopt;
    }
    const bool here =
        parts->partition == partition_ && parts->reservation != model::ReservationId{};
    return here ? parts->reservation : kNowhere;
}

}  // namespace holdfast::api
