#include "sim/calls.hpp"

#include <algorithm>

namespace holdfast::sim {

using base::Duration;

namespace {

constexpr std::int64_t kLateMs = 400;
constexpr std::int64_t kTimeoutMs = 1'000;
constexpr std::uint32_t kDoublingsMax = 7;  // about two minutes
constexpr std::int64_t kHoursMs = 6 * 3'600'000;

}  // namespace

void Calls::begin(Duration now, base::Prng& dice, const Faults& faults) {
    const std::size_t number = calls_.size();
    calls_.emplace_back();
    ++open_;
    const int copies = faults.strikes(FaultKind::duplicates, dice) ? 2 : 1;
    for (int copy = 0; copy < copies; ++copy) {
        const bool late = faults.strikes(FaultKind::delays, dice);
        deliver(number, now + Duration(late ? dice.between(1, kLateMs) : 0));
    }
    // Who hears nothing asks again, until it hears.
    if (faults.strikes(FaultKind::abandoned, dice)) {
        close(calls_[number], false);
    }
}

void Calls::deliver(std::size_t call, Duration due) {
    on_their_way_.push({.due = due, .number = ++numbers_, .call = call});
}

std::optional<std::size_t> Calls::next_due(Duration now) {
    if (on_their_way_.empty() || on_their_way_.top().due > now) {
        return std::nullopt;
    }
    const std::size_t call = on_their_way_.top().call;
    on_their_way_.pop();
    ++calls_[call].attempts;
    ++attempts_;
    return call;
}

void Calls::unheard(std::size_t number, Duration now, base::Prng& dice, const Faults& faults) {
    const Call& call = calls_[number];
    if (call.answered || call.given_up) {
        return;
    }
    const bool late = faults.strikes(FaultKind::late_retries, dice);
    // Ever more patient, as clients should be: else those of a service that keeps crashing grow
    // into a crowd that no later start can serve before the next crash.
    const std::int64_t patience = kTimeoutMs << std::min(call.attempts / 2, kDoublingsMax);
    deliver(number,
            now + Duration(late ? dice.between(kTimeoutMs, kHoursMs) : dice.between(1, patience)));
}

bool Calls::hear(std::size_t number, Duration now, base::Prng& dice, const Faults& faults) {
    Call& call = calls_[number];
    if (call.answered) {
        return false;
    }
    if (faults.strikes(FaultKind::lost_requests, dice)) {
        unheard(number, now, dice, faults);
        return false;
    }
    close(call, true);
    return true;
}

void Calls::close(Call& call, bool answered) {
    if (!call.answered && !call.given_up) {
        --open_;
    }
    call.answered = call.answered || answered;
    call.given_up = !call.answered;
}

void Calls::insist(Duration now) {
    while (!on_their_way_.empty()) {
        on_their_way_.pop();
    }
    for (std::size_t number = 0; number < calls_.size(); ++number) {
        Call& call = calls_[number];
        if (call.given_up) {
            call.given_up = false;
            ++open_;
        }
        if (!call.answered) {
            deliver(number, now);
        }
    }
}

}  // namespace holdfast::sim
