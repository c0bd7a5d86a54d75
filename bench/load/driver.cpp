#include "bench/load/driver.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <fstream>

#include "base/check.hpp"
#include "bench/load/server_cpu.hpp"

namespace holdfast::bench {
namespace {

using std::chrono::steady_clock;

constexpr auto kMendEvery = std::chrono::milliseconds(100);
constexpr auto kLongTurn = std::chrono::milliseconds(20);
constexpr auto kDrain = std::chrono::seconds(30);
constexpr std::uint16_t kAttemptsMax = 1'000;

SteadyTime::duration seconds(double length) {
    return std::chrono::duration_cast<SteadyTime::duration>(std::chrono::duration<double>(length));
}

double own_cpu() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto add = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
    };
    return add(usage.ru_utime) + add(usage.ru_stime);
}

const char* word(Verb verb) {
    switch (verb) {
        case Verb::reserve: return "reserve";
        case Verb::commit: return "commit";
        case Verb::release: return "release";
    }
    return "";
}

}  // namespace

Driver::Driver(Loop& loop, const DriverSettings& settings)
    : loop_(loop),
      settings_(settings),
      workload_(settings.distribution, settings.skus, settings.carts, settings.seed) {}

Driver::~Driver() {
    if (settings_.acked_file.empty()) {
        return;
    }
    std::ofstream out(settings_.acked_file);
    for (const auto& acked : acked_) {
        out << acked.key.uuid() << '\t' << (acked.refused ? "refused" : word(acked.verb)) << '\t'
            << acked.hold.text() << '\n';
    }
}

Operation* Driver::fresh() {
    if (spare_.empty()) {
        all_.push_back(std::make_unique<Operation>());
        return all_.back().get();
    }
    Operation* const out = spare_.back();
    spare_.pop_back();
    return out;
}

void Driver::start_client(SteadyTime intended) {
    Operation* const operation = fresh();
    workload_.fill_reserve(*operation);
    operation->intended = intended;
    queue_.push_back(operation);
    ++started_;
    if (settings_.repeat_percent != 0 && workload_.repeat(settings_.repeat_percent)) {
        Operation* const twin = fresh();
        *twin = *operation;
        twin->counts = false;
        operation->twin = true;
        twins_.push_back(twin);
        ++report_.repeated;
    }
}

bool Driver::stopped(SteadyTime now) const {
    return now >= end_ ||
           (settings_.reserves_max != 0 && started_ >= settings_.reserves_max && !saw_lost_);
}

void Driver::generate(SteadyTime now) {
    if (settings_.rate <= 0) {
        return;
    }
    const auto gap = seconds(workload_.commands_per_reserve() / settings_.rate);
    while (next_arrival_ <= now && next_arrival_ < end_) {
        start_client(next_arrival_);
        next_arrival_ += gap;
    }
}

void Driver::dispatch() {
    while ((!queue_.empty() || !twins_.empty()) && !idle_.empty()) {
        Session* const session = idle_.front();
        idle_.pop_front();
        session->listed_ = false;
        const std::size_t room = session->room();
        if (room == 0) {
            continue;
        }
        // A repetition goes to another connection than what it repeats.
        auto& source = queue_.empty() || (!twins_.empty() && give_twin_) ? twins_ : queue_;
        give_twin_ = &source == &queue_;
        taken_.clear();
        while (taken_.size() < room && !source.empty()) {
            taken_.push_back(source.front());
            source.pop_front();
        }
        flying_ += taken_.size();
        session->take(taken_);
        list(*session);
    }
}

void Driver::list(Session& session) {
    if (!session.listed_) {
        session.listed_ = true;
        idle_.push_back(&session);
    }
}

void Driver::add(Session& session) {
    sessions_.push_back(&session);
    list(session);
}

void Driver::acknowledge(const Operation& operation) {
    if (!settings_.acked_file.empty() && operation.outcome != Outcome::failed) {
        acked_.push_back({.key = operation.key,
                          .hold = operation.hold,
                          .verb = operation.verb,
                          .refused = operation.outcome == Outcome::refused});
    }
}

// Both answers to one key must name one hold.
void Driver::compare(const Operation& operation) {
    const auto name = operation.outcome == Outcome::done ? operation.hold : HoldName("refused");
    const auto [found, first] = answers_.try_emplace(operation.key.low, name);
    if (!first) {
        report_.different += found->second == name ? 0 : 1;
        answers_.erase(found);
    }
}

void Driver::count(const Operation& operation, SteadyTime now) {
    if (operation.outcome == Outcome::failed) {
        ++report_.failed;
        return;
    }
    // An open loop is judged by what should have been sent, a closed one by what came back.
    const SteadyTime when = settings_.rate > 0 ? operation.intended : now;
    if (when < measure_from_ || operation.intended >= window_end_) {
        return;
    }
    if (now > window_end_) {
        // Too late to be throughput; in an open loop its latency counts all the same.
        if (settings_.rate > 0) {
            report_.latency.record((now - operation.intended).count());
        }
        return;
    }
    ++report_.commands;
    report_.reserves += operation.verb == Verb::reserve ? 1 : 0;
    report_.refused += operation.outcome == Outcome::refused ? 1 : 0;
    report_.latency.record((now - operation.intended).count());
    const auto second = static_cast<std::size_t>((now - measure_from_) / std::chrono::seconds(1));
    report_.per_second.resize(std::max(report_.per_second.size(), second + 1));
    ++report_.per_second[second];
}

// What the client does next: end the hold it got, or begin anew.
void Driver::follow(Operation& operation, SteadyTime now) {
    const bool reserved =
        operation.verb == Verb::reserve && operation.outcome == Outcome::done && operation.counts;
    if (reserved && !operation.twin && !stopped(now) && workload_.turn_into_end(operation)) {
        operation.intended = now;
        queue_.push_back(&operation);
        return;
    }
    const bool again = operation.counts && settings_.rate <= 0 && !stopped(now);
    recycle(&operation);
    if (again) {
        start_client(now);
    }
}

void Driver::finished(Operation& operation, Session& session) {
    --flying_;
    list(session);
    if (operation.outcome == Outcome::lost && ++operation.attempts < kAttemptsMax) {
        ++report_.lost;
        operation.outcome = Outcome::pending;
        queue_.push_front(&operation);
        return;
    }
    const auto now = steady_clock::now();
    if (operation.twin || !operation.counts) {
        compare(operation);
    }
    if (operation.counts) {
        count(operation, now);
        acknowledge(operation);
    }
    follow(operation, now);
}

void Driver::mend(SteadyTime now) {
    if (now < mend_at_) {
        return;
    }
    mend_at_ = now + kMendEvery;
    for (Session* const session : sessions_) {
        if (!session->mend()) {
            return;
        }
        list(*session);
    }
}

SteadyTime Driver::next_wake(SteadyTime now) const {
    auto out = std::min(now + kLongTurn, std::max(now, end_));
    return settings_.rate > 0 && next_arrival_ < end_ ? std::min(out, next_arrival_) : out;
}

DriverReport Driver::run() {
    const auto begin = steady_clock::now();
    measure_from_ = begin + seconds(settings_.warm_up);
    end_ = measure_from_ + seconds(settings_.seconds);
    window_end_ = end_;
    next_arrival_ = begin;
    mend_at_ = begin + kMendEvery;
    double server = 0;
    double client = 0;
    bool measuring = false;
    const std::size_t clients = settings_.rate > 0 ? 0 : settings_.clients;
    for (std::size_t i = 0; i < clients; ++i) {
        start_client(begin);
    }
    auto now = begin;
    while (!stopped(now)) {
        if (!measuring && now >= measure_from_) {
            measuring = true;
            server = cpu_seconds_of_tree(settings_.server_pid);
            client = own_cpu();
        }
        generate(now);
        dispatch();
        loop_.turn(next_wake(now));
        now = steady_clock::now();
        mend(now);
    }
    report_.server_cpu = cpu_seconds_of_tree(settings_.server_pid) - server;
    report_.client_cpu = own_cpu() - client;
    report_.seconds = std::chrono::duration<double>(std::min(now, end_) - measure_from_).count();
    finish_what_flies();
    return report_;
}

// What was sent is waited for; what was never sent is counted, not forgotten.
void Driver::finish_what_flies() {
    const bool closed = settings_.rate <= 0;
    const bool keep = settings_.reserves_max != 0 || !settings_.acked_file.empty() || !closed;
    auto now = steady_clock::now();
    const auto limit = now + kDrain;
    end_ = std::min(end_, now);
    report_.overdue = closed ? 0 : queue_.size();
    if (!keep) {
        queue_.clear();
        twins_.clear();
    }
    while ((flying_ != 0 || !queue_.empty() || !twins_.empty()) && now < limit) {
        dispatch();
        loop_.turn(now + kLongTurn);
        now = steady_clock::now();
        mend(now);
    }
    report_.unanswered = flying_ + queue_.size();
}

std::string to_json(const DriverReport& report) {
    std::string out;
    const auto field = [&out](const char* name, double value) {
        std::array<char, 64> text{};
        std::snprintf(text.data(), text.size(), "%.9g", value);
        out += std::string(out.empty() ? "{" : ",") + '"' + name + "\":" + text.data();
    };
    const auto whole = [&field](const char* name, std::uint64_t value) {
        field(name, static_cast<double>(value));
    };
    field("seconds", report.seconds);
    whole("commands", report.commands);
    whole("reserves", report.reserves);
    whole("refused", report.refused);
    whole("failed", report.failed);
    whole("lost", report.lost);
    whole("repeated", report.repeated);
    whole("different", report.different);
    whole("overdue", report.overdue);
    whole("unanswered", report.unanswered);
    field("server_cpu", report.server_cpu);
    field("client_cpu", report.client_cpu);
    field("per_second", static_cast<double>(report.commands) / std::max(report.seconds, 1e-9));
    for (const auto& [name, share] :
         {std::pair{"p50_us", 0.5}, {"p90_us", 0.9}, {"p99_us", 0.99}, {"p999_us", 0.999}}) {
        field(name, static_cast<double>(report.latency.quantile(share)) / 1e3);
    }
    field("max_us", static_cast<double>(report.latency.max()) / 1e3);
    out += ",\"each_second\":[";
    for (std::size_t i = 0; i < report.per_second.size(); ++i) {
        out += (i == 0 ? "" : ",") + std::to_string(report.per_second[i]);
    }
    return out + "]}";
}

}  // namespace holdfast::bench
