// FrontDoor: the API of one life of the process, over that life's writer.
//
// Commands go in through a tap, so that what the partition answers is judged before the API makes a
// reply of it. Its destruction is the end of the process: requests that wait are answered, so that
// they free what belongs to them, and nobody listens any more.
// Thread rule: one thread.
#pragma once

#include <deque>
#include <functional>
#include <memory>

#include "api/history_testing.hpp"
#include "api/service.hpp"
#include "base/clock.hpp"
#include "base/metrics.hpp"
#include "ledger/ledger.hpp"
#include "partition/published.hpp"
#include "partition/replayer.hpp"
#include "partition/writer.hpp"

namespace holdfast::sim {

inline constexpr model::PartitionId kPartition{0};
inline constexpr base::Digest128 kIdKey{.high = 3, .low = 4};

// An answer of the partition, before the API sees it.
using AnswerJudge = std::function<void(const model::Command&, const partition::Answer&)>;

class FrontDoor {
  public:
    FrontDoor(partition::Writer& writer, const partition::Replayer& replayer,
              const partition::Published& published, ledger::Ledger& ledger,
              const base::Clock& clock, AnswerJudge judge);
    ~FrontDoor();

    // What the threads of timers and replies would do. False: nothing was due.
    bool step();
    // Commands that the partition has not answered.
    [[nodiscard]] std::size_t waiting() const { return tap_.waiting(); }

    [[nodiscard]] api::Service& service() { return service_; }
    [[nodiscard]] ledger::Ledger& ledger() { return service_.context.ledger; }
    [[nodiscard]] const api::Names& names() const { return service_.context.names; }

  private:
    class Tap final : public partition::CommandPort {
      public:
        Tap(partition::Writer& writer, AnswerJudge judge)
            : writer_(writer), judge_(std::move(judge)) {}

        [[nodiscard]] model::RefusalCode submit(partition::Submission& inner) override;
        void forget_finished();
        // Answers whatever waits with a refusal, and takes nothing more.
        void close();
        [[nodiscard]] std::size_t waiting() const { return passages_.size(); }

      private:
        struct Passage;

        partition::Writer& writer_;
        AnswerJudge judge_;
        std::deque<std::shared_ptr<Passage>> passages_;
        bool closed_ = false;
    };

    // Reports look at the replayed state, as in the service.
    class Inspector final : public partition::StateInspector {
      public:
        explicit Inspector(const partition::Replayer& replayer) : replayer_(replayer) {}
        base::Result<void> inspect(const partition::Look& look) override {
            look(replayer_.state(), replayer_.position());
            return {};
        }

      private:
        const partition::Replayer& replayer_;
    };

    // Lists are asked of no simulated service.
    class NoIndex final : public projection::ReservationIndex {
      public:
        base::Result<void> put(const model::ReservationImage&) override;
        base::Result<void> commit(model::Sequence, base::Time) override;
        [[nodiscard]] model::Sequence position() const override { return {}; }
        base::Result<projection::ReservationPage> list(const projection::ReservationFilter&,
                                                       std::string_view, std::size_t) override;
    };

    Tap tap_;
    Inspector inspector_;
    NoIndex index_;
    api::testing::FollowingHistory history_;  // asked by nobody, so on no disk
    model::PublicIds ids_{kIdKey};
    api::Timers timers_;
    api::TaskQueue replies_;
    base::Metrics metrics_;
    api::Service service_;
};

}  // namespace holdfast::sim
