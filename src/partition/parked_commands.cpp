#include "partition/parked_commands.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace holdfast::partition {

using base::Digest128;
using core::Missing;
using core::State;

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

}  // namespace

ParkedCommands::Entry* ParkedCommands::entry_of(const Submission& submission) {
    if (entries_.empty()) {
        return nullptr;
    }
    const auto found = entries_.find(&submission);
    return found != entries_.end() ? found->second.get() : nullptr;
}

// What memory lacks, the filter does not exclude, and was not looked up for it already.
Missing ParkedCommands::to_look_up(const Submission& submission, const Entry* entry) const {
    const Missing missing = core::missing_for(state_, submission.command);
    const auto known = [&](Digest128 what) {
        return entry != nullptr && std::ranges::find(entry->pinned, what) != entry->pinned.end();
    };
    Missing out;
    for (const auto key : missing.keys()) {
        if (forgetter_.filter().maybe(key) && !known(key)) {
            out.add(key);
        }
    }
    for (const auto id : missing.reservations()) {
        if (!known(State::id_digest(id))) {
            out.add(id);
        }
    }
    return out;
}

ParkedCommands::Turn ParkedCommands::turn_of(Submission& submission) {
    if (state_.archived.reach.value() == 0) {
        return Turn::decide;
    }
    const Entry* const entry = entry_of(submission);
    if (entry != nullptr && entry->lookup.is_unreadable() &&
        !core::missing_for(state_, submission.command).reservations().empty()) {
        return Turn::unreadable;
    }
    const Missing missing = to_look_up(submission, entry);
    if (missing.empty()) {
        return Turn::decide;
    }
    if (entry == nullptr && entries_.size() >= lookups_.at_once()) {
        return Turn::full;
    }
    park(submission, missing);
    return Turn::parked;
}

void ParkedCommands::park(Submission& submission, const Missing& missing) {
    auto& entry = entries_[&submission];
    if (entry == nullptr) {
        entry = std::make_unique<Entry>();
    }
    entry->lookup = {.submission = &submission, .missing = missing, .keys = {}, .rests = {}};
    const auto pin = [&](Digest128 what) {
        forgetter_.pins().pin(what);
        entry->pinned.push_back(what);
    };
    for (const auto key : missing.keys()) {
        pin(key);
    }
    for (const auto id : missing.reservations()) {
        pin(State::id_digest(id));
    }
    parked_.store(entries_.size(), kRelaxed);
    asked_.fetch_add(1, kRelaxed);
    lookups_.ask(entry->lookup);
}

void ParkedCommands::decided(const Submission& submission) {
    const Entry* const entry = entry_of(submission);
    if (entry == nullptr) {
        return;
    }
    for (const auto what : entry->pinned) {
        forgetter_.pins().unpin(what);
    }
    entries_.erase(&submission);
    parked_.store(entries_.size(), kRelaxed);
}

void ParkedCommands::take_back(std::vector<Submission*>& waiting) {
    if (entries_.empty()) {
        return;
    }
    back_.clear();
    lookups_.take(back_);
    for (Lookup* const lookup : back_) {
        const bool found = thaw(*lookup);
        vain_.fetch_add(found ? 0 : 1, kRelaxed);
        waiting.push_back(lookup->submission);
    }
}

bool ParkedCommands::thaw(const Lookup& lookup) {
    bool found = false;
    std::size_t at = 0;
    for (const auto key : lookup.missing.keys()) {
        const auto& record = lookup.keys[at++];
        found = found || record.has_value();
        if (record && state_.keys.find(key) == nullptr) {
            core::thaw_key(state_, key, *record);
            forgetter_.thawed(key);
        }
    }
    at = 0;
    for (const auto id : lookup.missing.reservations()) {
        const auto& rest = lookup.rests[at++];
        found = found || rest.has_value();
        if (rest && rest->event && state_.find_reservation(id) == nullptr) {
            CHECK(put_back(state_, *rest).has_value(), "lookups hand over what fits");
            forgetter_.thawed(rest->rest);
        }
    }
    return found;
}

std::size_t ParkedCommands::forget(std::size_t most) {
    // Lists end at durable positions: the writer has reached them all.
    const std::size_t done = forgetter_.step(most, model::Sequence(UINT64_MAX));
    reservations_.store(state_.archived.reservations, kRelaxed);
    keys_.store(state_.archived.keys, kRelaxed);
    filter_bytes_.store(forgetter_.filter().bytes(), kRelaxed);
    return done;
}

void ParkedCommands::prefetch(const model::Command& command) const {
    if (!command.key.empty() && state_.archived.reach.value() != 0) {
        forgetter_.filter().prefetch(command.key.key);
    }
}

ArchiveFigures ParkedCommands::figures() const {
    return {.reservations = reservations_.load(kRelaxed),
            .keys = keys_.load(kRelaxed),
            .parked = parked_.load(kRelaxed),
            .lookups = asked_.load(kRelaxed),
            .lookups_vain = vain_.load(kRelaxed),
            .filter_bytes = filter_bytes_.load(kRelaxed)};
}

}  // namespace holdfast::partition
