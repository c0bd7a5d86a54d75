#include "bench/service/workshop.hpp"

#include "base/check.hpp"

namespace holdfast::bench {
namespace {

constexpr std::int64_t kLongTtlSeconds = 24 * 3'600;
// Of the mix: long enough to be ended, short enough that what is left expires while it is measured.
constexpr std::int64_t kCartTtlSeconds = 3;

}  // namespace

Workshop::Workshop(Stage& stage, const ServiceSettings& settings)
    : commands(settings.skus, 42),
      producer(stage.writer(), settings.outstanding),
      stage_(stage),
      carts_(settings.carts) {}

void Workshop::stock(std::int64_t units) {
    const auto receipts = commands.receipts(units);
    std::size_t next = 0;
    producer.run(
        [&] { return next < receipts.size(); }, [&] { return receipts[next++]; },
        [](const Slot& slot) { CHECK(slot.answer.kind == partition::AnswerKind::applied); });
}

void Workshop::hold_live(std::uint64_t count) {
    std::uint64_t given = 0;
    producer.run([&] { return given < count; },
                 [&] {
                     ++given;
                     return commands.hold(kLongTtlSeconds);
                 },
                 [&](const Slot& slot) {
                     CHECK(slot.answer.kind == partition::AnswerKind::applied);
                     ++balance_;
                 });
}

model::Command Workshop::next() {
    while (carts_ && !held_.empty()) {
        const auto id = held_.front();
        held_.pop_front();
        if (commands.finishes()) {
            return commands.end_of(id);
        }
        ++left_;
    }
    return commands.hold(carts_ ? kCartTtlSeconds : kLongTtlSeconds);
}

void Workshop::look(const Slot& slot) {
    const bool created = slot.command.operation == model::Operation::create;
    if (slot.answer.kind != partition::AnswerKind::applied) {
        CHECK(!created);  // there is plenty; an end may come after the deadline
        ++left_;
        return;
    }
    balance_ += created ? 1 : -1;
    if (created && carts_) {
        held_.emplace_back(slot.answer.sequence.value());
    }
}

bool Workshop::audit() {
    const auto live = static_cast<std::int64_t>(stage_.writer().figures().live_holds);
    const auto open = static_cast<std::int64_t>(held_.size());
    return live <= balance_ && live >= balance_ - left_ - open;
}

}  // namespace holdfast::bench
