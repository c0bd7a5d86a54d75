#include "sim/front_door.hpp"

#include <utility>

#include "base/check.hpp"

namespace holdfast::sim {

using base::Result;

// A command that went in for the API.
struct FrontDoor::Tap::Passage final : partition::Submission {
    Passage(const AnswerJudge& told, partition::Submission& asked) : judge(told), inner(asked) {
        command = asked.command;
    }
    void done() override {
        judge(command, answer);
        hand_over();
    }
    void hand_over() {
        finished = true;
        inner.answer = std::move(answer);
        inner.done();
    }

    const AnswerJudge& judge;
    partition::Submission& inner;
    bool finished = false;
};

model::RefusalCode FrontDoor::Tap::submit(partition::Submission& inner) {
    if (closed_) {
        return model::RefusalCode::draining;
    }
    auto passage = std::make_shared<Passage>(judge_, inner);
    const auto refused = writer_.submit(*passage);
    if (refused == model::RefusalCode::none) {
        passages_.push_back(std::move(passage));
    }
    return refused;
}

void FrontDoor::Tap::forget_finished() {
    while (!passages_.empty() && passages_.front()->finished) {
        passages_.pop_front();
    }
}

void FrontDoor::Tap::close() {
    closed_ = true;
    for (const auto& passage : passages_) {
        if (!passage->finished) {
            passage->answer = {};  // what may have been decided is not durable
            passage->answer.refusal.code = model::RefusalCode::unavailable;
            passage->hand_over();
        }
    }
}

Result<void> FrontDoor::NoIndex::put(const model::ReservationImage&) { UNREACHABLE(); }
Result<void> FrontDoor::NoIndex::commit(model::Sequence, base::Time) { UNREACHABLE(); }
Result<projection::ReservationPage> FrontDoor::NoIndex::list(const projection::ReservationFilter&,
                                                             std::string_view, std::size_t) {
    UNREACHABLE();
}

FrontDoor::FrontDoor(partition::Writer& writer, const partition::Replayer& replayer,
                     const partition::Published& published, ledger::Ledger& ledger,
                     const base::Clock& clock, AnswerJudge judge)
    : tap_(writer, std::move(judge)),
      inspector_(replayer),
      timers_(clock),
      service_({.port = tap_,
                .published = published,
                .ledger = ledger,
                .index = index_,
                .history = history_,
                .replies = replies_,
                .inspector = inspector_,
                .reports = replies_,
                .timers = timers_,
                .clock = clock,
                .names = api::Names(published, ids_, kPartition),
                .private_key = base::Buffer(32, std::byte{9}),
                .options = {}},
               metrics_) {
    history_.ledger = &ledger;
}

// A call frees itself when its reply is told, so each is told one, to nobody.
FrontDoor::~FrontDoor() {
    tap_.close();
    while (replies_.run_ready()) {
    }
}

bool FrontDoor::step() {
    timers_.run_due();
    const bool replied = replies_.run_ready();
    tap_.forget_finished();
    return replied;
}

}  // namespace holdfast::sim
