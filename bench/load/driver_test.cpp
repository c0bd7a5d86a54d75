#include "bench/load/driver.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <map>

namespace holdfast::bench {
namespace {

using Answer = std::function<void(Operation&)>;

// A server in the same thread: answers at the next turn of the loop, or not before `from`.
class Server final : public Session {
  public:
    Server(Driver& driver, Answer answer, std::size_t room = 1)
        : driver_(driver), answer_(std::move(answer)), room_(room) {}

    [[nodiscard]] std::size_t room() const override { return connected ? room_ - flying_ : 0; }
    void take(std::span<Operation* const> operations) override {
        for (Operation* const operation : operations) {
            ++flying_;
            most_ = std::max(most_, flying_);
            serve(*operation);
        }
    }
    bool mend() override {
        connected = true;
        return true;
    }

    bool connected = true;
    SteadyTime from{};
    std::size_t most_ = 0;

  private:
    Detached serve(Operation& operation) {
        const auto now = std::chrono::steady_clock::now();
        co_await Pause{driver_.loop(), std::max<std::chrono::nanoseconds>(from - now, {})};
        answer_(operation);
        --flying_;
        driver_.finished(operation, *this);
    }

    Driver& driver_;
    Answer answer_;
    std::size_t room_;
    std::size_t flying_ = 0;
};

void grant(Operation& operation) {
    if (operation.verb == Verb::reserve) {
        operation.hold = HoldName(operation.key.uuid().substr(0, 31));
    }
    operation.outcome = Outcome::done;
}

DriverSettings so_many(std::uint64_t reserves) {
    DriverSettings out;
    out.reserves_max = reserves;
    out.seconds = 60;
    out.warm_up = 0;
    out.clients = 4;
    return out;
}

TEST(Driver, so_many_reserves_are_made_and_each_is_answered_once) {
    Loop loop;
    Driver driver(loop, so_many(100));
    std::map<std::uint64_t, int> seen;
    Server server(driver, [&](Operation& operation) {
        ++seen[operation.key.low];
        grant(operation);
    });
    driver.add(server);
    const auto report = driver.run();
    EXPECT_EQ(seen.size(), 100u);
    EXPECT_EQ(report.unanswered, 0u);
    EXPECT_EQ(server.most_, 1u);
}

TEST(Driver, what_got_no_answer_is_asked_again_with_the_same_key) {
    Loop loop;
    Driver driver(loop, so_many(50));
    std::map<std::uint64_t, int> asked;
    Server server(driver, [&](Operation& operation) {
        grant(operation);
        if (++asked[operation.key.low] == 1) {
            operation.outcome = Outcome::lost;
        }
    });
    driver.add(server);
    const auto report = driver.run();
    EXPECT_GE(report.lost, 50u);
    for (const auto& [key, times] : asked) {
        EXPECT_EQ(times, 2);
    }
}

TEST(Driver, a_repetition_goes_out_beside_its_original_and_answers_are_compared) {
    for (const bool honest : {true, false}) {
        Loop loop;
        auto settings = so_many(200);
        settings.repeat_percent = 50;
        Driver driver(loop, settings);
        int made = 0;
        const auto answer = [&](Operation& operation) {
            grant(operation);
            if (!honest) {
                operation.hold = HoldName(std::to_string(++made));
            }
        };
        Server one(driver, answer);
        Server two(driver, answer);
        driver.add(one);
        driver.add(two);
        const auto report = driver.run();
        EXPECT_GT(report.repeated, 50u);
        EXPECT_EQ(report.different, honest ? 0 : report.repeated);
    }
}

TEST(Driver, carts_end_what_they_got_in_the_shares_of_the_mix) {
    Loop loop;
    auto settings = so_many(2'000);
    settings.carts = true;
    Driver driver(loop, settings);
    std::map<Verb, int> verbs;
    Server server(driver, [&](Operation& operation) {
        ++verbs[operation.verb];
        grant(operation);
    });
    driver.add(server);
    driver.run();
    EXPECT_NEAR(verbs[Verb::commit], 1'400, 120);
    EXPECT_NEAR(verbs[Verb::release], 400, 80);
}

TEST(Driver, an_open_loop_counts_from_when_a_request_should_have_been_sent) {
    Loop loop;
    DriverSettings settings;
    settings.rate = 2'000;
    settings.warm_up = 0;
    settings.seconds = 0.1;
    Driver driver(loop, settings);
    Server server(driver, grant);
    // It stands still for the whole time: a closed loop would have sent one request and seen one
    // slow answer.
    server.from = std::chrono::steady_clock::now() + std::chrono::milliseconds(100);
    driver.add(server);
    const auto report = driver.run();
    EXPECT_GE(report.latency.count(), 190u);
    EXPECT_GE(report.latency.quantile(0.5), 40'000'000);
}

TEST(Driver, acknowledged_operations_are_written_for_the_audit) {
    const std::string path = testing::TempDir() + "acked.txt";
    {
        Loop loop;
        auto settings = so_many(10);
        settings.acked_file = path;
        Driver driver(loop, settings);
        Server server(driver, [&](Operation& operation) { operation.outcome = Outcome::refused; });
        driver.add(server);
        driver.run();
    }
    std::ifstream file(path);
    int lines = 0;
    for (std::string line; std::getline(file, line); ++lines) {
        EXPECT_NE(line.find("\trefused\t"), std::string::npos);
    }
    EXPECT_EQ(lines, 10);
}

}  // namespace
}  // namespace holdfast::bench
