// World: the service over a real writer and a memory ledger, in one thread, for tests.
//
//     World world;
//     world.receive("tea", 5);
//     Reply reply = world.create({.lines = {...}});
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/history_testing.hpp"
#include "api/service.hpp"
#include "base/clock.hpp"
#include "base/metrics.hpp"
#include "ledger/memory_ledger.hpp"
#include "model/event_codec.hpp"
#include "partition/recovery.hpp"
#include "partition/writer.hpp"

namespace holdfast::api::testing {

inline constexpr model::PartitionId kPartition{3};
inline constexpr base::Digest128 kIdKey{.high = 3, .low = 4};
// 2026-05-04T10:00:00.000Z
inline constexpr base::Instant kStart{.wall = base::time_from_ms(1'777'888'800'000),
                                      .boot = base::Duration(1'000)};

// An index that answers with what it was given, page by page, and remembers what it was asked.
class FakeIndex final : public projection::ReservationIndex {
  public:
    base::Result<void> put(const model::ReservationImage& image) override {
        base::Buffer row;
        model::encode(model::ReservationChanged{.image = image, .key = {}}, row);
        rows.push_back(std::move(row));
        return {};
    }
    base::Result<void> commit(model::Sequence, base::Time) override { return {}; }
    [[nodiscard]] model::Sequence position() const override { return model::Sequence(7); }
    base::Result<projection::ReservationPage> list(const projection::ReservationFilter& filter,
                                                   std::string_view resume_after,
                                                   std::size_t limit) override {
        if (fails) {
            return base::failure(base::ErrorCode::unavailable, "the disk is on fire");
        }
        asked = filter;
        projection::ReservationPage page;
        std::size_t at = resume_after.empty() ? 0 : std::stoul(std::string(resume_after));
        for (; at < rows.size() && page.rows.size() < limit; ++at) {
            page.rows.push_back(rows[at]);
        }
        page.resume_after = at < rows.size() ? std::to_string(at) : "";
        page.position = position();
        page.as_of = kStart.wall;
        return page;
    }

    std::vector<base::Buffer> rows;
    projection::ReservationFilter asked;
    bool fails = false;
};

// Looks at the writer's own state, which is settled whenever a report runs.
class WriterInspector final : public partition::StateInspector {
  public:
    base::Result<void> inspect(const partition::Look& look) override {
        look(writer->state(), writer->figures().decided);
        return {};
    }

    partition::Writer* writer = nullptr;
};

// The writer behind a door that a test can shut.
class Door final : public partition::CommandPort {
  public:
    [[nodiscard]] model::RefusalCode submit(partition::Submission& submission) override {
        ++submitted;
        return shut != model::RefusalCode::none ? shut : writer->submit(submission);
    }

    partition::Writer* writer = nullptr;
    model::RefusalCode shut = model::RefusalCode::none;
    int submitted = 0;
};

class World {
  public:
    explicit World(Options options = {})
        : clock(kStart),
          ledger(ledger::make_memory_ledger(ledger::make_memory_disk(), kPartition)) {
        EXPECT_TRUE(partition::create_genesis(*ledger, kPartition, kStart.wall,
                                              {.high = 1, .low = 2}, kIdKey));
        auto recovered = partition::recover(*ledger);
        const auto tail = ledger->tail();
        EXPECT_TRUE(recovered && tail);
        writer = std::make_unique<partition::Writer>(
            std::move(recovered->state), *ledger, *tail, published, clock.now(),
            partition::SignOfLife{}, partition::WriterOptions{.partition = kPartition});
        door.writer = writer.get();
        inspector.writer = writer.get();
        history.ledger = ledger.get();
        service = std::make_unique<Service>(Context{.port = door,
                                                    .published = published,
                                                    .ledger = *ledger,
                                                    .index = index,
                                                    .history = history,
                                                    .replies = replies,
                                                    .inspector = inspector,
                                                    .reports = replies,
                                                    .timers = timers,
                                                    .clock = clock,
                                                    .names = Names(published, ids, kPartition),
                                                    .private_key = base::Buffer(32, std::byte{9}),
                                                    .options = options},
                                            metrics);
        settle();
    }

    // Runs writer and replies until nothing is left to do.
    void settle() {
        bool busy = true;
        while (busy) {
            const auto stepped = writer->step(clock.now());
            ASSERT_TRUE(stepped.has_value());
            const bool flushed = writer->flusher().step();
            timers.run_due();
            const bool replied = replies.run_ready();
            busy = *stepped || flushed || replied;
        }
    }
    void advance(base::Duration by) {
        clock.advance(by);
        settle();
    }

    // The reply to whatever `ask` asks for.
    Reply answer(const std::function<void(Callback)>& ask) {
        std::optional<Reply> out;
        ask([&out](Reply reply) { out = std::move(reply); });
        settle();
        EXPECT_TRUE(out.has_value()) << "no reply came";
        return out ? std::move(*out) : problem_reply(make_problem(model::RefusalCode::unavailable));
    }
    Reply create(const CreateRequest& request) {
        return answer([&](Callback callback) {
            service->reservations.create(principal, request, std::move(callback));
        });
    }
    Reply change(const ChangeRequest& request) {
        return answer([&](Callback callback) {
            service->reservations.change(principal, request, std::move(callback));
        });
    }
    Reply read(const std::string& id) {
        return answer([&](Callback callback) {
            service->reservations.read(principal, id, std::nullopt, std::move(callback));
        });
    }
    Reply move(const MovementRequest& request) {
        return answer([&](Callback callback) {
            service->stock.move(principal, request, std::move(callback));
        });
    }
    void receive(const std::string& sku, std::int64_t quantity) {
        const Reply reply =
            move({.attempt = {.header_key = fresh_key()}, .sku = sku, .quantity = quantity});
        EXPECT_EQ(reply.problem(), nullptr);
    }
    std::string fresh_key() { return "key-" + std::to_string(++keys_); }

    base::ManualClock clock;
    base::Metrics metrics;
    std::unique_ptr<ledger::Ledger> ledger;
    partition::Published published;
    model::PublicIds ids{kIdKey};
    std::unique_ptr<partition::Writer> writer;
    Door door;
    WriterInspector inspector;
    Timers timers{clock};
    FakeIndex index;
    FollowingHistory history;
    TaskQueue replies;
    Principal principal = unauthenticated_principal();
    std::unique_ptr<Service> service;

  private:
    int keys_ = 0;
};

// One line of a SKU under a fresh key.
[[nodiscard]] inline CreateRequest hold(World& world, const std::string& sku,
                                        std::int64_t quantity) {
    CreateRequest request;
    request.attempt.header_key = world.fresh_key();
    request.lines.push_back({.sku = sku, .quantity = quantity});
    return request;
}

[[nodiscard]] inline model::RefusalCode code_of(const Reply& reply) {
    return reply.problem() == nullptr ? model::RefusalCode::none : reply.problem()->code;
}

[[nodiscard]] inline const ReservationView& reservation_of(const Reply& reply) {
    const auto* view = std::get_if<ReservationView>(&reply.body);
    CHECK(view != nullptr, "the reply shows no reservation");
    return *view;
}

}  // namespace holdfast::api::testing
