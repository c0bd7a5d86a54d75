#include "replay/tally.hpp"

#include <algorithm>
#include <utility>

#include "model/public_id.hpp"

namespace holdfast::replay {

using client::Json;

void Units::add(const Units& other) {
    held += other.held;
    committed += other.committed;
    shipped += other.shipped;
    released += other.released;
    expired += other.expired;
    returned += other.returned;
}

Units ReservationPicture::totals() const {
    Units sum;
    for (const ReservationLine& line : lines) {
        sum.add(line.units);
    }
    return sum;
}

std::optional<ReservationPicture> read_reservation(const Json& document) {
    if (document["id"].text().empty() || document["lines"].items().empty()) {
        return std::nullopt;
    }
    ReservationPicture picture{.id = std::string(document["id"].text()),
                               .reference = std::string(document["reference"].text()),
                               .replaces = std::string(document["replaces"].text()),
                               .version = document["version"].number(),
                               .lines = {}};
    for (const Json& line : document["lines"].items()) {
        picture.lines.push_back({.sku = std::string(line["sku"].text()),
                                 .units = {.held = line["held"].number(),
                                           .committed = line["committed"].number(),
                                           .shipped = line["shipped"].number(),
                                           .released = line["released"].number(),
                                           .expired = line["expired"].number(),
                                           .returned = line["returned"].number()}});
    }
    return picture;
}

void Tally::add_reservation(const Json& answer) {
    auto picture = read_reservation(answer);
    const std::scoped_lock lock(mutex_);
    note_position(answer);
    if (picture) {
        // A successor was sold because its predecessor had run out.
        expire_locked(picture->replaces);
        keep(*std::move(picture));
    }
}

void Tally::keep(ReservationPicture picture) {
    ReservationPicture& known = pictures_[picture.id];
    if (picture.version > known.version) {
        known = std::move(picture);
    }
}

void Tally::expire(const std::string& id) {
    const std::scoped_lock lock(mutex_);
    expire_locked(id);
}

void Tally::expire_locked(const std::string& id) {
    const auto found = pictures_.find(id);
    if (found == pictures_.end()) {
        return;
    }
    for (ReservationLine& line : found->second.lines) {
        line.units.expired += std::exchange(line.units.held, 0);
    }
}

void Tally::add_opening(const Json& answer) {
    const std::scoped_lock lock(mutex_);
    note_position(answer);
    const std::int64_t delta = answer["delta"].number();
    SkuTally& sku = movements_[std::string(answer["sku"].text())];
    sku.baseline = {.on_hand = answer["on_hand"].number() - delta,
                    .held = answer["held"].number(),
                    .committed = answer["committed"].number(),
                    .deficit = answer["deficit"].number()};
    sku.received = delta;
}

void Tally::adjust_locked(const Json& sku, std::int64_t delta) {
    SkuTally& tally = movements_[std::string(sku.text())];
    tally.adjusted += delta;
    tally.written_off += std::max<std::int64_t>(-delta, 0);
}

void Tally::add_adjustment(const Json& answer) {
    const std::scoped_lock lock(mutex_);
    note_position(answer);
    adjust_locked(answer["sku"], answer["delta"].number());
}

void Tally::add_approval(const Json& answer) {
    const std::scoped_lock lock(mutex_);
    note_position(answer);
    if (answer["resolution"].text() == "approved") {
        adjust_locked(answer["sku"], answer["count"]["drift"].number());
    }
}

std::map<std::string, SkuTally> Tally::skus() const {
    const std::scoped_lock lock(mutex_);
    std::map<std::string, SkuTally> all = movements_;
    for (const auto& [id, picture] : pictures_) {
        for (const ReservationLine& line : picture.lines) {
            all[line.sku].units.add(line.units);
        }
    }
    return all;
}

std::map<std::string, std::vector<ReservationPicture>> Tally::reservations() const {
    const std::scoped_lock lock(mutex_);
    std::map<std::string, std::vector<ReservationPicture>> all;
    for (const auto& [id, picture] : pictures_) {
        all[picture.reference].push_back(picture);
    }
    return all;
}

void Tally::note_position(const Json& answer) {
    const std::string_view text = answer["position"].text();
    const auto seen = model::decode_position(text);
    const auto known = model::decode_position(position_);
    if (seen && (!known || seen->second > known->second)) {
        position_ = text;
    }
}

std::string Tally::position() const {
    const std::scoped_lock lock(mutex_);
    return position_;
}

}  // namespace holdfast::replay
