// Keys: which idempotency keys have had their effect, and which names are blocked.
//
// A key with an effect is kept for ever, sixteen bytes each. Keys of recorded refusals leave in the
// order in which their tenant's bounded table lets them go; after that they may be judged anew.
// Thread rule: one thread.
#pragma once

#include <deque>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "audit/findings.hpp"
#include "audit/policies.hpp"
#include "model/event.hpp"

namespace holdfast::audit {

struct DigestHash {
    std::size_t operator()(const base::Digest128& digest) const { return digest.low; }
};

// A set that only grows: open addressing in one array. The empty digest stands for no entry.
class DigestSet {
  public:
    // False if it was there.
    bool insert(base::Digest128 digest);
    [[nodiscard]] bool contains(base::Digest128 digest) const;
    void prefetch(base::Digest128 digest) const {
        if (!places_.empty()) {
            __builtin_prefetch(&places_[digest.low & (places_.size() - 1)]);
        }
    }

  private:
    [[nodiscard]] std::size_t place_of(base::Digest128 digest) const;
    void grow();

    std::vector<base::Digest128> places_;
    std::size_t size_ = 0;
};

class Keys {
  public:
    Keys(Findings& findings, const Policies& policies) : findings_(findings), policies_(policies) {}

    void prefetch(base::Digest128 key) const { effects_.prefetch(key); }
    // The key of an event that had an effect.
    void use(const model::KeyUse& key, model::Sequence at);
    void fold(const model::RefusalRecorded& event, model::Sequence at, base::Time time);
    void fold(const model::ReleasedByName& event);
    // A new promise: it must not have been released before it came.
    void create(const model::ReservationImage& image, const model::KeyUse& key, model::Sequence at,
                base::Time time);

  private:
    struct Refusals {
        std::deque<base::Digest128> keys;  // oldest first
        std::int64_t second = -1;
        std::uint32_t in_second = 0;
    };

    [[nodiscard]] bool is_blocked(base::Digest128 name, base::Time time) const;

    Findings& findings_;
    const Policies& policies_;
    DigestSet effects_;
    std::unordered_set<base::Digest128, DigestHash> refused_;
    std::vector<Refusals> refusals_;                                       // by tenant
    std::unordered_map<base::Digest128, base::Time, DigestHash> blocked_;  // until
};

}  // namespace holdfast::audit
