#include "api/event_view.hpp"

#include <utility>

#include "api/render.hpp"
#include "base/log.hpp"
#include "model/event_codec.hpp"

namespace holdfast::api {
namespace {

using namespace model;

std::string_view reservation_type(Verb verb) {
    switch (verb) {
        case Verb::hold: return "holdfast.reservation.held";
        case Verb::begin_payment: return "holdfast.reservation.payment_begun";
        case Verb::commit: return "holdfast.reservation.committed";
        case Verb::release: return "holdfast.reservation.released";
        case Verb::extend: return "holdfast.reservation.extended";
        case Verb::supersede: return "holdfast.reservation.superseded";
        case Verb::expire: return "holdfast.reservation.expired";
        case Verb::time_out_payment: return "holdfast.reservation.payment_timed_out";
        case Verb::ship: return "holdfast.reservation.shipped";
        case Verb::cancel: return "holdfast.reservation.cancelled";
        case Verb::return_units: return "holdfast.reservation.returned";
        case Verb::retake: return "holdfast.reservation.retaken";
        case Verb::replace: return "holdfast.reservation.replaced";
        case Verb::queue: return "holdfast.reservation.queued";
        case Verb::grant: return "holdfast.reservation.granted";
        case Verb::sale: return "holdfast.reservation.sold_elsewhere";
        case Verb::reallocate: return "holdfast.reservation.reallocated";
        case Verb::close_short: return "holdfast.reservation.closed_short";
    }
    return {};
}

std::string_view movement_type(Movement movement) {
    switch (movement) {
        case Movement::receipt: return "holdfast.stock.received";
        case Movement::adjustment: return "holdfast.stock.adjusted";
        case Movement::unavailable: return "holdfast.stock.unavailable_changed";
    }
    return {};
}

std::string_view transfer_type(TransferStep step) {
    switch (step) {
        case TransferStep::sent: return "holdfast.transfer.sent";
        case TransferStep::arrived: return "holdfast.transfer.arrived";
        case TransferStep::lost: return "holdfast.transfer.lost";
        case TransferStep::moved: return "holdfast.transfer.moved";
    }
    return {};
}

struct TypeOf {
    std::string_view operator()(const ReservationChanged& event) const {
        return reservation_type(event.verb);
    }
    std::string_view operator()(const FactParked&) const {
        return "holdfast.reservation.fact_parked";
    }
    std::string_view operator()(const ReleasedByName&) const {
        return "holdfast.reservation.released_by_name";
    }
    std::string_view operator()(const StockMoved& event) const {
        return movement_type(event.movement);
    }
    std::string_view operator()(const SafetyStockSet&) const { return "holdfast.stock.safety_set"; }
    std::string_view operator()(const StockCounted&) const { return "holdfast.stock.counted"; }
    std::string_view operator()(const TransferChanged& event) const {
        return transfer_type(event.step);
    }
    std::string_view operator()(const CaseOpened&) const { return "holdfast.case.opened"; }
    std::string_view operator()(const CaseResolved&) const { return "holdfast.case.resolved"; }
    std::string_view operator()(const SkuRegistered&) const { return "holdfast.sku.registered"; }
    std::string_view operator()(const SkuUpdated&) const { return "holdfast.sku.updated"; }
    std::string_view operator()(const ClassDefined&) const { return "holdfast.class.defined"; }
    std::string_view operator()(const PoolDefined&) const { return "holdfast.pool.defined"; }
    std::string_view operator()(const CapsSet&) const { return "holdfast.caps.set"; }
    std::string_view operator()(const SellingChanged& event) const {
        return event.stopped ? "holdfast.selling.stopped" : "holdfast.selling.resumed";
    }
    std::string_view operator()(const RefusalRecorded&) const { return "holdfast.request.refused"; }
    template <typename Other>
    std::string_view operator()(const Other&) const {
        return {};
    }
};

struct TenantOf {
    template <typename T>
    std::optional<TenantId> operator()(const T& event) const {
        if constexpr (requires { event.tenant; }) {
            return event.tenant;
        } else if constexpr (requires { event.image.tenant; }) {
            return event.image.tenant;
        } else if constexpr (requires { event.transfer.tenant; }) {
            return event.transfer.tenant;
        } else {
            return std::nullopt;
        }
    }
};

struct SubjectOf {
    std::string operator()(const ReservationView& view) const { return view.id; }
    std::string operator()(const ParkedView& view) const { return view.reservation.id; }
    std::string operator()(const StockView& view) const { return std::string(view.sku); }
    std::string operator()(const SkuSettingsView& view) const { return std::string(view.sku); }
    std::string operator()(const SkuKnownView& view) const { return std::string(view.sku); }
    std::string operator()(const CountView& view) const { return std::string(view.sku); }
    std::string operator()(const TransferView& view) const { return view.id; }
    std::string operator()(const CaseView& view) const { return view.id; }
    std::string operator()(const ClassView& view) const { return view.policy.name; }
    std::string operator()(const PoolView& view) const { return view.pool.name; }
    std::string operator()(const Problem& view) const { return view.reservation; }
    template <typename Other>
    std::string operator()(const Other&) const {
        return {};
    }
};

}  // namespace

std::string_view event_type(const Event& event) { return std::visit(TypeOf{}, event); }

std::optional<TenantId> tenant_of(const Event& event) { return std::visit(TenantOf{}, event); }

std::optional<EventView> view_event(base::Buffer event, Sequence sequence, base::Time time,
                                    const Names& names) {
    const auto decoded = decode(event);
    if (!decoded) {
        base::log_error(
            "an event cannot be shown",
            {{"position", sequence.value()}, {"why", std::string_view(decoded.error().message)}});
        return std::nullopt;
    }
    const std::string_view type = event_type(*decoded);
    if (type.empty()) {
        return std::nullopt;
    }
    EventView view{.position = names.position(sequence),
                   .time = time,
                   .type = type,
                   .subject = {},
                   .reply = render_event(std::move(event), sequence, names)};
    view.subject = std::visit(SubjectOf{}, view.reply.body);
    return view;
}

}  // namespace holdfast::api
