// Helpers for tests of the partition: a writer over a ledger that can be made to fail, driven by
// hand. Thread rule: one thread.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "ledger/faulty_ledger.hpp"
#include "ledger/memory_ledger.hpp"
#include "model/command.hpp"
#include "model/event_codec.hpp"
#include "partition/recovery.hpp"
#include "partition/writer.hpp"

namespace holdfast::partition::testing {

inline constexpr model::PartitionId kPartition{0};
inline constexpr std::string_view kTenant = "default";
inline constexpr base::Instant kStart{.wall = base::time_from_ms(1'767'225'600'000),
                                      .boot = base::Duration(1'000)};

// A submission that remembers whether it was answered.
class Asked final : public Submission {
  public:
    void done() override { ++answered_; }
    [[nodiscard]] bool answered() const {
        EXPECT_LE(answered_, 1) << "a submission is answered once";
        return answered_ == 1;
    }
    // The reservation its reply shows.
    [[nodiscard]] model::ReservationImage image() const {
        const auto event = model::decode(answer.event);
        EXPECT_TRUE(event.has_value());
        return std::get<model::ReservationChanged>(*event).image;
    }

  private:
    int answered_ = 0;
};

inline model::Command with_key(model::Operation operation, model::Request request,
                               std::string_view key) {
    model::Command out{.operation = operation,
                       .tenant = model::tenant_name(kTenant),
                       .key = {},
                       .request = std::move(request)};
    if (!key.empty()) {
        out.key.key = model::key_digest(kTenant, operation, key);
        out.key.fingerprint = model::fingerprint(out);
    }
    return out;
}

inline model::Command receipt(std::string_view sku, std::int64_t units, std::string_view key) {
    return with_key(model::Operation::receive_stock,
                    model::MoveStock{.sku = model::sku_name(kTenant, sku), .quantity = units}, key);
}

inline model::Command hold(std::string_view sku, std::int64_t units, std::string_view key,
                           std::int64_t ttl_seconds = 60) {
    model::CreateReservation request;
    request.lines.push_back({.sku = model::sku_name(kTenant, sku), .quantity = units});
    request.ttl_seconds = ttl_seconds;
    return with_key(model::Operation::create, std::move(request), key);
}

inline model::Command change(model::Operation operation, model::ReservationId id,
                             std::string_view key = "") {
    return with_key(operation, model::ChangeReservation{.reservation = id}, key);
}

inline model::Command read(model::ReservationId id) {
    return with_key(model::Operation::read_reservation, model::ReadReservation{.reservation = id},
                    "");
}

// A partition on a memory disk. `restart` opens it again, as after a crash.
class Bench {
  public:
    explicit Bench(WriterOptions options = {}, ledger::FaultPlan faults = {})
        : clock(kStart), options_(options), disk_(ledger::make_memory_disk()) {
        auto fresh = ledger::make_memory_ledger(disk_, kPartition);
        EXPECT_TRUE(create_genesis(*fresh, kPartition, kStart.wall, {.high = 1, .low = 2},
                                   {.high = 3, .low = 4}));
        open(std::move(faults));
    }

    // Without `alive` the service ran until now.
    void open(ledger::FaultPlan faults = {}, std::optional<SignOfLife> alive = {}) {
        writer.reset();
        ledger = ledger::make_faulty_ledger(ledger::make_memory_ledger(disk_, kPartition),
                                            std::move(faults));
        auto recovered = recover(*ledger);
        EXPECT_TRUE(recovered.has_value());
        published = std::make_unique<Published>();
        writer = std::make_unique<Writer>(std::move(recovered->state), *ledger, *ledger->tail(),
                                          *published, clock.now(), alive.value_or(alive_now()),
                                          options_);
    }

    // A sign of life at the present wall clock, which the partition's time equals or is behind.
    [[nodiscard]] SignOfLife alive_now(base::Duration behind = {}) const {
        return {.wall = clock.now().wall, .time = clock.now().wall - behind};
    }

    std::unique_ptr<Asked> submit(model::Command command) {
        auto out = std::make_unique<Asked>();
        out->command = std::move(command);
        EXPECT_EQ(writer->submit(*out), model::RefusalCode::none);
        return out;
    }
    base::Result<bool> step() { return writer->step(clock.now()); }
    void settle() {
        // A step that finds nothing to do, with nothing in flight, is the end of it.
        for (int i = 0; i < 1'000; ++i) {
            const auto moved = step();
            ASSERT_TRUE(moved.has_value());
            if (!writer->flusher().step() && !*moved && writer->idle()) {
                return;
            }
        }
        FAIL() << "the writer does not come to rest";
    }
    // Submits, settles and gives the answer.
    std::unique_ptr<Asked> ask(model::Command command) {
        auto out = submit(std::move(command));
        settle();
        EXPECT_TRUE(out->answered());
        return out;
    }
    [[nodiscard]] CellView cell(std::string_view sku) const {
        const auto id = published->find_sku(model::sku_name(kTenant, sku).digest);
        EXPECT_TRUE(id.has_value());
        return published->read(*id).cells.front();
    }

    base::ManualClock clock;
    std::unique_ptr<ledger::Ledger> ledger;
    std::unique_ptr<Published> published;
    std::unique_ptr<Writer> writer;

  private:
    WriterOptions options_;
    std::shared_ptr<ledger::MemoryDisk> disk_;
};

// Every append through the flusher's own step, so that a test decides when it happens.
inline WriterOptions never_inline() {
    WriterOptions out;
    out.append_inline_max = 0;
    return out;
}

}  // namespace holdfast::partition::testing
