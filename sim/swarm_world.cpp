#include "sim/swarm_world.hpp"

#include <deque>

#include "sim/clients.hpp"
#include "sim/oracle.hpp"
#include "sim/service.hpp"

namespace holdfast::sim {

using base::Duration;

namespace {

// 2026-01-01T00:00:00Z: any fixed start will do.
constexpr base::Instant kStart{.wall = base::time_from_ms(1'767'225'600'000),
                               .boot = Duration(1'000)};
constexpr std::int64_t kStepMsMax = 20;
constexpr std::int64_t kDownMsMax = 5'000;
constexpr std::int64_t kTwoDaysMs = 2 * 24 * 3'600'000;
constexpr std::int64_t kBatchesToRest = 20'000;  // far more than any run needs
constexpr std::uint64_t kMixer = 0x9E3779B97F4A7C15ULL;

class World {
  public:
    explicit World(const SwarmOptions& options)
        : options_(options),
          dice_(options.seed),
          clock_(kStart),
          faults_(options.faults),
          service_(options.careless_disk, kStart),
          clients_({.seed = options.seed, .skus = 12, .merchant_percent = options.seed % 3 * 4}) {
        report_.commands = options.commands;
        start();
    }

    SwarmReport run() {
        while (sound() && (begun_ < options_.commands || clients_.open() > 0)) {
            begin_some();
            turn();
        }
        come_to_rest();
        report_.violation = oracle_.violation();
        mix(oracle_.state().hash);
        mix(dice_.next());
        report_.attempts = clients_.attempts();
        report_.checkpoints = service_.checkpoints();
        report_.simulated_ms = (clock_.now().boot - kStart.boot).count();
        return report_;
    }

  private:
    struct Attempt final : partition::Submission {
        Attempt(World& owner, std::size_t number) : world(owner), call(number) {}
        void done() override {
            finished = true;
            world.answered(*this);
        }
        World& world;
        std::size_t call;
        bool finished = false;
    };

    [[nodiscard]] bool sound() const { return !oracle_.violation(); }
    [[nodiscard]] Duration now() const { return clock_.now().boot; }
    void mix(std::uint64_t value) {
        report_.trace = (report_.trace ^ value) * kMixer;
        report_.trace ^= report_.trace >> 29;
    }

    void begin_some() {
        for (std::uint64_t i = dice_.below(8); i > 0 && begun_ < options_.commands; --i) {
            clients_.begin(now(), dice_, faults_);
            ++begun_;
        }
    }

    void turn() {
        if (!service_.is_up() && now() >= down_until_) {
            start();
        }
        while (const auto call = clients_.next_due(now())) {
            arrive(*call);
        }
        if (service_.is_up()) {
            if (const auto stepped = service_.step(clock_.now(), dice_, faults_); !stepped) {
                ++report_.failed_appends;
                end_process(stepped.error());
            } else if (faults_.strikes(FaultKind::crash, dice_)) {
                crash();
            }
        }
        while (!attempts_.empty() && attempts_.front()->finished) {
            attempts_.pop_front();
        }
        pass_time();
    }

    void pass_time() {
        // With nothing to do but wait for a client that comes back in hours, hours pass.
        const bool idle =
            service_.is_up() && service_.writer().idle() && begun_ == options_.commands;
        const Duration by(idle ? dice_.between(0, 60'000) : dice_.between(0, kStepMsMax));
        clock_.advance(by);
        if (faults_.on(FaultKind::wall_drifts)) {
            const std::int64_t part = options_.seed % 2 == 0 ? 50 : -50;
            clock_.jump_wall(Duration(by.count() / part));
        }
        if (faults_.strikes(FaultKind::wall_jumps, dice_)) {
            clock_.jump_wall(Duration(dice_.between(-kTwoDaysMs, kTwoDaysMs)));
        }
    }

    void arrive(std::size_t call) {
        if (!service_.is_up() || faults_.strikes(FaultKind::lost_requests, dice_)) {
            clients_.unheard(call, now(), dice_, faults_);
            return;
        }
        auto attempt = std::make_unique<Attempt>(*this, call);
        attempt->command = clients_.call(call).command;
        if (service_.writer().submit(*attempt) == model::RefusalCode::none) {
            attempts_.push_back(std::move(attempt));
        } else {
            clients_.unheard(call, now(), dice_, faults_);
        }
    }

    void answered(Attempt& attempt) {
        ++report_.answers;
        const auto& answer = attempt.answer;
        mix(answer.sequence.value() * 8 + static_cast<std::uint64_t>(answer.kind));
        mix(static_cast<std::uint64_t>(base::to_ms(answer.time)));
        oracle_.judge(service_.ledger(), attempt.command, answer);
        clients_.hear(attempt.call, answer, now(), dice_, faults_);
    }

    void start() {
        const auto started = service_.start(clock_.now(), dice_, faults_);
        if (!started) {
            oracle_.found("the service does not start: " + started.error().message);
            return;
        }
        oracle_.judge_restart(service_.ledger(), service_.writer().state());
    }

    // What a failed append may lead to is the end of the process; anything else is damage.
    void end_process(const base::Error& error) {
        if (error.code == base::ErrorCode::corrupted) {
            oracle_.found("the service stopped: " + error.message);
        }
        crash();
    }

    void crash() {
        ++report_.crashes;
        service_.crash();
        down_until_ = now() + Duration(dice_.between(0, kDownMsMax));
        for (const auto& attempt : attempts_) {
            if (!attempt->finished) {
                ++report_.unknown_outcomes;
                clients_.unheard(attempt->call, now(), dice_, faults_);
            }
        }
        attempts_.clear();
    }

    // -- after the faults ---------------------------------------------------------------------
    void come_to_rest() {
        faults_ = Faults();
        crash();  // a last start, with a well disk
        down_until_ = now();
        clients_.insist(now());
        rest_until([this] { return clients_.open() == 0; }, "a client never got its answer");
        clients_.ask_all_again(now());
        rest_until([this] { return service_.writer().idle(); }, "the writer never comes to rest");
        rest_until([this] { return is_empty(); }, "a hold or a place in a queue never ends");
        if (sound()) {
            oracle_.catch_up(service_.ledger());
        }
        report_.events = oracle_.position().value();
    }

    template <typename Reached>
    void rest_until(const Reached& reached, const char* otherwise) {
        for (std::int64_t i = 0; sound() && (i == 0 || !reached()); ++i) {
            if (i == kBatchesToRest) {
                oracle_.found(otherwise);
                return;
            }
            turn();
            if (service_.is_up() && service_.writer().clock().suspended()) {
                service_.writer().clock().confirm_wall();  // the operator
            }
        }
    }

    // Only what waits for a person is left.
    [[nodiscard]] bool is_empty() {
        if (!service_.is_up()) {
            return false;
        }
        const core::Reservation* const due = service_.writer().state().first_due();
        return due == nullptr;
    }

    SwarmOptions options_;
    base::Prng dice_;
    base::ManualClock clock_;
    Faults faults_;
    Service service_;
    Clients clients_;
    Oracle oracle_;
    std::deque<std::unique_ptr<Attempt>> attempts_;
    std::uint64_t begun_ = 0;
    Duration down_until_{};
    SwarmReport report_;
};

}  // namespace

SwarmReport run_swarm(const SwarmOptions& options) { return World(options).run(); }

}  // namespace holdfast::sim
