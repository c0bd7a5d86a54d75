#include "app/event_text.hpp"

#include <fmt/format.h>

#include "api/json_string.hpp"

namespace holdfast::app {

using namespace model;

namespace {

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
    std::string operator()(const StockMoved& e) const {
        return fmt::format(
            "sku {} {} {:+}, on hand {}{}", e.sku.value(),
            e.movement == Movement::receipt ? "receipt" : "adjustment", e.delta, e.cell.on_hand,
            e.reason == Reason::none ? "" : fmt::format(" ({})", to_string(e.reason)));
    }
    std::string operator()(const SafetyStockSet& e) const {
        return fmt::format("sku {} safety stock {}", e.sku.value(), e.cell.safety_stock);
    }
    std::string operator()(const ReservationChanged& e) const {
        const auto units = sum_lines(e.image.lines);
        return fmt::format(
            "reservation {} {} -> {} v{}: accepted {} held {} committed {} shipped {} released {} "
            "expired {} returned {}{}",
            e.image.id.value(), to_string(e.verb), to_string(state_of(e.image)), e.image.version,
            units.accepted, units.held, units.committed, units.shipped, units.released,
            units.expired, units.returned,
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
