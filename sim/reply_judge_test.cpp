// What the judge of replies finds, with replies of the real API of which one thing is changed.
#include "sim/reply_judge.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "api/class_fields.hpp"
#include "api/testing.hpp"

namespace holdfast::sim {
namespace {

using api::Reply;
using api::testing::hold;
using api::testing::World;

constexpr base::Duration kNow{5'000};

class ReplyJudgeTest : public ::testing::Test {
  protected:
    ReplyJudgeTest() { world_.receive("tea", 5); }

    void judge(const Question& question, const Reply& reply) {
        judge_.judge(question, reply, *world_.ledger, names_, kNow);
    }
    // A hold, judged under the key "cart".
    api::CreateRequest judged_hold() {
        const auto request = hold(world_, "tea", 1);
        const Reply reply = world_.create(request);
        id_ = api::testing::reservation_of(reply).id;
        judge({.key = "cart"}, reply);
        EXPECT_EQ(judge_.violation(), std::nullopt);
        return request;
    }
    std::string finding() const { return judge_.violation().value_or("nothing"); }

    World world_;
    api::Names names_{world_.published, world_.ids, api::testing::kPartition};
    ReplyJudge judge_;
    std::string id_;
};

TEST_F(ReplyJudgeTest, FindsNothingInWhatIsTrue) {
    const auto request = judged_hold();
    judge({.key = "cart"}, world_.create(request));
    judge({.reservation = id_}, world_.read(id_));
    judge({.key = "go", .reservation = id_},
          world_.change({.operation = model::Operation::commit, .reservation = id_}));
    judge({.key = "cart"}, world_.create(request));
    EXPECT_EQ(finding(), "nothing");
}

TEST_F(ReplyJudgeTest, FindsARetryThatActedAgain) {
    judged_hold();
    judge({.key = "cart"}, world_.create(hold(world_, "tea", 1)));
    EXPECT_TRUE(finding().contains("told another one")) << finding();
}

TEST_F(ReplyJudgeTest, FindsARetryThatIsNotCalledOne) {
    Reply again = world_.create(judged_hold());
    again.replayed = false;
    judge({.key = "cart"}, again);
    EXPECT_TRUE(finding().contains("told another one")) << finding();
}

TEST_F(ReplyJudgeTest, FindsARetryThatIsRefusedAfterASuccessButNotWhatMayBeAskedAgain) {
    judged_hold();
    judge({.key = "cart"}, api::problem_reply(api::make_problem(model::RefusalCode::overloaded)));
    EXPECT_EQ(finding(), "nothing");
    judge({.key = "cart"},
          api::problem_reply(api::make_problem(model::RefusalCode::insufficient_stock)));
    EXPECT_TRUE(finding().contains("is refused")) << finding();
}

TEST_F(ReplyJudgeTest, FindsAReservationThatIsShownAsItWasNot) {
    Reply reply = world_.create(hold(world_, "tea", 1));
    std::get<api::ReservationView>(reply.body).lines.front().units.held = 2;
    judge({}, reply);
    EXPECT_TRUE(finding().contains("as it was not")) << finding();
}

TEST_F(ReplyJudgeTest, FindsAReadOfThePast) {
    judged_hold();
    const Reply old = world_.read(id_);
    judge({}, world_.change({.operation = model::Operation::commit, .reservation = id_}));
    judge({.reservation = id_}, old);
    EXPECT_TRUE(finding().contains("after version")) << finding();
}

TEST_F(ReplyJudgeTest, FindsAnotherOnesReservation) {
    judge({.reservation = "rsv_0000000000000"}, world_.create(hold(world_, "tea", 1)));
    EXPECT_TRUE(finding().contains("instead of")) << finding();
}

TEST_F(ReplyJudgeTest, FindsAReservationThatIsLost) {
    judged_hold();
    judge({.reservation = id_},
          api::problem_reply(api::make_problem(model::RefusalCode::unknown_reservation)));
    EXPECT_TRUE(finding().contains("is not found")) << finding();
}

TEST_F(ReplyJudgeTest, FindsAnAnswerThatRestsOnNothingDurable) {
    Reply reply = world_.create(hold(world_, "tea", 1));
    reply.position = names_.position(model::Sequence(1'000));
    judge({}, reply);
    EXPECT_TRUE(finding().contains("not durable")) << finding();
}

TEST_F(ReplyJudgeTest, FindsAReadThatDidNotWait) {
    const auto field =
        std::ranges::find(api::class_fields(), "wait_max_seconds", &api::ClassField::name);
    api::PutClassRequest waiting{.name = "default"};
    waiting.fields.push_back({.field = &*field, .number = 60});
    static_cast<void>(world_.answer([&](api::Callback callback) {
        world_.service->policies.put_class(world_.principal, waiting, std::move(callback));
    }));
    static_cast<void>(world_.create(hold(world_, "tea", 5)));
    auto request = hold(world_, "tea", 1);
    request.wait_seconds = 20;
    const std::string id = api::testing::reservation_of(world_.create(request)).id;
    judge({.reservation = id,
           .waits = base::Duration(1'000),
           .asked_at = kNow - base::Duration(1'000)},
          world_.read(id));
    EXPECT_EQ(finding(), "nothing");
    judge({.reservation = id, .waits = base::Duration(1'000), .asked_at = kNow}, world_.read(id));
    EXPECT_TRUE(finding().contains("before the time was up")) << finding();
}

TEST_F(ReplyJudgeTest, FindsAvailabilityOfAnotherMoment) {
    const auto look = [&] {
        const std::vector<std::string> skus{"tea"};
        return world_.service->availability.read(world_.principal, skus, std::nullopt);
    };
    const auto before = look();
    const Reply reply = world_.create(hold(world_, "tea", 1));
    const auto judge_look = [&](const auto& shown, const std::optional<std::string>& least) {
        judge_.judge(shown, least, *world_.ledger, names_, world_.writer->state(),
                     world_.writer->figures().decided);
    };
    judge_look(look(), reply.position);
    judge_look(before, std::nullopt);  // older, and says so
    EXPECT_EQ(finding(), "nothing");
    auto wrong = look();
    wrong->skus.front().units.held = 0;
    judge_look(wrong, std::nullopt);
    EXPECT_TRUE(finding().contains("not that of its position")) << finding();
}

TEST_F(ReplyJudgeTest, FindsAvailabilityFromBeforeWhatWasInsistedOn) {
    const std::vector<std::string> skus{"tea"};
    const auto before = world_.service->availability.read(world_.principal, skus, std::nullopt);
    const Reply reply = world_.create(hold(world_, "tea", 1));
    judge_.judge(before, reply.position, *world_.ledger, names_, world_.writer->state(),
                 world_.writer->figures().decided);
    EXPECT_TRUE(finding().contains("availability is of")) << finding();
}

}  // namespace
}  // namespace holdfast::sim
