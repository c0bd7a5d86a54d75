#include "audit/auditor.hpp"

#include <algorithm>
#include <variant>

#include "model/event_codec.hpp"
#include "model/limits.hpp"

namespace holdfast::audit {

using namespace model;

bool Auditor::add(std::span<const std::byte> sealed) {
    findings_.looked(Check::chain);
    const auto batch = ledger::open_sealed(sealed);
    if (!batch) {
        findings_.found(Check::chain, Sequence(last_.value() + 1), batch.error().message);
        return false;
    }
    if (!follow_chain(*batch, sealed)) {
        return false;
    }
    check_order(batch->header);
    ++batches_;
    bytes_ += sealed.size();
    last_count_ = batch->header.count;
    newest_ = *batch;
    return fold_events(*batch);
}

bool Auditor::follow_chain(const ledger::Batch& batch, std::span<const std::byte> sealed) {
    const Sequence first = batch.header.first;
    if (first.value() != last_.value() + 1) {
        findings_.found(Check::chain, first,
                        "the batch follows event " + std::to_string(last_.value()));
        return false;
    }
    if (batch.header.previous != hash_) {
        findings_.found(Check::chain, first, "the batch names another one as the one before it");
        return false;
    }
    hash_ = base::sha256(sealed);
    last_ = batch.last();
    return true;
}

void Auditor::check_order(const ledger::BatchHeader& header) {
    findings_.looked(Check::epochs);
    findings_.looked(Check::times);
    if (header.epoch < epoch_) {
        findings_.found(Check::epochs, header.first,
                        "epoch " + std::to_string(header.epoch.value()) + " writes after epoch " +
                            std::to_string(epoch_.value()));
    }
    if (header.time < time_) {
        findings_.found(Check::times, header.first,
                        "the batch is " + std::to_string((time_ - header.time).count()) +
                            " ms older than the one before it");
    }
    epoch_ = std::max(epoch_, header.epoch);
    time_ = std::max(time_, header.time);
}

// Far enough for memory to answer, near enough to be still there.
constexpr std::size_t kDecodedAhead = 16;

// What folding the event will look at. Only ever a hint.
void Auditor::prefetch(const Event& event) const {
    const KeyUse* const key = key_of(event);
    if (!key->empty()) {
        keys_.prefetch(key->key);
    }
    if (const auto* const changed = std::get_if<ReservationChanged>(&event)) {
        for (const LineImage& line : changed->image.lines) {
            policies_.prefetch(line.sku);
            figures_.prefetch(line.sku);
        }
        promises_.prefetch_place(changed->image.id);
    } else if (const auto* const moved = std::get_if<StockMoved>(&event)) {
        policies_.prefetch(moved->sku);
        figures_.prefetch(moved->sku);
    }
}

// The same once more, one step further for each round over all of them: what a step needs is there
// by the time it is taken.
void Auditor::prefetch_promises(std::span<const std::pair<Sequence, Event>> events) const {
    for (const auto step : {&Promises::prefetch_record, &Promises::prefetch_line}) {
        for (const auto& [at, event] : events) {
            if (const auto* const changed = std::get_if<ReservationChanged>(&event)) {
                (promises_.*step)(changed->image.id);
            }
        }
    }
}

// Decodes some events, so that what they need is on its way, then folds them.
bool Auditor::fold_events(const ledger::Batch& batch) {
    EventCursor cursor(batch.payload, batch.header.first);
    std::uint64_t count = 0;
    logged_hashes_ = 0;
    std::vector<std::pair<Sequence, Event>> decoded;
    decoded.reserve(kDecodedAhead);
    std::optional<std::string> damage;
    bool ends = false;
    while (!ends && !damage) {
        decoded.clear();
        while (!ends && !damage && decoded.size() < kDecodedAhead) {
            const auto item = cursor.next();
            ends = item && !*item;
            auto event = item && *item ? decode((*item)->bytes) : base::Result<Event>();
            if (!item || !event) {
                damage = item ? event.error().message : item.error().message;
            } else if (!ends) {
                prefetch(*event);
                decoded.emplace_back((*item)->sequence, *std::move(event));
            }
        }
        prefetch_promises(decoded);
        for (const auto& [at, event] : decoded) {
            findings_.looked(Check::events);
            logged_hashes_ +=
                static_cast<std::uint32_t>(std::holds_alternative<StateHashLogged>(event));
            fold(event, at, batch.header.time);
            ++count;
        }
    }
    if (!damage && count != batch.header.count) {
        damage = "the batch counts its events wrong";
    }
    if (damage) {
        findings_.found(Check::events, Sequence(batch.header.first.value() + count), *damage);
        return false;
    }
    promises_.end_batch(batch.header.time, logged_hashes_ < count);
    return true;
}

namespace {

struct Folder {
    Findings& findings;
    Policies& policies;
    Keys& keys;
    StockFold& stock;
    Promises& promises;
    Sequence at;
    base::Time time;

    void operator()(const LedgerCreated&) const {
        if (at.value() != 1) {
            findings.found(Check::names, at, "the ledger is created a second time");
        }
    }
    void operator()(const TenantRegistered& e) const { policies.fold(e, at); }
    void operator()(const ClassDefined& e) const { policies.fold(e, at); }
    void operator()(const PoolDefined& e) const { policies.fold(e, at); }
    void operator()(const CapsSet& e) const { policies.knows(e.tenant, at); }
    void operator()(const SellingChanged& e) const { policies.fold(e, at); }
    void operator()(const SkuRegistered& e) const { policies.fold(e, at); }
    void operator()(const SkuUpdated& e) const { policies.fold(e, at); }
    void operator()(const StockMoved& e) const { stock.fold(e, at); }
    void operator()(const SafetyStockSet& e) const { stock.fold(e, at); }
    void operator()(const TransferChanged& e) const { stock.fold(e, at); }
    void operator()(const StockCounted& e) const { stock.fold(e, at); }
    void operator()(const CaseOpened& e) const { stock.fold(e, at, time); }
    void operator()(const CaseResolved& e) const { stock.fold(e, at, time); }
    void operator()(const ReservationChanged& e) const { promises.fold(e, at, time); }
    void operator()(const FactParked& e) const {
        promises.fold(e, at);
        stock.fold_parked(at);
    }
    void operator()(const ReleasedByName& e) const {
        if (policies.knows(e.tenant, at)) {
            promises.fold(e, at);
            keys.fold(e);
        }
    }
    void operator()(const RefusalRecorded& e) const {
        if (policies.knows(e.tenant, at)) {
            keys.fold(e, at, time);
        }
        findings.looked(Check::times);
        if (e.refusal.decided_at != time) {
            findings.found(Check::times, at,
                           "a refusal was decided at another time than its batch");
        }
    }
    void operator()(const DowntimeRecorded& e) const { promises.fold(e); }
    void operator()(const StateHashLogged&) const {}
};

}  // namespace

void Auditor::fold(const Event& event, Sequence at, base::Time time) {
    std::visit(Folder{.findings = findings_,
                      .policies = policies_,
                      .keys = keys_,
                      .stock = stock_,
                      .promises = promises_,
                      .at = at,
                      .time = time},
               event);
    const KeyUse* const key = key_of(event);
    if (!key->empty() && !std::holds_alternative<RefusalRecorded>(event)) {
        keys_.use(*key, at);
    }
}

void Auditor::finish() {
    promises_.finish(last_);
    stock_.finish(last_, last_count_ >= kBatchEventsMax);
}

}  // namespace holdfast::audit
