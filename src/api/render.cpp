#include "api/render.hpp"

#include <utility>

#include "base/log.hpp"
#include "model/event_codec.hpp"

namespace holdfast::api {
namespace {

using namespace model;

// A line and one pool's part of it, or a further pool's part.
void add_entry(std::vector<LineView>& lines, const LineImage& entry, TenantId tenant,
               const Names& names) {
    if (!entry.continues || lines.empty()) {
        lines.push_back({.line_id = entry.line_id.empty() ? std::to_string(lines.size() + 1)
                                                          : std::string(entry.line_id),
                         .sku = names.sku(entry.sku),
                         .group = entry.group,
                         .requested = entry.requested,
                         .units = {},
                         .untracked = entry.untracked,
                         .allocations = {}});
    }
    lines.back().units += entry.units;
    if (!entry.untracked && entry.units.accepted > 0) {
        lines.back().allocations.push_back(
            {.pool = names.pool(tenant, entry.pool), .quantity = entry.units.accepted});
    }
}

struct Renderer {
    const Names& names;
    Reply& out;

    bool operator()(const ReservationChanged& event) const {
        out.created =
            (event.verb == Verb::hold || event.verb == Verb::queue || event.verb == Verb::sale) &&
            event.image.id != ReservationId{} && event.image.version == 1;
        out.body = to_view(event.image, names);
        return true;
    }
    bool operator()(const FactParked& event) const {
        out.body = ParkedView{.verb = event.verb,
                              .disposition = event.disposition,
                              .document = event.document,
                              .occurred_at = event.occurred_at,
                              .reservation = to_view(event.image, names),
                              .quantities = event.quantities};
        return true;
    }
    bool operator()(const ReleasedByName& event) const {
        ReleasedView view{.released = {}, .blocked_until = event.blocked_until};
        for (const auto id : event.released) {
            view.released.push_back(names.reservation(id));
        }
        out.body = std::move(view);
        return true;
    }
    bool operator()(const StockMoved& event) const {
        out.body = StockView{
            .sku = names.sku(event.sku),
            .pool = names.pool(event.tenant, event.pool),
            .movement = event.movement,
            .delta = event.delta,
            .unavailable_delta = event.unavailable_delta,
            .unavailable_reason = event.unavailable_reason,
            .undoes = event.undoes == Sequence{} ? std::string() : names.position(event.undoes),
            .reason = event.reason,
            .reference = event.reference,
            .occurred_at = event.occurred_at,
            .sku_registered = event.sku_registered,
            .cell = event.cell};
        return true;
    }
    bool operator()(const SafetyStockSet& event) const {
        out.body = StockView{.sku = names.sku(event.sku),
                             .pool = names.pool(event.tenant, event.pool),
                             .movement = {},
                             .undoes = {},
                             .reference = {},
                             .cell = event.cell};
        return true;
    }
    bool operator()(const SkuUpdated& event) const {
        out.created = event.registered;
        out.body = SkuSettingsView{.sku = names.sku(event.sku),
                                   .sku_class = names.sku_class(event.tenant, event.sku_class),
                                   .version = event.version,
                                   .registered = event.registered};
        return true;
    }
    bool operator()(const ClassDefined& event) const {
        out.created = event.sku_class.version == 1;
        out.body = ClassView{.policy = event.sku_class};
        return true;
    }
    bool operator()(const PoolDefined& event) const {
        out.created = event.pool.version == 1;
        PoolView view{.pool = event.pool, .overflow = {}};
        if (event.pool.overflow) {
            view.overflow = names.pool(event.tenant, *event.pool.overflow);
        }
        out.body = std::move(view);
        return true;
    }
    bool operator()(const CapsSet& event) const {
        out.body = CapsView{.caps = event.caps};
        return true;
    }
    bool operator()(const SellingChanged& event) const {
        out.body = SellingView{.stop = event.stop, .stopped = event.stopped, .note = {}};
        return true;
    }
    bool operator()(const TransferChanged& event) const {
        out.created = event.step == TransferStep::sent || event.step == TransferStep::moved;
        out.body = to_view(event, names);
        return true;
    }
    bool operator()(const StockCounted& event) const {
        out.body = to_view(event, names);
        return true;
    }
    bool operator()(const CaseOpened& event) const {
        out.body = to_view(event.image, names);
        return true;
    }
    bool operator()(const CaseResolved& event) const {
        CaseView view = to_view(event.image, names);
        view.end = CaseEnd{.resolution = event.resolution,
                           .reason = event.reason,
                           .at = event.resolved_at,
                           .by = event.resolved_by};
        out.body = std::move(view);
        return true;
    }
    bool operator()(const SkuRegistered& event) const {
        out.body = SkuKnownView{.sku = names.sku(event.sku),
                                .sku_class = names.sku_class(event.tenant, event.sku_class)};
        return true;
    }
    bool operator()(const RefusalRecorded& event) const {
        Refusal refusal = event.refusal;
        refusal.recorded = true;
        out.body = to_problem(refusal, names, event.tenant);
        return true;
    }
    template <typename Other>
    bool operator()(const Other&) const {
        return false;
    }
};

Reply unreadable(Sequence sequence, std::string_view why) {
    base::log_error("an event cannot be shown as a reply",
                    {{"position", sequence.value()}, {"why", why}});
    return problem_reply(
        make_problem(RefusalCode::unavailable, "The answer could not be read back."));
}

}  // namespace

ReservationView to_view(const ReservationImage& image, const Names& names) {
    ReservationView view{.id = names.reservation(image.id),
                         .state = state_of(image),
                         .version = image.version,
                         .created_at = image.created_at,
                         .expires_at = image.expires_at,
                         .extensions = image.extensions,
                         .committed_late = image.committed_late,
                         .firm = is_firm(image),
                         .queue = {},
                         .replaces = names.reservation(image.replaces),
                         .replaced_by = names.reservation(image.replaced_by),
                         .superseded_by = names.reservation(image.superseded_by),
                         .texts = image.texts,
                         .lines = {},
                         .customer_id = {},
                         .metadata = {}};
    view.lines.reserve(image.lines.size());
    for (const LineImage& entry : image.lines) {
        add_entry(view.lines, entry, image.tenant, names);
    }
    if (view.state == ReservationState::queued) {
        view.queue = QueueView{.until = image.expires_at, .ahead = {}, .estimate_at = {}};
    }
    return view;
}

Reply render_event(base::Buffer event, Sequence sequence, const Names& names) {
    // Moving a buffer does not move its bytes, so views made now stay good.
    Reply reply{
        .body = Problem{}, .position = names.position(sequence), .present = {}, .event = {}};
    const auto decoded = decode(event);
    if (!decoded) {
        return unreadable(sequence, decoded.error().message);
    }
    if (!std::visit(Renderer{names, reply}, *decoded)) {
        return unreadable(sequence, "no command is answered by an event of this type");
    }
    reply.event = std::move(event);
    return reply;
}

ReservationId subject_of(const Event& event) {
    if (const auto* changed = std::get_if<ReservationChanged>(&event)) {
        return changed->image.id;
    }
    if (const auto* parked = std::get_if<FactParked>(&event)) {
        return parked->image.id;
    }
    if (const auto* refused = std::get_if<RefusalRecorded>(&event)) {
        return refused->refusal.reservation;
    }
    return {};
}

}  // namespace holdfast::api
