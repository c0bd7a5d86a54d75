#include "audit/keys.hpp"

#include <span>
#include <utility>

#include "base/huge_pages.hpp"
#include "model/command.hpp"

namespace holdfast::audit {

using namespace model;

namespace {

constexpr std::size_t kFirstPlaces = 1024;  // a power of two
constexpr std::int64_t kMsPerSecond = 1000;

}  // namespace

std::size_t DigestSet::place_of(base::Digest128 digest) const {
    const std::size_t mask = places_.size() - 1;
    std::size_t at = digest.low & mask;
    while (!places_[at].empty() && places_[at] != digest) {
        at = (at + 1) & mask;
    }
    return at;
}

void DigestSet::grow() {
    std::vector<base::Digest128> old;
    std::swap(old, places_);
    const std::size_t places = old.empty() ? kFirstPlaces : old.size() * 2;
    places_.reserve(places);
    base::prefer_huge_pages(std::as_bytes(std::span(places_.data(), places)));
    places_.resize(places);
    for (const base::Digest128 digest : old) {
        if (!digest.empty()) {
            places_[place_of(digest)] = digest;
        }
    }
}

bool DigestSet::insert(base::Digest128 digest) {
    if (size_ * 3 >= places_.size() * 2) {
        grow();
    }
    base::Digest128& place = places_[place_of(digest)];
    if (!place.empty()) {
        return false;
    }
    place = digest;
    ++size_;
    return true;
}

bool DigestSet::contains(base::Digest128 digest) const {
    return !places_.empty() && !places_[place_of(digest)].empty();
}

void Keys::use(const KeyUse& key, Sequence at) {
    findings_.looked(Check::keys);
    if (!effects_.insert(key.key)) {
        findings_.found(Check::keys, at, "key " + base::to_hex(key.key) + " has a second effect");
    } else if (!refused_.empty() && refused_.contains(key.key)) {
        findings_.found(Check::keys, at,
                        "key " + base::to_hex(key.key) + " has an effect after a recorded refusal");
    }
}

void Keys::fold(const RefusalRecorded& event, Sequence at, base::Time time) {
    findings_.looked(Check::refusals);
    const RefusalCode code = event.refusal.code;
    if (!entry_of(code).recorded) {
        findings_.found(Check::refusals, at,
                        "a refusal was recorded that is judged anew each time: " +
                            std::string(entry_of(code).slug));
    }
    const TenantRecord& tenant = policies_.tenant(event.tenant);
    refusals_.resize(std::max<std::size_t>(refusals_.size(), event.tenant.value() + 1));
    Refusals& table = refusals_[event.tenant.value()];
    const std::int64_t second = base::to_ms(time) / kMsPerSecond;
    table.in_second = std::exchange(table.second, second) == second ? table.in_second + 1 : 1;
    if (table.in_second == tenant.refusals_per_second + 1) {
        findings_.found(Check::refusals, at,
                        "more than " + std::to_string(tenant.refusals_per_second) +
                            " refusals were recorded within one second");
    }
    if (!table.keys.empty() && table.keys.size() >= tenant.refusals_max) {
        refused_.erase(table.keys.front());
        table.keys.pop_front();
    }
    findings_.looked(Check::keys);
    if (effects_.contains(event.key.key) || !refused_.insert(event.key.key).second) {
        findings_.found(Check::keys, at,
                        "key " + base::to_hex(event.key.key) + " is refused after it was used");
    } else {
        table.keys.push_back(event.key.key);
    }
}

void Keys::fold(const ReleasedByName& event) {
    if (event.blocked_until != base::Time{}) {
        blocked_[event.name] = event.blocked_until;
    }
}

bool Keys::is_blocked(base::Digest128 name, base::Time time) const {
    const auto found = blocked_.find(name);
    return found != blocked_.end() && time < found->second;
}

void Keys::create(const ReservationImage& image, const KeyUse& key, Sequence at, base::Time time) {
    if (blocked_.empty()) {
        return;
    }
    const std::string& tenant = policies_.tenant(image.tenant).name;
    const bool by_reference =
        !image.texts.reference.empty() &&
        is_blocked(reference_name(tenant, image.texts.reference).digest, time);
    if (by_reference || is_blocked(key.key, time)) {
        findings_.found(Check::keys, at,
                        "reservation " + std::to_string(image.id.value()) +
                            " was made under a name that had been released before");
    }
}

}  // namespace holdfast::audit
