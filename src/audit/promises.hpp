// Promises: every reservation of the ledger, judged event by event.
//
// Keeps each reservation as its newest image left it and asks of the next one: may this verb
// follow, did its units move the way the verb moves units, in time, and was there enough to
// promise? Then the cells follow by the difference. One event breaks at most one check: the first
// in that order. Thread rule: one thread.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "audit/figures.hpp"
#include "audit/findings.hpp"
#include "audit/keys.hpp"
#include "audit/policies.hpp"
#include "audit/slabs.hpp"
#include "model/event.hpp"

namespace holdfast::audit {

struct LineRecord {
    model::LineQuantities units;
    std::int64_t requested = 0;
    model::SkuId sku;
    std::uint32_t cell = kNone;  // untracked, or still waiting for a pool
    std::uint32_t next = kNone;  // of the same reservation
    bool untracked = false;
    bool continues = false;
    bool soft = false;
};

struct ReservationRecord {
    std::uint64_t id = 0;
    std::int64_t deadline_ms = INT64_MAX;
    std::int64_t first_created_ms = 0;
    model::TenantId tenant;
    std::uint32_t version = 0;
    std::uint32_t first_line = kNone;
    model::ReservationState waiting = model::ReservationState::held;
    model::ReservationState ended_as = model::ReservationState::released;
    std::uint16_t extensions = 0;
};

class Promises {
  public:
    // What the promises of a ledger are judged by; all outlive the promises.
    struct Parts {
        Findings& findings;
        Policies& policies;
        Figures& figures;
        Keys& keys;
        // A batch with fewer endings than this has ended everything that was due.
        std::uint32_t surely_swept;
    };
    explicit Promises(const Parts& parts) : parts_(parts) {}

    void fold(const model::ReservationChanged& event, model::Sequence at, base::Time time);
    void fold(const model::FactParked& event, model::Sequence at);
    void fold(const model::ReleasedByName& event, model::Sequence at);
    void fold(const model::DowntimeRecorded& event);
    // All events of a batch were folded. Every deadline up to a batch's time ends in it, unless it
    // was as full of endings as a batch may be.
    void end_batch(base::Time time, bool decided);
    // After the last event: what should have ended and did not.
    void finish(model::Sequence last);

    // Only ever hints, in this order: where it is, the reservation, its first line.
    void prefetch_place(model::ReservationId id) const;
    void prefetch_record(model::ReservationId id) const;
    void prefetch_line(model::ReservationId id) const;
    [[nodiscard]] std::size_t size() const { return records_.size(); }
    [[nodiscard]] const ReservationRecord& operator[](std::size_t i) const { return records_[i]; }
    [[nodiscard]] model::LineQuantities units_of(const ReservationRecord& record) const;
    [[nodiscard]] std::uint64_t open() const;

  private:
    struct Change;  // one event on its way through the judgement (promises_change.hpp)
    struct Claim {
        std::uint32_t cell = kNone;
        std::int64_t firm = 0;
        std::int64_t soft = 0;
    };

    [[nodiscard]] std::uint32_t find(model::ReservationId id) const;
    [[nodiscard]] model::ReservationState state_of(const ReservationRecord& record) const;
    [[nodiscard]] bool is_open(const ReservationRecord& record) const;
    bool knows_names(const model::ReservationImage& image, model::Sequence at);
    [[nodiscard]] bool same(const ReservationRecord& record,
                            const model::ReservationImage& image) const;
    void create(const Change& change);
    void repeat(const Change& change);
    void proceed(const Change& change);

    [[nodiscard]] std::string wrong_birth(const Change& change) const;
    [[nodiscard]] std::string wrong_first_units(const Change& change) const;
    [[nodiscard]] std::string wrong_first_deadline(const Change& change) const;
    [[nodiscard]] std::string wrong_state(const Change& change) const;
    [[nodiscard]] std::string wrong_flow(const Change& change) const;
    [[nodiscard]] std::string wrong_end(const Change& change) const;
    [[nodiscard]] std::string wrong_deadline(const Change& change) const;
    [[nodiscard]] std::string wrong_limits(const model::ReservationImage& image) const;
    void claim(std::uint32_t cell, const LineRecord& before, const model::LineImage& to);
    void judge_claims(const Change& change);

    // The record's line for each entry of the image; kNone: a new one. False: a line was lost.
    [[nodiscard]] bool match(const ReservationRecord& record, const model::ReservationImage& image,
                             std::vector<std::uint32_t>& out) const;
    void write(ReservationRecord& record, const Change& change);
    void move(LineRecord& line, const model::LineImage& to, const Change& change);

    Parts parts_;
    Slabs<ReservationRecord> records_;
    Slabs<LineRecord> lines_;
    Slabs<std::uint32_t> by_sequence_;  // index + 1 of the reservation made there; 0: none
    std::unordered_map<std::uint64_t, std::uint64_t> successor_;  // of late commits
    std::vector<std::uint32_t> matched_;  // by the present event: its entries' lines,
    std::vector<Claim> claims_;           // and what it promises that was not promised before
    std::uint32_t endings_ = 0;           // in the present batch
    std::int64_t swept_ms_ = INT64_MIN;   // everything due by then has ended
};

}  // namespace holdfast::audit
