#include "partition/lookups.hpp"

#include <string_view>

#include "base/check.hpp"
#include "base/log.hpp"

namespace holdfast::partition {

using base::Result;

namespace {

// Few enough that the first does not wait long for the last.
constexpr std::size_t kLookupsPerStep = 32;

}  // namespace

void Lookups::ask(Lookup& lookup) {
    CHECK(asked_.try_push(&lookup), "more commands are parked than may be");
}

void Lookups::take(std::vector<Lookup*>& out) {
    const std::lock_guard lock(mutex_);
    out.insert(out.end(), found_.begin(), found_.end());
    found_.clear();
}

Result<bool> Lookups::step() {
    working_.clear();
    asked_.drain(working_, kLookupsPerStep);
    for (Lookup* const lookup : working_) {
        TRY_VOID(look_up(*lookup));
    }
    if (working_.empty()) {
        return false;
    }
    {
        const std::lock_guard lock(mutex_);
        found_.insert(found_.end(), working_.begin(), working_.end());
    }
    if (wake_) {
        wake_();
    }
    return true;
}

Result<void> Lookups::look_up(Lookup& lookup) {
    std::size_t at = 0;
    for (const auto key : lookup.missing.keys()) {
        TRY(lookup.keys[at++], archive_.find_key(key));
    }
    at = 0;
    for (const auto id : lookup.missing.reservations()) {
        auto& rest = lookup.rests[at++];
        TRY(rest, find_rest(archive_, ledger_, id, model::Sequence(UINT64_MAX)));
        if (rest && !rest->event) {
            base::log_error(
                "an old event of the ledger cannot be read: a command that needs it is "
                "answered `unavailable`",
                {{"position", rest->rest.since.value()},
                 {"code", base::to_string(rest->event.error().code)},
                 {"detail", std::string_view(rest->event.error().message)}});
        } else if (rest) {
            TRY_VOID(image_of(*rest));
        }
    }
    return {};
}

}  // namespace holdfast::partition
