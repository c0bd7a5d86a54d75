#include "sim/reply_judge.hpp"

#include <algorithm>

#include "api/principal.hpp"
#include "model/command.hpp"
#include "model/event_codec.hpp"
#include "partition/event_lookup.hpp"

namespace holdfast::sim {

using api::Problem;
using api::Reply;
using api::ReservationView;
using model::RefusalCode;
using model::Sequence;

namespace {

// Says nothing about the request: the same one may be answered later.
bool is_about_the_service(RefusalCode code) { return code >= RefusalCode::overloaded; }

// A process whose ledger failed may still tell what it knew, until it finds out.
bool is_durable(Sequence at, ledger::Ledger& ledger) {
    const auto tail = ledger.tail();
    return !tail || at <= tail->last;
}

}  // namespace

void ReplyJudge::found(std::string violation) {
    if (!violation_) {
        violation_ = std::move(violation);
    }
}

ReplyJudge::Shown ReplyJudge::shown_by(const model::ReservationImage& image) {
    return {.version = image.version,
            .state = model::state_of(image),
            .units = model::sum_lines(image.lines)};
}

ReplyJudge::Shown ReplyJudge::shown_by(const ReservationView& view) {
    Shown out{.version = view.version, .state = view.state, .units = {}};
    for (const auto& line : view.lines) {
        out.units += line.units;
    }
    return out;
}

void ReplyJudge::pass(const partition::Answer& answer) {
    if (answer.event.empty()) {
        return;
    }
    const auto event = model::decode(answer.event);
    if (!event) {
        found("an answer's event cannot be read");
    } else if (const auto* changed = std::get_if<model::ReservationChanged>(&*event)) {
        shown_.insert_or_assign({answer.sequence.value(), changed->image.id.value()},
                                shown_by(changed->image));
    }
}

// An answer that a crash swallowed never passed here, but its event is in the ledger; one that
// failed meanwhile shows nothing.
bool ReplyJudge::was_so(const Shown& shown, Sequence at, model::ReservationId id,
                        ledger::Ledger& ledger) const {
    const auto passed = shown_.find({at.value(), id.value()});
    if (passed != shown_.end()) {
        return shown == passed->second;
    }
    const auto stored = partition::find_event(ledger, at);
    if (!stored) {
        return stored.error().code != base::ErrorCode::not_found;
    }
    const auto event = model::decode(stored->bytes);
    const auto* const changed = event ? std::get_if<model::ReservationChanged>(&*event) : nullptr;
    return changed != nullptr && changed->image.id == id && shown == shown_by(changed->image);
}

void ReplyJudge::judge(const Question& question, const Reply& reply, ledger::Ledger& ledger,
                       const api::Names& names, base::Duration now) {
    judge_position(reply, ledger, names);
    judge_retry(question, reply);
    const Problem* const problem = reply.problem();
    if (problem != nullptr) {
        const bool missing = problem->code == RefusalCode::unknown_reservation ||
                             problem->code == RefusalCode::not_found;
        if (missing && versions_.contains(question.reservation)) {
            found("a reservation that a client was told of is not found");
        }
        return;
    }
    if (const auto* view = std::get_if<ReservationView>(&reply.body)) {
        judge_view(question, reply, *view, ledger, names);
        const bool early = now - question.asked_at < question.waits;
        if (view->state == model::ReservationState::queued && early) {
            found("a reservation that still waits is shown before the time was up");
        }
    }
}

void ReplyJudge::judge_position(const Reply& reply, ledger::Ledger& ledger,
                                const api::Names& names) {
    const auto* const view = std::get_if<ReservationView>(&reply.body);
    const bool dry_run = view != nullptr && view->id.empty();
    if (reply.position.empty()) {
        if (reply.problem() == nullptr && !dry_run) {
            found("a success names no position");
        }
        return;
    }
    const auto at = names.find_position(reply.position);
    if (!at || !is_durable(*at, ledger)) {
        found("a reply rests on " + reply.position + ", which is not durable");
        return;
    }
    if (*at > newest_) {
        newest_ = *at;
        newest_position_ = reply.position;
    }
}

void ReplyJudge::judge_retry(const Question& question, const Reply& reply) {
    if (question.key.empty()) {
        return;
    }
    const auto told = successes_.find(question.key);
    const Problem* const problem = reply.problem();
    if (problem != nullptr) {
        if (told != successes_.end() && !is_about_the_service(problem->code)) {
            found("the retry of a success is refused: " + problem->detail);
        }
        return;
    }
    const auto* const view = std::get_if<ReservationView>(&reply.body);
    const Success success{.position = reply.position,
                          .reservation = view != nullptr ? view->id : std::string()};
    if (told == successes_.end()) {
        const bool dry_run = view != nullptr && view->id.empty();
        if (!dry_run) {
            successes_.emplace(question.key, success);
        }
    } else if (told->second != success || !reply.replayed) {
        found("the retry of a success is told another one: " + success.position + " instead of " +
              told->second.position);
    }
}

void ReplyJudge::judge_view(const Question& question, const Reply& reply,
                            const ReservationView& view, ledger::Ledger& ledger,
                            const api::Names& names) {
    if (view.id.empty()) {
        return;  // a dry run
    }
    const auto id = names.find_reservation(view.id);
    const auto at = names.find_position(reply.position);
    if (!id || !at) {
        return;  // the position was judged
    }
    if (!was_so(shown_by(view), *at, *id, ledger)) {
        found("a reply shows " + view.id + " as it was not at " + reply.position);
        return;
    }
    const bool retake = view.id != question.reservation && !view.replaces.empty();
    if (!question.reservation.empty() && view.id != question.reservation && !retake) {
        found("a reply is about " + view.id + " instead of " + question.reservation);
    }
    if (!reply.replayed) {
        judge_newest(view.id, view.version);
    } else if (reply.present) {
        judge_newest(view.id, reply.present->version);
    }
}

void ReplyJudge::judge_newest(const std::string& id, std::uint32_t version) {
    std::uint32_t& newest = versions_[id];
    if (version < newest) {
        found(id + " is shown at version " + std::to_string(version) + " after version " +
              std::to_string(newest));
    }
    newest = version;
}

// -- availability ---------------------------------------------------------------------------

void ReplyJudge::judge(const std::expected<api::AvailabilityView, Problem>& reply,
                       const std::optional<std::string>& min_position, ledger::Ledger& ledger,
                       const api::Names& names, const core::State& known, Sequence at) {
    if (!reply) {
        found("availability is refused: " + reply.error().detail);
        return;
    }
    const auto shown_at = names.find_position(reply->freshness.position);
    const auto wanted = min_position ? names.find_position(*min_position) : std::nullopt;
    if (!shown_at || !is_durable(*shown_at, ledger) || (wanted && *shown_at < *wanted)) {
        found("availability is of " + reply->freshness.position);
        return;
    }
    if (*shown_at == at) {
        for (const auto& sku : reply->skus) {
            judge_figures(sku, known);
        }
    }
}

void ReplyJudge::judge_figures(const api::SkuAvailability& sku, const core::State& known) {
    const auto tenant = api::unauthenticated_principal().tenant.text;
    const auto id = known.find_sku(model::sku_name(tenant, sku.sku).digest);
    if (!id) {
        found("availability of a SKU that is not in the ledger");
        return;
    }
    api::Quantities sum;
    for (std::uint32_t cell = known.sku(*id).cell; cell != core::kNoIndex;
         cell = known.next_cell(cell)) {
        const auto& units = known.cells[cell].units;
        sum.on_hand += units.on_hand;
        sum.committed += units.committed;
        sum.held += units.held;
        sum.unavailable += units.unavailable;
    }
    if (sum.on_hand != sku.units.on_hand || sum.committed != sku.units.committed ||
        sum.held != sku.units.held || sum.unavailable != sku.units.unavailable) {
        found("availability of " + std::string(sku.sku) + " is not that of its position");
    }
}

}  // namespace holdfast::sim
