// The half of the writer that fills a batch.
#include <algorithm>

#include "base/check.hpp"
#include "core/look_ahead.hpp"
#include "partition/capture.hpp"
#include "partition/writer.hpp"

namespace holdfast::partition {

using base::Time;
using core::Outcome;
using model::RefusalCode;

namespace {

// Shorter gaps are a restart, not downtime that a buyer would notice.
constexpr base::Duration kDowntimeMin = std::chrono::seconds(1);

bool is_growth(model::Operation operation) {
    return operation == model::Operation::create || operation == model::Operation::receive_stock;
}

AnswerKind kind_of(Outcome outcome) {
    switch (outcome) {
        case Outcome::applied: return AnswerKind::applied;
        case Outcome::shown: return AnswerKind::shown;
        case Outcome::replayed: return AnswerKind::replayed;
        case Outcome::refused: return AnswerKind::refused;
        case Outcome::expire_first:
        case Outcome::grant_first: break;
    }
    UNREACHABLE();
}

// Personal data that the command's event names by digest becomes durable together with it.
void keep_private(const model::Command& command, InFlight& flight) {
    const auto keep = [&](const model::PersonalText& text) {
        if (!text.empty()) {
            flight.private_texts.push_back({.digest = text.digest, .text = text.text});
        }
    };
    if (const auto* const create = std::get_if<model::CreateReservation>(&command.request)) {
        keep(create->customer);
        keep(create->metadata);
    } else if (const auto* const change = std::get_if<model::ChangeReservation>(&command.request)) {
        keep(change->note);
    } else if (const auto* const move = std::get_if<model::MoveStock>(&command.request)) {
        keep(move->note);
    } else if (const auto* const sale = std::get_if<model::RecordSale>(&command.request)) {
        keep(sale->customer);
    } else if (const auto* const selling = std::get_if<model::ChangeSelling>(&command.request)) {
        keep(selling->note);
    } else if (const auto* const resolve = std::get_if<model::ResolveCase>(&command.request)) {
        keep(resolve->note);
    }
}

// Names as they are registered; what a merchant decided as it is after the whole batch.
struct CaptureNames {
    const core::State& state;
    InFlight& flight;

    void policy(model::TenantId tenant) const {
        if (std::ranges::find(flight.policies, tenant, &PolicyCapture::tenant) ==
            flight.policies.end()) {
            flight.policies.push_back(
                {.tenant = tenant,
                 .policy = std::make_shared<const TenantPolicy>(policy_of(state, tenant))});
        }
    }
    void operator()(const model::TenantRegistered& event) const {
        flight.names.push_back({.kind = NameCapture::Kind::tenant,
                                .tenant = event.tenant,
                                .id = event.tenant.value(),
                                .name = std::string(event.name)});
        policy(event.tenant);
    }
    void operator()(const model::SkuRegistered& event) const {
        flight.names.push_back({.kind = NameCapture::Kind::sku,
                                .tenant = event.tenant,
                                .id = event.sku.value(),
                                .name = std::string(event.name)});
    }
    void operator()(const model::ClassDefined& event) const { policy(event.tenant); }
    void operator()(const model::PoolDefined& event) const { policy(event.tenant); }
    void operator()(const model::CapsSet& event) const { policy(event.tenant); }
    void operator()(const model::SellingChanged& event) const { policy(event.tenant); }
    template <typename Other>
    void operator()(const Other&) const {}
};

}  // namespace

// Commands that come back from the archive waited longer than those in the inbox.
void Writer::take_waiting() {
    auto& inlet = backlog_.inlet();
    if (parked_) {
        parked_->take_back(inlet);
    }
    if (inlet.size() < options_.batch_commands_max) {
        inbox_.drain(inlet, options_.batch_commands_max);
    }
}

bool Writer::fill_batch(base::Instant now) {
    take_waiting();
    if (options_.clock != nullptr) {
        now = options_.clock->now();
    }
    const Time time = clock_.now(now);
    note_times_of_nobody(time);
    published_.note_time(time, now);
    InFlight& flight = free_flight();
    flight.header.first = next_;
    touched_.clear();
    names_.clear();
    core::OpenBatch batch{.payload = flight.record,
                          .next = next_,
                          .time = time,
                          .touched = touched_,
                          .names = names_,
                          .left_queue = &flight.left_queue};
    append_downtime(batch);
    machine_.expire_due(batch, options_.expiries_per_batch_max);
    decide_waiting(batch, flight);
    const core::Reservation* const due = state_->first_due();
    overdue_.store(due != nullptr && core::is_dead(*due, batch.time) ? 1 : 0,
                   std::memory_order_relaxed);
    live_holds_.store(state_->totals.live_holds, std::memory_order_relaxed);
    const bool moved = forget(batch) || !flight.waiting.empty();
    if (batch.count == 0) {
        release_or_attach(flight.waiting);
        flight.clear();
        free_.push_back(&flight);
        return moved;
    }
    log_hash(batch);
    capture(batch, flight);
    dispatch(flight, batch);
    return true;
}

// A start ends with its first batch: what comes after the writer was made, as the index that has to
// be made again, may take minutes, too.
void Writer::note_times_of_nobody(Time now) {
    const auto confirmed = clock_.take_step();
    if (went_away_) {
        note_downtime(*went_away_, now);
        downtime_is_durable_.store(!downtime_, std::memory_order_relaxed);
        went_away_.reset();
    } else if (confirmed) {
        note_downtime(confirmed->from, confirmed->to);
    }
}

// Time in which nobody could be served: while the service was away, or until a confirmation.
void Writer::note_downtime(Time from, Time to) {
    if (to - from >= kDowntimeMin) {
        downtime_ = model::DowntimeRecorded{.from = from, .to = to};
        downtime_is_durable_.store(false, std::memory_order_relaxed);
    }
}

// Before anything else of its batch, so that nothing expires that has a grace.
void Writer::append_downtime(core::OpenBatch& batch) {
    if (downtime_) {
        downtime_at_ = batch.next;
        machine_.append(*downtime_, batch);
        // Deadlines moved: whoever shows the next one has to be told.
        for (std::uint32_t cell = 0; cell < state_->cells.size(); ++cell) {
            if (state_->first_due_in(state_->cells[cell]) != nullptr) {
                batch.touched.push_back(state_->cells[cell].sku);
            }
        }
        downtime_.reset();
    }
}

void Writer::decide_waiting(core::OpenBatch& batch, InFlight& flight) {
    std::size_t taken = 0;
    const std::size_t answered = flight.waiting.size();
    while (!backlog_.empty() && taken < options_.batch_commands_max &&
           batch.count < model::kBatchEventsMax && batch.payload.size() < model::kBatchBytesMax) {
        if (taken % core::kLookAhead == 0) {
            look_ahead();
        }
        if (!decide_one(*backlog_.waiting().front(), batch, flight)) {
            break;  // out of budget: first in the next batch, still undecided
        }
        backlog_.pop_front();
        ++taken;
    }
    commands_.fetch_add(flight.waiting.size() - answered, std::memory_order_relaxed);
}

void Writer::refuse_unjudged(Submission& submission, RefusalCode code, const core::OpenBatch& batch,
                             InFlight& flight) {
    if (parked_) {
        parked_->decided(submission);
    }
    submission.answer.kind = AnswerKind::refused;
    submission.answer.refusal = {};
    submission.answer.refusal.code = code;
    submission.answer.refusal.decided_at = batch.time;
    flight.waiting.push_back(&submission);
}

ParkedCommands::Turn Writer::turn_of(Submission& submission) {
    return parked_ ? parked_->turn_of(submission) : ParkedCommands::Turn::decide;
}

// What a batch made is about what leaves in its time, so that memory keeps its size.
bool Writer::forget(const core::OpenBatch& batch) {
    return parked_ && parked_->forget(model::kForgetsPerBatch + 2 * std::size_t{batch.count}) > 0;
}

// The next few commands, and what they will be decided on.
void Writer::look_ahead() {
    std::array<const model::Command*, 2 * core::kLookAhead> soon{};
    const auto waiting = backlog_.waiting();
    const std::size_t count = std::min(waiting.size(), soon.size());
    for (std::size_t i = 0; i < count; ++i) {
        soon[i] = &waiting[i]->command;
    }
    const std::size_t now = std::min(count, core::kLookAhead);
    for (std::size_t i = 0; parked_ && i < now; ++i) {
        parked_->prefetch(*soon[i]);
    }
    core::prefetch_records(*state_, std::span(soon).first(now));
    core::prefetch_commands(std::span(soon).subspan(now, count - now));
}

// A retry of what was done needs no space, and gets its first answer.
RefusalCode Writer::no_growth(const model::Command& command) const {
    const RefusalCode code = no_growth_.load(std::memory_order_relaxed);
    const bool is_refused = code != RefusalCode::none && is_growth(command.operation) &&
                            (command.key.empty() || state_->keys.find(command.key.key) == nullptr);
    return is_refused ? code : RefusalCode::none;
}

bool Writer::decide_one(Submission& submission, core::OpenBatch& batch, InFlight& flight) {
    const auto turn = turn_of(submission);
    if (turn != ParkedCommands::Turn::decide) {
        if (turn == ParkedCommands::Turn::full) {
            refuse_unjudged(submission, RefusalCode::overloaded, batch, flight);
        } else if (turn == ParkedCommands::Turn::unreadable) {
            refuse_unjudged(submission, RefusalCode::unavailable, batch, flight);
        }
        return true;
    }
    if (const auto code = no_growth(submission.command); code != RefusalCode::none) {
        if (parked_) {
            parked_->decided(submission);
        }
        refuse_unjudged(submission, code, batch, flight);
        return true;
    }
    const core::Execution execution =
        machine_.execute(submission.command, batch, options_.expiries_per_batch_max);
    if (execution.outcome == Outcome::expire_first || execution.outcome == Outcome::grant_first) {
        return false;
    }
    if (parked_) {
        parked_->decided(submission);
    }
    record_answer(submission, execution, batch);
    if (execution.outcome == Outcome::applied) {
        keep_private(submission.command, flight);
    }
    flight.waiting.push_back(&submission);
    return true;
}

void Writer::record_answer(Submission& submission, const core::Execution& execution,
                           const core::OpenBatch& batch) {
    Answer& answer = submission.answer;
    answer.kind = kind_of(execution.outcome);
    answer.sequence = execution.sequence;
    answer.time = batch.time;
    answer.event.assign(execution.reply.begin(), execution.reply.end());
    answer.refusal = execution.refusal;
    answer.place = execution.place;
}

void Writer::log_hash(core::OpenBatch& batch) {
    if (++batches_since_hash_ >= options_.hash_every_batches) {
        batches_since_hash_ = 0;
        machine_.append(model::StateHashLogged{.hash = state_->hash}, batch);
    }
}

void Writer::capture(core::OpenBatch& batch, InFlight& flight) {
    for (const model::Event& event : batch.names) {
        std::visit(CaptureNames{.state = *state_, .flight = flight}, event);
    }
    touched_once_.begin_batch();
    std::erase_if(batch.touched, [this](model::SkuId sku) { return !touched_once_.add(sku); });
    for (std::size_t i = 0; i < batch.touched.size(); ++i) {
        if (i % core::kLookAhead == 0) {
            core::prefetch_cells(*state_, std::span(batch.touched).subspan(i));
        }
        flight.skus.push_back(capture_sku(*state_, batch.touched[i], flight.cells));
    }
}

}  // namespace holdfast::partition
