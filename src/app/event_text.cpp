#include "app/event_text.hpp"

#include <fmt/format.h>

#include <array>

#include "api/json_string.hpp"
#include "base/check.hpp"

namespace holdfast::app {

using namespace model;

namespace {

std::string_view movement_name(Movement movement) {
    switch (movement) {
        case Movement::receipt: return "receipt";
        case Movement::adjustment: return "adjustment";
        case Movement::unavailable: return "unavailable";
    }
    UNREACHABLE();
}

std::string in_brackets(Reason reason) {
    return reason == Reason::none ? std::string() : fmt::format(" ({})", to_string(reason));
}

struct Describe {
    std::string operator()(const LedgerCreated&) const { return "ledger created"; }
    std::string operator()(const TenantRegistered& e) const {
        return fmt::format("tenant {} registered: {}", e.tenant.value(), e.name);
    }
    std::string operator()(const ClassDefined& e) const {
        return fmt::format("class {} of tenant {}, version {}", e.sku_class.name, e.tenant.value(),
                           e.sku_class.version);
    }
    std::string operator()(const SkuRegistered& e) const {
        return fmt::format("sku {} registered: {}", e.sku.value(), e.name);
    }
    std::string operator()(const SkuUpdated& e) const {
        return fmt::format("sku {} put, version {}", e.sku.value(), e.version);
    }
    std::string operator()(const PoolDefined& e) const {
        return fmt::format("pool {} of tenant {}, version {}", e.pool.name, e.tenant.value(),
                           e.pool.version);
    }
    std::string operator()(const CapsSet& e) const {
        return fmt::format("caps of tenant {} set", e.tenant.value());
    }
    std::string operator()(const SellingChanged& e) const {
        return fmt::format("selling {} for {} {} of tenant {}", e.stopped ? "stopped" : "resumed",
                           to_string(e.stop.scope), e.stop.name, e.tenant.value());
    }
    std::string operator()(const StockMoved& e) const {
        const std::string unavailable =
            e.unavailable_delta == 0 ? ""
                                     : fmt::format(", unavailable {:+} for {}", e.unavailable_delta,
                                                   to_string(e.unavailable_reason));
        return fmt::format("sku {} pool {} {} {:+}, on hand {}{}{}", e.sku.value(), e.pool.value(),
                           movement_name(e.movement), e.delta, e.cell.on_hand, unavailable,
                           in_brackets(e.reason));
    }
    std::string operator()(const SafetyStockSet& e) const {
        return fmt::format("sku {} pool {} safety stock {}", e.sku.value(), e.pool.value(),
                           e.cell.safety_stock);
    }
    std::string operator()(const TransferChanged& e) const {
        static constexpr std::array<std::string_view, 4> kSteps = {"sent", "arrived", "lost",
                                                                   "moved"};
        return fmt::format("transfer {} of sku {} from pool {} to {}: {} {}, {} on the way",
                           e.transfer.id.value(), e.transfer.sku.value(), e.transfer.from.value(),
                           e.transfer.to.value(), e.units,
                           kSteps.at(static_cast<std::size_t>(e.step)), e.transfer.in_transit());
    }
    std::string operator()(const StockCounted& e) const {
        static constexpr std::array<std::string_view, 5> kOutcomes = {
            "matched", "applied", "pending", "outdated", "rejected"};
        return fmt::format("sku {} pool {} counted {}, drift {:+}: {}, on hand {}", e.sku.value(),
                           e.pool.value(), e.count.counted, e.count.drift,
                           kOutcomes.at(static_cast<std::size_t>(e.outcome)), e.cell.on_hand);
    }
    std::string operator()(const CaseOpened& e) const {
        return fmt::format("case {} opened: {}, {} units", e.image.id.value(),
                           to_string(e.image.kind), e.image.units);
    }
    std::string operator()(const CaseResolved& e) const {
        return fmt::format("case {} {}{}", e.image.id.value(), to_string(e.resolution),
                           in_brackets(e.reason));
    }
    std::string operator()(const ReservationChanged& e) const {
        const auto units = sum_lines(e.image.lines);
        return fmt::format(
            "reservation {} {} -> {} v{}: accepted {} held {} committed {} shipped {} released {} "
            "expired {} short {} returned {}{}",
            e.image.id.value(), to_string(e.verb), to_string(state_of(e.image)), e.image.version,
            units.accepted, units.held, units.committed, units.shipped, units.released,
            units.expired, units.closed_short, units.returned,
            e.image.texts.reference.empty() ? "" : fmt::format(" ref {}", e.image.texts.reference));
    }
    std::string operator()(const ReleasedByName& e) const {
        return fmt::format("released by {}: {} reservations{}", e.by_key ? "key" : "reference",
                           e.released.size(), base::to_ms(e.blocked_until) == 0 ? "" : ", blocked");
    }
    std::string operator()(const RefusalRecorded& e) const {
        return fmt::format("{} refused: {}", to_string(e.operation), entry_of(e.refusal.code).slug);
    }
    std::string operator()(const FactParked& e) const {
        return fmt::format("{} of reservation {} parked", to_string(e.verb), e.image.id.value());
    }
    std::string operator()(const DowntimeRecorded& e) const {
        return fmt::format("downtime of {} ms", (e.to - e.from).count());
    }
    std::string operator()(const StateHashLogged& e) const {
        return fmt::format("state hash {:016x}", e.hash);
    }
};

}  // namespace

std::string describe_event(const Event& event) { return std::visit(Describe{}, event); }

std::string json_text(std::string_view text) {
    std::string out;
    api::append_json_string(out, text);
    return out;
}

}  // namespace holdfast::app
