// ReplyJudge: is what the API tells its clients what the partition decided?
//
// The oracle judges the partition's answers against the ledger; this judges what the API makes of
// them, reply by reply, heard or not:
//   - a reply shows the reservation it is about, as it was at the position that it names
//   - once a request was told of its success, its retries are told the same, as replays, for ever
//   - a reservation that somebody was told of is found, and nobody is shown it as it was before
//     what anybody was told
//   - who waits for a reservation is not told that it still waits before the time was up
//   - availability is of a durable moment, no earlier than asked for, with that moment's figures
// The first violation stays. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "api/availability.hpp"
#include "api/names.hpp"
#include "api/reply.hpp"
#include "core/state.hpp"
#include "ledger/ledger.hpp"
#include "partition/submission.hpp"

namespace holdfast::sim {

// What was asked, as far as its replies are judged by it.
struct Question {
    std::string key{};          // empty: a read, or a request without a key
    std::string reservation{};  // public id that it is about; empty: none
    base::Duration waits{};     // for as long it may be held back
    base::Duration asked_at{};
};

class ReplyJudge {
  public:
    // An answer that goes into the API, and was found right.
    void pass(const partition::Answer& answer);

    void judge(const Question& question, const api::Reply& reply, ledger::Ledger& ledger,
               const api::Names& names, base::Duration now);
    // `known`: the state as of `at`.
    void judge(const std::expected<api::AvailabilityView, api::Problem>& reply,
               const std::optional<std::string>& min_position, ledger::Ledger& ledger,
               const api::Names& names, const core::State& known, model::Sequence at);

    // The newest position that a client was told.
    [[nodiscard]] const std::string& newest_position() const { return newest_position_; }
    [[nodiscard]] const std::optional<std::string>& violation() const { return violation_; }
    void found(std::string violation);

  private:
    // A reservation at a moment.
    struct Shown {
        std::uint32_t version = 0;
        model::ReservationState state{};
        model::LineQuantities units{};
        bool operator==(const Shown&) const = default;
    };
    struct Success {
        std::string position;
        std::string reservation;
        bool operator==(const Success&) const = default;
    };
    using Moment = std::pair<std::uint64_t, std::uint64_t>;  // sequence, reservation

    static Shown shown_by(const model::ReservationImage& image);
    static Shown shown_by(const api::ReservationView& view);

    bool was_so(const Shown& shown, model::Sequence at, model::ReservationId id,
                ledger::Ledger& ledger) const;
    void judge_position(const api::Reply& reply, ledger::Ledger& ledger, const api::Names& names);
    void judge_retry(const Question& question, const api::Reply& reply);
    void judge_view(const Question& question, const api::Reply& reply,
                    const api::ReservationView& view, ledger::Ledger& ledger,
                    const api::Names& names);
    void judge_newest(const std::string& id, std::uint32_t version);
    void judge_figures(const api::SkuAvailability& sku, const core::State& known);

    std::map<Moment, Shown> shown_;                  // what answers said
    std::map<std::string, Success> successes_;       // by key
    std::map<std::string, std::uint32_t> versions_;  // the newest told, by public id
    std::string newest_position_;
    model::Sequence newest_;
    std::optional<std::string> violation_;
};

}  // namespace holdfast::sim
