// What a World is asked and what it answers. Part of core/testing.hpp.
// Thread rule: values.
#pragma once

#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/check.hpp"
#include "core/machine.hpp"
#include "model/command.hpp"
#include "model/event_codec.hpp"

namespace holdfast::core::testing {

// What a command got. `event` is the reply's event, read back from its bytes.
struct Reply {
    Outcome outcome = Outcome::refused;
    model::Refusal refusal;
    model::Sequence sequence;
    std::optional<Place> place;                 // of a waiter
    std::shared_ptr<const base::Buffer> bytes;  // what the views of `event` point into
    std::optional<model::Event> event;

    [[nodiscard]] bool accepted() const {
        return outcome == Outcome::applied || outcome == Outcome::shown;
    }
    [[nodiscard]] model::RefusalCode code() const {
        return outcome == Outcome::refused ? refusal.code : model::RefusalCode::none;
    }
    template <typename Type>
    [[nodiscard]] const Type& as() const {
        CHECK(event.has_value() && std::holds_alternative<Type>(*event), "another kind of reply");
        return std::get<Type>(*event);
    }
    [[nodiscard]] const model::ReservationImage& image() const {
        return as<model::ReservationChanged>().image;
    }
    [[nodiscard]] model::ReservationId id() const { return image().id; }
    [[nodiscard]] model::ReservationState state() const { return model::state_of(image()); }
};

// A create. Names are texts; what is not set is not sent.
struct Cart {
    struct Line {
        std::string sku;
        std::int64_t quantity = 1;
        std::optional<std::int64_t> min_quantity{};
        std::string line_id{};
        std::string group{};
        std::string pool{};
        bool operator==(const Line&) const = default;
    };
    std::vector<Line> lines{};
    std::optional<std::int64_t> ttl_seconds{};
    std::string reference{};
    std::optional<model::ReservationId> supersedes{};
    bool supersedes_same_reference = false;
    bool partial = false;
    bool dry_run = false;
    std::string agent_id{};
    std::string operator_id{};
    std::string customer{};
    std::string channel{};
    std::string region{};
    std::optional<std::int64_t> wait_seconds{};
    std::string key{};
    bool operator==(const Cart&) const = default;
};

// The options of a verb on one reservation.
struct With {
    struct Part {
        std::string sku{};
        std::int64_t quantity = 1;
        std::string line_id{};
        bool operator==(const Part&) const = default;
    };
    std::vector<Part> lines{};
    std::string key{};
    std::optional<std::uint32_t> version{};
    std::optional<std::int64_t> ttl_seconds{};
    std::string payment_reference{};
    std::string payment_provider{};
    std::string order_reference{};
    std::string document{};
    model::Reason reason = model::Reason::none;
    model::Disposition disposition = model::Disposition::restock;
    std::optional<base::Time> occurred_at{};
    std::string from{};
    std::string to{};
    bool operator==(const With&) const = default;
};

// A movement of stock; what is not set is not sent.
struct Move {
    std::string sku;
    std::int64_t quantity = 1;
    std::string pool{};
    model::Reason reason = model::Reason::none;
    model::Reason from_unavailable = model::Reason::none;
    std::optional<base::Time> occurred_at{};
    std::string key{};
};

// A count. `position` and `last_count` are what the World knows unless they are set.
struct Seen {
    std::string sku;
    std::int64_t counted = 0;
    std::int64_t drift = 0;
    std::string pool{};
    std::optional<base::Time> as_of{};
    std::optional<model::Sequence> position{};
    std::optional<model::Sequence> last_count{};
    std::string submitter = "ann";
    std::string key{};
};

}  // namespace holdfast::core::testing

// What a failing test prints; found by GoogleTest through the types' namespace.
namespace holdfast::model {

inline void PrintTo(RefusalCode code, std::ostream* out) {
    *out << (code == RefusalCode::none ? "accepted" : entry_of(code).slug);
}
inline void PrintTo(ReservationState state, std::ostream* out) { *out << to_string(state); }
inline void PrintTo(const LineQuantities& units, std::ostream* out) {
    *out << "accepted " << units.accepted << " held " << units.held << " committed "
         << units.committed << " shipped " << units.shipped << " released " << units.released
         << " expired " << units.expired << " short " << units.closed_short << " returned "
         << units.returned;
}
inline void PrintTo(const CellImage& units, std::ostream* out) {
    *out << "on hand " << units.on_hand << " unavailable " << units.unavailable << " held "
         << units.held << " committed " << units.committed << " safety " << units.safety_stock;
}

}  // namespace holdfast::model
