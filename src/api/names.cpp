#include "api/names.hpp"

namespace holdfast::api {
namespace {

// No event has this number: it would be the last one a partition can ever write.
constexpr std::uint64_t kNoEvent = (1ULL << 48) - 1;
constexpr model::ReservationId kNowhere(kNoEvent);

template <typename Id>
std::optional<Id> find_here(const std::optional<std::pair<model::PartitionId, Id>>& found,
                            model::PartitionId here) {
    if (!found) {
        return std::nullopt;
    }
    return found->first == here && found->second != Id{} ? found->second : Id(kNoEvent);
}

}  // namespace

std::string_view Names::pool(model::TenantId tenant, model::PoolId id) const {
    return id == model::kAnyPool ? std::string_view() : published_.pool_name(tenant, id);
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

std::optional<model::TransferId> Names::find_transfer(std::string_view id) const {
    return find_here(ids_.decode_transfer(id), partition_);
}

std::optional<model::CaseId> Names::find_case(std::string_view id) const {
    return find_here(ids_.decode_case(id), partition_);
}

std::optional<model::Sequence> Names::find_position(std::string_view text) const {
    const auto found = model::decode_position(text);
    return found && found->first == partition_ ? std::optional(found->second) : std::nullopt;
}

}  // namespace holdfast::api
