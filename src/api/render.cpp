#include "api/render.hpp"

#include <utility>

#include "base/log.hpp"
#include "model/event_codec.hpp"

namespace holdfast::api {
namespace {

using namespace model;

LineView to_line(const LineImage& line, std::size_t index, const Names& names) {
    return {.line_id = line.line_id.empty() ? std::to_string(index + 1) : std::string(line.line_id),
            .sku = names.sku(line.sku),
            .pool = names.pool(line.pool),
            .group = line.group,
            .requested = line.requested,
            .units = line.units,
            .untracked = line.untracked};
}

struct Renderer {
    const Names& names;
    Reply& out;

    bool operator()(const ReservationChanged& event) const {
        out.created = event.verb == Verb::hold && event.image.id != ReservationId{} &&
                      event.image.version == 1;
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
        out.body = StockView{.sku = names.sku(event.sku),
                             .pool = names.pool(event.pool),
                             .movement = event.movement,
                             .delta = event.delta,
                             .reason = event.reason,
                             .reference = event.reference,
                             .occurred_at = event.occurred_at,
                             .sku_registered = event.sku_registered,
                             .cell = event.cell};
        return true;
    }
    bool operator()(const SafetyStockSet& event) const {
        out.body = StockView{.sku = names.sku(event.sku),
                             .pool = names.pool(event.pool),
                             .movement = {},
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
    bool operator()(const RefusalRecorded& event) const {
        Refusal refusal = event.refusal;
        refusal.recorded = true;
        out.body = to_problem(refusal, names);
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
                         .replaces = names.reservation(image.replaces),
                         .replaced_by = names.reservation(image.replaced_by),
                         .superseded_by = names.reservation(image.superseded_by),
                         .texts = image.texts,
                         .lines = {},
                         .customer_id = {},
                         .metadata = {}};
    view.lines.reserve(image.lines.size());
    for (std::size_t i = 0; i < image.lines.size(); ++i) {
        view.lines.push_back(to_line(image.lines[i], i, names));
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
