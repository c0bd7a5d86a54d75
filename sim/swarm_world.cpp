#include "sim/swarm_world.hpp"

#include <deque>

#include "sim/clients.hpp"
#include "sim/oracle.hpp"
#include "sim/service.hpp"
#include "sim/shoppers.hpp"

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
constexpr std::int64_t kTurnsMax = 1'000'000;  // likewise
constexpr std::size_t kSkus = 12;
constexpr int kStartsMax = 200;  // one of so many succeeds on any disk that the dice make

class World {
  public:
    explicit World(const SwarmOptions& options)
        : options_(options),
          dice_(options.seed),
          clock_(kStart),
          faults_(options.faults),
          service_({.in_files = options.in_files, .careless_disk = options.careless_disk},
                   {.dice = dice_, .faults = faults_, .clock = clock_},
                   [this](const auto& command, const auto& answer) { judge(command, answer); }),
          clients_({.seed = options.seed, .skus = kSkus, .merchant_percent = options.seed % 3 * 4}),
          shoppers_({.dice = dice_, .faults = faults_, .clock = clock_}, ~options.seed, kSkus),
          shopper_percent_(options.seed / 3 % 3 * 40) {
        report_.commands = options.commands;
        start();
    }
    World(const World&) = delete;
    World& operator=(const World&) = delete;
    ~World() { end_of_process(); }  // while those it answers are still there

    SwarmReport run() {
        std::int64_t turns = 0;
        while (sound() && (begun_ < options_.commands || open() > 0)) {
            begin_some();
            turn();
            if (++turns == kTurnsMax) {
                oracle_.found("clients never get their answers");
            }
        }
        come_to_rest();
        report_.violation =
            oracle_.violation() ? oracle_.violation() : shoppers_.judge().violation();
        mix(oracle_.state().hash);
        mix(dice_.next());
        report_.attempts = clients_.calls().attempts() + shoppers_.calls().attempts();
        report_.replies = shoppers_.replies();
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

    [[nodiscard]] bool sound() const {
        return !oracle_.violation() && !shoppers_.judge().violation();
    }
    [[nodiscard]] std::size_t open() const {
        return clients_.calls().open() + shoppers_.calls().open();
    }
    [[nodiscard]] Duration now() const { return clock_.now().boot; }
    void mix(std::uint64_t value) {
        report_.trace = (report_.trace ^ value) * kMixer;
        report_.trace ^= report_.trace >> 29;
    }

    void begin_some() {
        for (std::uint64_t i = dice_.below(8); i > 0 && begun_ < options_.commands; --i) {
            if (dice_.chance(shopper_percent_, 100)) {
                shoppers_.begin();
            } else {
                clients_.begin(now(), dice_, faults_);
            }
            ++begun_;
        }
    }

    void turn() {
        if (!service_.is_up() && now() >= down_until_) {
            start();
        }
        while (const auto call = clients_.calls().next_due(now())) {
            arrive(*call);
        }
        while (const auto call = shoppers_.calls().next_due(now())) {
            shoppers_.arrive(*call, service_.is_up() ? &service_.door() : nullptr,
                             {.state = oracle_.state(), .at = oracle_.position()});
        }
        if (service_.is_up()) {
            if (const auto stepped = service_.step(); !stepped) {
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
            clients_.calls().unheard(call, now(), dice_, faults_);
            return;
        }
        auto attempt = std::make_unique<Attempt>(*this, call);
        attempt->command = clients_.command(call);
        if (service_.writer().submit(*attempt) == model::RefusalCode::none) {
            attempts_.push_back(std::move(attempt));
        } else {
            clients_.calls().unheard(call, now(), dice_, faults_);
        }
    }

    void judge(const model::Command& command, const partition::Answer& answer) {
        ++report_.answers;
        mix(answer.sequence.value() * 8 + static_cast<std::uint64_t>(answer.kind));
        mix(static_cast<std::uint64_t>(base::to_ms(answer.time)));
        oracle_.judge(service_.ledger(), command, answer);
        shoppers_.judge().pass(answer);
    }

    void answered(Attempt& attempt) {
        judge(attempt.command, attempt.answer);
        clients_.hear(attempt.call, attempt.answer, now(), dice_, faults_);
    }

    void start() {
        auto started = service_.start();
        if (!started && is_damage(started.error()) && service_.restore_bit()) {
            ++report_.flips_noticed;
            started = service_.start();
        }
        if (started) {
            starts_failed_ = 0;
            service_.restore_bit();  // it did no harm
            oracle_.judge_restart(service_.ledger(), service_.writer().state());
        } else if (is_excused(started.error()) && ++starts_failed_ < kStartsMax) {
            ++report_.failed_starts;
            down_until_ = now() + Duration(dice_.between(1, kDownMsMax));
        } else {
            oracle_.found("the service does not start: " + started.error().message);
        }
    }

    // A flipped bit may look like the work of a later version.
    [[nodiscard]] static bool is_damage(const base::Error& error) {
        return error.code == base::ErrorCode::corrupted ||
               error.code == base::ErrorCode::newer_format;
    }

    // On a disk that fails or is full a start may fail, too, and say so; damage it may not find.
    [[nodiscard]] bool is_excused(const base::Error& error) const {
        const bool by_disk = faults_.on(FaultKind::bad_disk) || faults_.on(FaultKind::disk_full) ||
                             faults_.on(FaultKind::sudden_death);
        return options_.in_files && by_disk && !is_damage(error);
    }

    // What a failed append may lead to is the end of the process; anything else is damage.
    void end_process(const base::Error& error) {
        if (error.code == base::ErrorCode::corrupted) {
            oracle_.found("the service stopped: " + error.message);
        }
        crash();
    }

    void end_of_process() {
        report_.unknown_outcomes += shoppers_.bereft();
        service_.crash();
    }

    void crash() {
        ++report_.crashes;
        end_of_process();
        down_until_ = now() + Duration(dice_.between(0, kDownMsMax));
        for (const auto& attempt : attempts_) {
            if (!attempt->finished) {
                ++report_.unknown_outcomes;
                clients_.calls().unheard(attempt->call, now(), dice_, faults_);
            }
        }
        attempts_.clear();
    }

    // -- after the faults ---------------------------------------------------------------------
    void come_to_rest() {
        faults_ = Faults();
        crash();  // a last start, with a well disk
        down_until_ = now();
        clients_.calls().insist(now());
        shoppers_.calls().insist(now());
        rest_until([this] { return open() == 0; }, "a client never got its answer");
        clients_.ask_all_again(now());
        shoppers_.ask_all_again();
        rest_until([this] { return is_idle(); }, "the service never comes to rest");
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

    [[nodiscard]] bool is_idle() {
        return service_.is_up() && service_.writer().idle() && service_.door().waiting() == 0 &&
               shoppers_.waiting() == 0;
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
    Shoppers shoppers_;
    std::uint64_t shopper_percent_;
    Oracle oracle_;
    std::deque<std::unique_ptr<Attempt>> attempts_;
    std::uint64_t begun_ = 0;
    int starts_failed_ = 0;  // since the last that did not
    Duration down_until_{};
    SwarmReport report_;
};

}  // namespace

SwarmOptions draw_options(std::uint64_t seed, std::uint64_t commands) {
    base::Prng dice(seed);
    return {.seed = seed,
            .commands = commands,
            .faults = Faults::drawn(dice),
            .in_files = seed % 2 == 0};
}

void add(SwarmReport& sum, const SwarmReport& more) {
    for (const auto field :
         {&SwarmReport::commands, &SwarmReport::attempts, &SwarmReport::answers,
          &SwarmReport::replies, &SwarmReport::crashes, &SwarmReport::failed_appends,
          &SwarmReport::failed_starts, &SwarmReport::flips_noticed, &SwarmReport::unknown_outcomes,
          &SwarmReport::checkpoints, &SwarmReport::events}) {
        sum.*field += more.*field;
    }
    sum.simulated_ms += more.simulated_ms;
}

SwarmReport run_swarm(const SwarmOptions& options) { return World(options).run(); }

}  // namespace holdfast::sim
