#include "partition/forgetter.hpp"

#include <algorithm>

namespace holdfast::partition {

using core::Resting;
using core::State;
using model::Sequence;

namespace {

// Far enough for memory to answer, near enough to be still there.
constexpr std::size_t kPrefetchAhead = 8;

}  // namespace

std::size_t Forgetter::step(std::size_t most, Sequence reached) {
    if (!state_.attention.reservations.empty()) {
        return 0;
    }
    std::size_t done = 0;
    while (done < most && (list_ != nullptr || next_list(reached))) {
        const std::size_t size = list_->rests.size() + list_->keys.size();
        for (; at_ < size && done < most; ++at_, ++done) {
            prefetch(at_ + kPrefetchAhead);
            forget_at(at_);
        }
        if (at_ == size) {
            state_.archived.offered = std::max(state_.archived.offered, list_->to);
            list_.reset();
        }
    }
    // Those that are pinned come back to the end of the queue: each is looked at once.
    for (std::size_t n = thawed_.size(); n > thawed_max_ && done < most; --n, ++done) {
        forget_thawed();
    }
    return done;
}

bool Forgetter::next_list(Sequence reached) {
    list_ = queue_.pop(reached);
    at_ = 0;
    if (list_ == nullptr) {
        return false;
    }
    for (const auto& change : list_->filter) {
        filter_.use(change);
    }
    return true;
}

void Forgetter::prefetch(std::size_t at) const {
    const std::size_t rests = list_->rests.size();
    if (at < rests) {
        state_.reservations_by_id.prefetch(list_->rests[at].id);
    } else if (at < rests + list_->keys.size()) {
        state_.keys.prefetch(list_->keys[at - rests]);
    }
}

void Forgetter::forget_at(std::size_t at) {
    const std::size_t rests = list_->rests.size();
    at < rests ? forget_rest(list_->rests[at]) : forget_key(list_->keys[at - rests]);
}

void Forgetter::forget_rest(const Resting& rest) {
    pins_.has(State::id_digest(rest.id)) ? thawed(rest)
                                         : static_cast<void>(core::forget(state_, rest));
}

void Forgetter::forget_key(base::Digest128 key) {
    // A key is used once: what the list speaks of is the record there is.
    pins_.has(key) ? thawed(key)
                   : static_cast<void>(core::forget_key(state_, key, Sequence(UINT64_MAX)));
}

void Forgetter::forget_thawed() {
    const Thawed oldest = thawed_.front();
    thawed_.pop_front();
    oldest.key.empty() ? forget_rest(oldest.rest) : forget_key(oldest.key);
}

}  // namespace holdfast::partition
