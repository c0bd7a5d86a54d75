#include "bench/service/producer.hpp"

#include "base/bell.hpp"
#include "base/check.hpp"

namespace holdfast::bench {

using std::chrono::steady_clock;

namespace {

constexpr auto kLongWait = std::chrono::milliseconds(50);
// An open loop gives its commands in steps of this: shorter ones would take a core for themselves.
// What a command waits for its step is part of its latency.
constexpr auto kTick = std::chrono::microseconds(100);

}  // namespace

void Slot::done() {
    answered = steady_clock::now();
    CHECK(finished_.try_push(this));
}

Producer::Producer(partition::Writer& writer, std::size_t outstanding)
    : writer_(writer), finished_(outstanding) {
    for (std::size_t i = 0; i < outstanding; ++i) {
        slots_.push_back(std::make_unique<Slot>(finished_));
        idle_.push_back(slots_.back().get());
    }
}

bool Producer::submit(model::Command command, SteadyTime intended, Progress& progress) {
    if (idle_.empty()) {
        ++progress.overloaded;
        return false;
    }
    Slot* const slot = idle_.back();
    slot->command = std::move(command);
    slot->intended = intended;
    if (writer_.submit(*slot) != model::RefusalCode::none) {
        ++progress.overloaded;
        return false;
    }
    idle_.pop_back();
    return true;
}

void Producer::collect(Progress& progress, SteadyTime begin, const Look& look) {
    back_.clear();
    finished_.drain(back_);
    for (Slot* const slot : back_) {
        ++progress.commands;
        progress.refused += slot->answer.kind == partition::AnswerKind::refused ? 1 : 0;
        progress.latency.record((slot->answered - slot->intended).count());
        const auto second =
            static_cast<std::size_t>((slot->answered - begin) / std::chrono::seconds(1));
        progress.per_second.resize(std::max(progress.per_second.size(), second + 1));
        ++progress.per_second[second];
        look(*slot);
        idle_.push_back(slot);
    }
}

Progress Producer::run(const std::function<bool()>& more, const Make& make, const Look& look) {
    Progress out;
    const auto begin = steady_clock::now();
    while (true) {
        while (!idle_.empty() && more()) {
            CHECK(submit(make(), steady_clock::now(), out));
        }
        if (idle_.size() == slots_.size()) {
            return out;
        }
        if (finished_.size_estimate() == 0) {
            static_cast<void>(finished_.wait_for_work(kLongWait));
        }
        collect(out, begin, look);
    }
}

Progress Producer::run_at(double rate, std::chrono::nanoseconds length, const Make& make,
                          const Look& look) {
    Progress out;
    const auto begin = steady_clock::now();
    const auto end = begin + length;
    const auto gap = std::chrono::duration<double, std::nano>(1e9 / rate);
    base::Bell tick;  // never rung
    std::uint64_t given = 0;
    while (true) {
        const auto now = steady_clock::now();
        auto due = begin + std::chrono::nanoseconds(
                               static_cast<std::int64_t>(static_cast<double>(given) * gap.count()));
        while (due <= now && due < end) {
            static_cast<void>(submit(make(), due, out));
            ++given;
            due = begin + std::chrono::nanoseconds(
                              static_cast<std::int64_t>(static_cast<double>(given) * gap.count()));
        }
        if (due >= end && idle_.size() == slots_.size()) {
            return out;
        }
        static_cast<void>(tick.wait_for(kTick));
        collect(out, begin, look);
    }
}

}  // namespace holdfast::bench
