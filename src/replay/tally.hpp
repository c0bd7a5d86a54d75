// Tally: what the service's answers say has happened, and nothing else.
//
// Every answer about a reservation is a whole picture of it; of each reservation the newest picture
// is kept. Of stock movements the answered deltas are summed. The audit compares this with what the
// service tells later when it is asked afresh, so the two must never be mixed.
// Thread rule: any thread for `add_*` and `expire`; the rest once nothing is added any more.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "client/json.hpp"

namespace holdfast::replay {

struct Units {
    std::int64_t held = 0;
    std::int64_t committed = 0;
    std::int64_t shipped = 0;
    std::int64_t released = 0;
    std::int64_t expired = 0;
    std::int64_t returned = 0;

    void add(const Units& other);
    bool operator==(const Units&) const = default;
};

struct ReservationLine {
    std::string sku;
    Units units;
};

// A reservation as one answer shows it.
struct ReservationPicture {
    std::string id;
    std::string reference;
    std::string replaces;  // empty: none
    std::int64_t version = 0;
    std::vector<ReservationLine> lines;

    [[nodiscard]] Units totals() const;
};

// Nothing if the document is no reservation.
[[nodiscard]] std::optional<ReservationPicture> read_reservation(const client::Json& document);

// What a SKU had before the run, as its first answer shows it.
struct Baseline {
    std::int64_t on_hand = 0;
    std::int64_t held = 0;
    std::int64_t committed = 0;
    std::int64_t deficit = 0;
};

struct SkuTally {
    Baseline baseline;
    std::int64_t received = 0;
    std::int64_t adjusted = 0;     // up and down
    std::int64_t written_off = 0;  // the downward part of it, positive
    Units units;                   // of all reservations of the run
};

class Tally {
  public:
    // The answer to a command about a reservation. Answers about something else are ignored.
    void add_reservation(const client::Json& answer);
    // The answer to the opening receipt of a SKU: also its baseline.
    void add_opening(const client::Json& answer);
    // Of an adjustment, and of a count: `delta` is what changed.
    void add_adjustment(const client::Json& answer);
    // Of the case of a count that was approved: its drift is what changed.
    void add_approval(const client::Json& answer);
    // What is still held of the reservation is known to have run out.
    void expire(const std::string& id);

    [[nodiscard]] std::map<std::string, SkuTally> skus() const;
    // The newest picture of every reservation, by reference.
    [[nodiscard]] std::map<std::string, std::vector<ReservationPicture>> reservations() const;
    // The newest position that an answer named; empty: none did.
    [[nodiscard]] std::string position() const;

  private:
    void keep(ReservationPicture picture);
    void adjust_locked(const client::Json& sku, std::int64_t delta);
    void expire_locked(const std::string& id);
    void note_position(const client::Json& answer);

    mutable std::mutex mutex_;
    std::map<std::string, ReservationPicture> pictures_;  // by id
    std::map<std::string, SkuTally> movements_;           // by SKU, without `units`
    std::string position_;
};

}  // namespace holdfast::replay
