// The machine against the naive model: random commands over few names, every outcome and quantity.
//
// Few SKUs, pools, references and keys make collisions common; sweeps, tiny budgets and crashes
// come at random and may never be seen in an answer. An episode is a function of its number alone:
// a failure names it and prints the fewest steps that still fail.
//
//   HOLDFAST_COMMANDS=10000000   how many commands (default 150,000)
//   HOLDFAST_EPISODE=17          the episode to begin with (default 1)
// In every second episode memory forgets whatever it may after each command, and thaws it when it
// is asked for: no answer may show that.
//
//   HOLDFAST_TRACE=1             print every step before it is run, for a CHECK that ends the test
#include <chrono>
#include <cstdlib>
#include <iostream>

#include "base/clock.hpp"
#include "core/naive_dice.hpp"
#include "core/naive_world.hpp"

namespace holdfast::core {
namespace {

using namespace model;
using testing::Answer;
using testing::Ask;
using testing::AskDice;
using testing::NaiveModel;
using testing::NaiveWorld;
using testing::Step;

constexpr std::uint64_t kCommands = 150'000;
constexpr int kStepsPerEpisode = 400;

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
    const char* const text = std::getenv(name);
    return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

// How often each kind of answer was compared: what never comes up is not tested.
struct Tally {
    std::map<RefusalCode, std::uint64_t> codes;
    std::map<Operation, std::uint64_t> done;
    std::map<CountOutcome, std::uint64_t> counted;
    std::uint64_t replayed = 0, parked = 0, without_effect = 0, retaken = 0, unrecorded = 0,
                  queued = 0, split = 0, grants = 0, thawed = 0, seen_before = 0, commands = 0;

    void count(const Ask& ask, const Answer& answer, const NaiveModel& naive) {
        ++commands;
        ++codes[answer.code];
        replayed += answer.replayed ? 1 : 0;
        parked += answer.parked ? 1 : 0;
        without_effect += answer.changes ? 0 : 1;
        const bool done_now = answer.code == RefusalCode::none && !answer.replayed;
        done[ask.operation] += done_now && answer.changes ? 1 : 0;
        if (answer.counted) {
            ++counted[*answer.counted];
        }
        if (done_now && answer.shows && answer.changes) {
            const auto& shown = naive.reservations[*answer.shows];
            retaken += ask.operation == Operation::commit && *answer.shows != ask.target ? 1 : 0;
            queued += shown.waiting == ReservationState::queued ? 1 : 0;
            split += shown.lines[0].parts.size() > 1 ? 1 : 0;
        }
        unrecorded +=
            answer.code == RefusalCode::insufficient_stock && !ask.key().empty() && !answer.recorded
                ? 1
                : 0;
    }
};

// -- what a failing episode prints --------------------------------------------------------

// What a command that sets a policy sets.
std::string describe_policy(const Ask& ask) {
    std::ostringstream out;
    const auto& p = ask.policy;
    if (ask.operation == Operation::put_class) {
        out << " ttl " << p.ttl << '/' << p.ttl_max << " payment " << p.payment << '/'
            << p.payment_max << " lifetime " << p.lifetime << " extensions " << p.extensions
            << (p.review ? " review" : "") << (p.refuses_late ? " refuses_late" : "")
            << (p.untracked ? " untracked" : "") << " safety " << p.safety_units << '/'
            << p.safety_permille << " backorder " << p.backorder << " soft " << p.hold_permille
            << " stop_at " << p.stop_at << ' ' << static_cast<int>(p.allocation)
            << (p.split ? " split" : "") << " wait_max " << p.wait_max << " line_max " << p.line_max
            << " count " << p.count_units << '/' << p.count_permille;
    }
    if (ask.operation == Operation::put_pool) {
        out << " region '" << ask.warehouse.region << "' priority " << ask.warehouse.priority
            << " overflow '" << ask.warehouse.overflow << "' channels "
            << ::testing::PrintToString(ask.warehouse.channels);
    }
    for (const auto& caps : {p.caps, ask.caps}) {
        for (std::size_t k = 0; k < caps.size(); ++k) {
            if (caps[k].any()) {
                out << ' ' << to_string(static_cast<PrincipalKind>(k)) << " caps " << caps[k].units
                    << '/' << caps[k].holds << '/' << caps[k].unit_seconds;
            }
        }
    }
    if (ask.operation == Operation::change_selling) {
        out << ' ' << to_string(ask.scope);
    }
    if (ask.operation == Operation::resolve_case) {
        out << ' ' << to_string(ask.kind) << " nth " << ask.nth << ' ' << to_string(ask.resolution)
            << (ask.wrong_plan ? " wrong plan" : "");
    }
    return out.str();
}

std::string describe(const Step& step) {
    std::ostringstream out;
    const Ask& ask = step.ask;
    out << "+" << step.seconds << "s" << (step.sweep ? " sweep" : "")
        << (step.crash ? " crash" : "") << (step.settle ? " settle" : "") << " budget "
        << step.budget << " | " << to_string(ask.operation);
    const auto say = [&](const char* what, const auto& value, const auto& otherwise) {
        if (!(value == otherwise)) {
            out << ' ' << what << '=' << value;
        }
    };
    say("target", ask.target, 0u);
    say("name", ask.name, "");
    say("pool", ask.pool, "");
    say("to", ask.to, "");
    say("quantity", ask.quantity, 0);
    say("some", ask.some.value_or(-1), -1);
    say("at", ask.at.value_or(NaiveModel::kNever), NaiveModel::kNever);
    say("reason", to_string(ask.reason), "none");
    say("from_unavailable", to_string(ask.from_unavailable), "none");
    say("flag", ask.flag, false);
    say("by_key", ask.by_key, false);
    say("key", ask.key(), "");
    for (const auto& line : ask.cart.lines) {
        out << " [" << line.quantity << ' ' << line.sku << (line.pool.empty() ? "" : " in ")
            << line.pool;
        say("min", line.min_quantity.value_or(-1), -1);
        out << ']';
    }
    say("ttl", ask.cart.ttl_seconds.value_or(-1), -1);
    say("wait", ask.cart.wait_seconds.value_or(-1), -1);
    say("reference", ask.cart.reference, "");
    say("agent", ask.cart.agent_id, "");
    say("operator", ask.cart.operator_id, "");
    say("buyer", ask.cart.customer, "");
    say("channel", ask.cart.channel, "");
    say("region", ask.cart.region, "");
    say("supersedes", ask.supersedes.value_or(NaiveWorld::kNobody), NaiveWorld::kNobody);
    say("same_reference", ask.cart.supersedes_same_reference, false);
    say("partial", ask.cart.partial, false);
    say("dry_run", ask.cart.dry_run, false);
    for (const auto& part : ask.with.lines) {
        out << " [" << part.quantity << ' ' << part.sku << ']';
    }
    say("version", ask.with.version.value_or(0), 0u);
    say("ttl", ask.with.ttl_seconds.value_or(-1), -1);
    say("from", ask.with.from, "");
    say("to", ask.with.to, "");
    say("damaged", ask.with.disposition == Disposition::damaged, false);
    say("after_another", ask.after_another, false);
    say("lag", ask.lag, 0u);
    say("who", ask.who, "");
    out << describe_policy(ask);
    return out.str();
}

std::string replay(const std::vector<Step>& steps, bool forgets) {
    NaiveWorld world(forgets);
    for (const auto& step : steps) {
        if (auto difference = world.run(step); !difference.empty()) {
            return difference;
        }
    }
    return {};
}

// Leaves out what is not needed for a difference of this kind, in ever smaller pieces.
std::vector<Step> shrunk(std::vector<Step> steps, const std::string& difference, bool forgets) {
    const auto kind_of = [](std::string text) {
        if (!text.starts_with("code")) {
            text = text.substr(0, std::min(text.find(": machine"), text.find(": reservation")));
        }
        std::erase_if(text, [](char c) { return c >= '0' && c <= '9'; });
        return text;
    };
    const auto fails = [&](const std::vector<Step>& fewer) {
        return kind_of(replay(fewer, forgets)) == kind_of(difference);
    };
    for (std::size_t piece = steps.size() / 2; piece > 0; piece /= 2) {
        for (std::size_t at = 0; at + piece <= steps.size();) {
            auto fewer = steps;
            const auto begin = fewer.begin() + static_cast<std::ptrdiff_t>(at);
            std::int64_t seconds = 0;
            for (std::size_t i = at; i < at + piece; ++i) {
                seconds += steps[i].seconds;
            }
            const auto next = fewer.erase(begin, begin + static_cast<std::ptrdiff_t>(piece));
            if (next != fewer.end()) {
                next->seconds += seconds;
            }
            fails(fewer) ? void(steps = std::move(fewer)) : void(at += piece);
        }
    }
    return steps;
}

// -- episodes -----------------------------------------------------------------------------

class Episode {
  public:
    Episode(std::uint64_t number, Tally& tally)
        : tally_(tally),
          forgets_(number % 2 == 0),
          world_(forgets_),
          dice_(number, world_.model()) {}

    void run(std::uint64_t most) {
        const bool traced = setting("HOLDFAST_TRACE", 0) != 0;
        auto beginning = dice_.beginning();
        for (std::size_t i = 0; i < beginning.size() + kStepsPerEpisode && i < most; ++i) {
            steps_.push_back(i < beginning.size() ? beginning[i] : dice_.next());
            if (traced) {
                std::cerr << describe(steps_.back()) << std::endl;
            }
            if (auto difference = world_.run(steps_.back()); !difference.empty()) {
                return fail(difference);
            }
            tally_.count(steps_.back().ask, world_.answer(), world_.model());
        }
        if (auto difference = world_.run({.ask = steps_[0].ask, .settle = true});
            !difference.empty()) {
            fail(difference);
        }
        tally_.grants += world_.grants();
        tally_.thawed += world_.thawed();
        tally_.seen_before += world_.model().seen_before;
    }

  private:
    void fail(const std::string& difference) {
        std::ostringstream out;
        const auto few = shrunk(steps_, difference, forgets_);
        for (const auto& step : few) {
            out << "  " << describe(step) << '\n';
        }
        ADD_FAILURE() << difference << "\nThe fewest steps that differ: " << replay(few, forgets_)
                      << '\n'
                      << out.str();
    }

    Tally& tally_;
    bool forgets_;
    NaiveWorld world_;
    AskDice dice_;
    std::vector<Step> steps_;
};

void expect_variety(Tally& tally, std::uint64_t at_least) {
    using enum RefusalCode;
    for (const auto code : {none,
                            idempotency_key_reused,
                            released_before_create,
                            unknown_sku,
                            unknown_pool,
                            unknown_class,
                            unknown_reservation,
                            unknown_line,
                            unknown_transfer,

                            limit_exceeded,
                            ttl_out_of_bounds,
                            version_mismatch,
                            expired,
                            illegal_transition,
                            quantity_exceeded,
                            extension_limit_reached,
                            lifetime_exceeded,
                            selling_stopped,
                            owner_limit_exceeded,
                            insufficient_stock,
                            late_commit_shortfall,
                            count_stale,
                            plan_changed,
                            approval_by_submitter,
                            case_not_resolvable}) {
        EXPECT_GE(tally.codes[code], at_least) << ::testing::PrintToString(code);
    }
    for (int op = static_cast<int>(Operation::create);
         op <= static_cast<int>(Operation::resolve_case); ++op) {
        EXPECT_GE(tally.done[static_cast<Operation>(op)], at_least)
            << to_string(static_cast<Operation>(op));
    }
    for (int outcome = 0; outcome <= static_cast<int>(CountOutcome::outdated); ++outcome) {
        EXPECT_GE(tally.counted[static_cast<CountOutcome>(outcome)], at_least) << outcome;
    }
    for (const auto figure :
         {tally.replayed, tally.parked, tally.without_effect, tally.retaken, tally.unrecorded,
          tally.queued, tally.split, tally.grants, tally.thawed, tally.seen_before}) {
        EXPECT_GE(figure, at_least);
    }
}

TEST(NaiveModel, AgreesWithTheMachineOnEveryOutcomeAndQuantity) {
    const std::uint64_t commands = setting("HOLDFAST_COMMANDS", kCommands);
    const std::uint64_t first = setting("HOLDFAST_EPISODE", 1);
    const std::int64_t began = base::elapsed_nanoseconds();
    Tally tally;
    std::uint64_t number = first;
    for (; tally.commands < commands; ++number) {
        Episode(number, tally).run(commands - tally.commands);
        ASSERT_FALSE(HasFailure()) << "in episode " << number;
        if ((number - first) % 1000 == 999) {
            std::cout << "episode " << number << ", " << tally.commands << " commands" << std::endl;
        }
    }
    const auto took_ms = (base::elapsed_nanoseconds() - began) / 1'000'000;
    std::cout << tally.commands << " commands, episodes " << first << " to " << number - 1 << ", "
              << took_ms << " ms, " << tally.grants << " grants, "
              << ::testing::PrintToString(tally.codes) << std::endl
              << "counts: {\"episodes\": " << number - first << ", \"commands\": " << tally.commands
              << "}" << std::endl;
    if (commands >= kCommands) {
        expect_variety(tally, 10);
    }
}

}  // namespace
}  // namespace holdfast::core
