#include "partition/writer.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "model/command.hpp"
#include "partition/capture.hpp"

namespace holdfast::partition {

using base::Duration;
using base::Time;
using model::RefusalCode;
using model::Sequence;

namespace {

// Far enough for memory to answer, near enough to be still there.
constexpr std::size_t kPublishAhead = 8;

// Services of before left the wall clock's time only, which theirs was near.
Time went_away_at(const ledger::Tail& tail, const SignOfLife& alive) {
    return std::max(tail.time, alive.time != Time{} ? alive.time : alive.wall);
}

}  // namespace

Writer::Writer(std::unique_ptr<core::State> state, ledger::Ledger& ledger, const ledger::Tail& tail,
               Published& published, base::Instant start, const SignOfLife& alive,
               const WriterOptions& options)
    : state_(std::move(state)),
      machine_(*state_),
      published_(published),
      options_(options),
      clock_(tail.time, alive, start, options.clock_jump_max),
      inbox_(options.inbox_commands_max),
      flusher_(ledger, tail,
               [this] {
                   batch_finished_.ring();
                   inbox_.notify();
               }),
      next_(tail.last.value() + 1) {
    if (options.lookups != nullptr) {
        parked_.emplace(*state_, *options.lookups, options.thawed_max);
    }
    for (InFlight& flight : flights_) {
        flight.clear();
        free_.push_back(&flight);
    }
    if (tail.last.value() != 0) {
        went_away_ = went_away_at(tail, alive);
    }
    downtime_is_durable_ = !went_away_;
    published_.note_time(clock_.now(start), start);
    durable_ = tail.last.value();
    decided_ = tail.last.value();
    live_holds_ = state_->totals.live_holds;
    publish_everything();
    published_.publish_position(tail.last, tail.time);
}

RefusalCode Writer::submit(Submission& submission) {
    if (inbox_.try_push(&submission)) {
        return RefusalCode::none;
    }
    return inbox_.is_closed() ? RefusalCode::draining : RefusalCode::overloaded;
}

// By the inbox itself: between looking at a mark and pushing, the writer's thread could end.
void Writer::close() { inbox_.close(); }

WriterFigures Writer::figures() const {
    return {.durable = Sequence(durable_.load(std::memory_order_relaxed)),
            .decided = Sequence(decided_.load(std::memory_order_relaxed)),
            .commands = commands_.load(std::memory_order_relaxed),
            .batches = batches_.load(std::memory_order_relaxed),
            .live_holds = live_holds_.load(std::memory_order_relaxed),
            .overdue_holds = overdue_.load(std::memory_order_relaxed),
            .inbox = inbox_.size_estimate(),
            .in_flight = flights_now_.load(std::memory_order_relaxed),
            .archive = parked_ ? parked_->figures() : ArchiveFigures{}};
}

// Answers without events of their own wait with the newest batch. While the disk holds that up, no
// more are made than an inbox and a batch hold: the rest stays in the inbox, which refuses.
bool Writer::may_fill() const {
    return in_flight_.size() < model::kBatchesInFlightMax &&
           (in_flight_.empty() || in_flight_.back()->waiting.size() <
                                      options_.inbox_commands_max + options_.batch_commands_max);
}

base::Result<bool> Writer::step(base::Instant now) {
    if (failed_) {
        return std::unexpected(*failed_);
    }
    TRY(const bool finished, finish_durable());
    const bool filled = may_fill() && fill_batch(now);
    flights_now_.store(in_flight_.size(), std::memory_order_relaxed);
    return finished || filled;
}

void Writer::wait(base::Instant now, Duration at_most) {
    if (!may_fill()) {
        // Nothing can be decided, however much arrives: only a finished batch helps.
        static_cast<void>(batch_finished_.wait_for(at_most));
        return;
    }
    if (!backlog_.empty()) {
        return;
    }
    Duration timeout = at_most;
    if (const core::Reservation* const due = state_->first_due()) {
        const Duration left = base::time_from_ms(due->deadline_ms) - clock_.now(now);
        timeout = std::clamp(left, Duration(0), at_most);
    }
    if (timeout > Duration(0)) {
        static_cast<void>(inbox_.wait_for_work(timeout));
    }
}

bool Writer::idle() const {
    return in_flight_.empty() && backlog_.empty() && inbox_.size_estimate() == 0 &&
           (!parked_ || parked_->idle());
}

base::Result<bool> Writer::finish_durable() {
    finished_.clear();
    static_cast<void>(batch_finished_.take());
    flusher_.take_finished(finished_);
    for (InFlight* const flight : finished_) {
        CHECK(in_flight_.front() == flight, "batches become durable in order");
        if (!flight->outcome) {
            failed_ = flight->outcome.error();
            return std::unexpected(*failed_);
        }
        in_flight_.pop_front();
        release(*flight);
        flight->clear();
        free_.push_back(flight);
    }
    return !finished_.empty();
}

void Writer::release(InFlight& batch) {
    durable_.store(batch.last().value(), std::memory_order_relaxed);
    batches_.fetch_add(1, std::memory_order_relaxed);
    if (batch.last() >= downtime_at_) {
        downtime_is_durable_.store(true, std::memory_order_relaxed);
    }
    publish(batch);
    for (Submission* const submission : batch.waiting) {
        submission->done();
    }
}

void Writer::publish(const InFlight& batch) {
    for (const NameCapture& name : batch.names) {
        switch (name.kind) {
            case NameCapture::Kind::tenant:
                published_.publish_tenant(name.tenant, model::tenant_name(name.name).digest,
                                          name.name);
                break;
            case NameCapture::Kind::sku: {
                const auto tenant = published_.tenant_name(name.tenant);
                published_.publish_sku(model::SkuId(name.id),
                                       model::sku_name(tenant, name.name).digest, name.name);
                break;
            }
        }
    }
    for (const PolicyCapture& policy : batch.policies) {
        published_.publish_policy(policy.tenant, policy.policy);
    }
    const CellView* cells = batch.cells.data();
    for (std::size_t i = 0; i < batch.skus.size(); ++i) {
        if (i + kPublishAhead < batch.skus.size()) {
            published_.prefetch(batch.skus[i + kPublishAhead].sku);
        }
        const SkuCapture& sku = batch.skus[i];
        published_.publish_cells(sku, {cells, sku.cells});
        cells += sku.cells;
    }
    published_.publish_position(batch.last(), batch.header.time);
    published_.queue_exits().left(batch.left_queue);
}

InFlight& Writer::free_flight() {
    CHECK(!free_.empty());
    InFlight* const flight = free_.back();
    free_.pop_back();
    return *flight;
}

void Writer::dispatch(InFlight& flight, const core::OpenBatch& batch) {
    flight.header.partition = options_.partition;
    flight.header.count = batch.count;
    flight.header.time = batch.time;
    next_ = batch.next;
    decided_.store(flight.last().value(), std::memory_order_relaxed);
    published_.note_decided(flight.last());
    const bool alone = in_flight_.empty();
    in_flight_.push_back(&flight);
    if (alone && flight.waiting.size() <= options_.append_inline_max) {
        flusher_.append_now(flight);
    } else {
        flusher_.hand_over(flight);
    }
}

// Nothing was appended, but the answers may rest on positions that are not durable yet.
void Writer::release_or_attach(std::vector<Submission*>& answered) {
    if (!in_flight_.empty()) {
        auto& waiting = in_flight_.back()->waiting;
        waiting.insert(waiting.end(), answered.begin(), answered.end());
    } else {
        for (Submission* const submission : answered) {
            submission->done();
        }
    }
    answered.clear();
}

void Writer::publish_everything() {
    const core::State& state = *state_;
    for (std::uint32_t t = 0; t < state.tenants.size(); ++t) {
        const model::TenantId id(t);
        const core::Tenant& tenant = state.tenants[t];
        published_.publish_tenant(id, model::tenant_name(tenant.name).digest, tenant.name);
        published_.publish_policy(id, std::make_shared<const TenantPolicy>(policy_of(state, id)));
    }
    std::vector<CellView> cells;
    for (std::uint32_t s = 0; s < state.skus.size(); ++s) {
        const model::SkuId id(s);
        const core::Sku& sku = state.sku(id);
        published_.publish_sku(id, model::sku_name(state.tenant(sku.tenant).name, sku.name).digest,
                               sku.name);
        cells.clear();
        const SkuCapture capture = capture_sku(state, id, cells);
        published_.publish_cells(capture, cells);
    }
}

}  // namespace holdfast::partition
