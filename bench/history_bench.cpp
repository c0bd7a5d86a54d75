// How fast does the history read a ledger, and how fast does it answer while the ledger grows?
//
// Makes a ledger of N events (movements, holds and what becomes of them; a tenth of the SKUs get
// most of them), lets the production follower and history read it from the beginning, and then asks
// while one thread appends a given number of events a second and the follower keeps up.
//
//   history_bench [--directory DIR] [--events N] [--skus N] [--rate EVENTS/S] [--questions N]
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <filesystem>
#include <functional>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include "base/check.hpp"
#include "base/prng.hpp"
#include "ledger/format.hpp"
#include "ledger/rocksdb_ledger.hpp"
#include "model/event_codec.hpp"
#include "partition/follower.hpp"
#include "projection/history.hpp"

namespace holdfast::bench {
namespace {

using std::chrono::steady_clock;

constexpr model::PartitionId kPartition{0};
constexpr model::TenantId kTenant{0};
constexpr std::size_t kEventsPerBatch = 4'096;
constexpr std::size_t kOpenMax = 200'000;  // reservations whose end is still to come
constexpr std::int64_t kStartMs = 1'767'225'600'000;

struct Settings {
    std::string directory = "/tmp/holdfast-history-bench";
    std::uint64_t events = 10'000'000;
    std::uint32_t skus = 50'000;
    std::uint64_t rate = 5'000;
    std::size_t questions = 2'000;
};

struct Open {
    model::ReservationImage image;
    std::string reference;
    std::uint32_t agent = 0;
};

// Events with the images that a core would have written.
class EventMill {
  public:
    explicit EventMill(const Settings& settings)
        : skus_(settings.skus), cells_(settings.skus), prng_(7) {
        for (int i = 0; i < 1'000; ++i) {
            agents_.push_back("agent-" + std::to_string(i));
        }
    }

    void add(base::Buffer& payload, std::uint64_t sequence, base::Time time) {
        const std::uint64_t dice = prng_.below(100);
        if (dice < 6 || sequence <= skus_) {
            receipt(payload, sequence <= skus_ ? static_cast<std::uint32_t>(sequence - 1) : sku());
        } else if (dice < 44 || open_.empty()) {
            hold(payload, sequence, time);
        } else {
            go_on(payload);
        }
    }

    // Most of it for a tenth, and much of that for one.
    std::uint32_t sku() {
        const std::uint64_t dice = prng_.below(100);
        if (dice < 3) {
            return 0;
        }
        return static_cast<std::uint32_t>(prng_.below(dice < 80 ? skus_ / 10 + 1 : skus_));
    }

    [[nodiscard]] const std::string& agent(std::size_t i) const {
        return agents_[i % agents_.size()];
    }

  private:
    void receipt(base::Buffer& payload, std::uint32_t sku) {
        model::CellImage& cell = cells_[sku];
        cell.on_hand += 1'000;
        model::encode(model::StockMoved{.tenant = kTenant,
                                        .sku = model::SkuId(sku),
                                        .delta = 1'000,
                                        .cell = cell,
                                        .reference = "PO-4711"},
                      payload);
    }

    void hold(base::Buffer& payload, std::uint64_t sequence, base::Time time) {
        Open& open = open_.emplace_back();
        open.reference = "order-" + std::to_string(sequence);
        open.agent = static_cast<std::uint32_t>(prng_.below(agents_.size()));
        model::ReservationImage& image = open.image;
        image.id = model::ReservationId(sequence);
        image.tenant = kTenant;
        image.created_at = image.first_created_at = time;
        image.expires_at = time + base::Duration(900'000);
        image.customer = {.high = prng_.below(1'000'000), .low = 1};
        image.lines.push_back(
            {.sku = model::SkuId(sku()), .requested = 2, .units = {.accepted = 2, .held = 2}});
        cells_[image.lines.front().sku.value()].held += 2;
        write(payload, open, model::Verb::hold);
        if (open_.size() > kOpenMax) {
            open_.pop_front();  // stays as it is for ever
        }
    }

    // Commit, expire or release; a committed one ships.
    void go_on(base::Buffer& payload) {
        std::swap(open_[prng_.below(open_.size())], open_.back());
        Open open = std::move(open_.back());
        open_.pop_back();
        model::LineQuantities& units = open.image.lines.front().units;
        model::CellImage& cell = cells_[open.image.lines.front().sku.value()];
        if (units.committed > 0) {
            units = {.accepted = 2, .shipped = 2};
            cell.committed -= 2;
            cell.on_hand -= 2;
            write(payload, open, model::Verb::ship);
            return;
        }
        cell.held -= 2;
        const std::uint64_t dice = prng_.below(100);
        if (dice < 60) {
            units = {.accepted = 2, .committed = 2};
            cell.committed += 2;
            write(payload, open, model::Verb::commit);
            open_.push_back(std::move(open));
        } else if (dice < 80) {
            units = {.accepted = 2, .expired = 2};
            write(payload, open, model::Verb::expire);
        } else {
            units = {.accepted = 2, .released = 2};
            write(payload, open, model::Verb::release);
        }
    }

    void write(base::Buffer& payload, Open& open, model::Verb verb) {
        ++open.image.version;
        open.image.texts.reference = open.reference;
        open.image.texts.agent_id = agents_[open.agent];
        model::encode(model::ReservationChanged{.verb = verb,
                                                .document = verb == model::Verb::ship
                                                                ? std::string_view("parcel")
                                                                : std::string_view(),
                                                .image = open.image},
                      payload);
    }

    std::uint32_t skus_;
    std::vector<model::CellImage> cells_;
    std::vector<std::string> agents_;
    std::deque<Open> open_;
    base::Prng prng_;
};

class Bench {
  public:
    explicit Bench(const Settings& settings)
        : settings_(settings),
          mill_(settings),
          ledger_(open_ledger(settings.directory)),
          history_(open_history(settings.directory)) {}

    void run() {
        make_ledger();
        catch_up();
        ask_while_it_grows();
    }

  private:
    static std::unique_ptr<ledger::Ledger> open_ledger(const std::string& directory) {
        std::filesystem::remove_all(directory);
        std::filesystem::create_directories(directory);
        auto opened = ledger::open_rocksdb_ledger({.path = directory + "/ledger",
                                                   .partition = kPartition,
                                                   .create_if_missing = true,
                                                   .read_only = false});
        CHECK(opened.has_value());
        return std::move(*opened);
    }
    static std::unique_ptr<projection::History> open_history(const std::string& directory) {
        auto opened = projection::open_history(directory + "/history");
        CHECK(opened.has_value());
        return std::move(*opened);
    }

    struct Adapter final : partition::EventObserver {
        explicit Adapter(projection::History& to) : history(to) {}
        base::Result<void> event(const model::Event& event, std::span<const std::byte> bytes,
                                 model::Sequence sequence, base::Time time) override {
            return history.event(event, bytes, sequence, time);
        }
        base::Result<void> reached(model::Sequence position, base::Time as_of) override {
            return history.reached(position, as_of);
        }
        [[nodiscard]] model::Sequence position() const override { return history.position(); }
        projection::History& history;
    };

    void append(std::size_t events) {
        const auto tail = ledger_->tail();
        CHECK(tail.has_value());
        // Two weeks of trade in ten million events.
        const base::Time time =
            base::time_from_ms(kStartMs + static_cast<std::int64_t>(tail->last.value()) * 120);
        base::Buffer sealed;
        ledger::reserve_header(sealed);
        for (std::size_t i = 1; i <= events; ++i) {
            mill_.add(sealed, tail->last.value() + i, time);
        }
        const ledger::BatchHeader header{.partition = kPartition,
                                         .first = model::Sequence(tail->last.value() + 1),
                                         .count = static_cast<std::uint32_t>(events),
                                         .epoch = tail->epoch,
                                         .time = time,
                                         .previous = tail->hash};
        const auto hash = ledger::seal(sealed, header);
        CHECK(ledger_
                  ->append({.expected_last = tail->last,
                            .epoch = tail->epoch,
                            .batch = sealed,
                            .private_texts = {},
                            .hash = hash})
                  .has_value());
    }

    void make_ledger() {
        const auto began = steady_clock::now();
        for (std::uint64_t made = 0; made < settings_.events; made += kEventsPerBatch) {
            append(kEventsPerBatch);
        }
        std::printf("made a ledger of %llu events, %.1f GB, in %.1f s\n",
                    static_cast<unsigned long long>(ledger_->tail()->last.value()),
                    static_cast<double>(ledger_->tail()->bytes) / 1e9, seconds_since(began));
    }

    void catch_up() {
        const auto began = steady_clock::now();
        const std::clock_t processor = std::clock();
        auto reported = began;
        while (follow()) {
            if (seconds_since(reported) > 10) {
                reported = steady_clock::now();
                std::printf("  %llu\n",
                            static_cast<unsigned long long>(history_->position().value()));
                std::fflush(stdout);
            }
        }
        const double took = seconds_since(began);
        std::printf("the history read it in %.1f s (%.1f s of processor): %.0f events/s\n", took,
                    static_cast<double>(std::clock() - processor) / CLOCKS_PER_SEC,
                    static_cast<double>(history_->position().value()) / took);
    }

    bool follow() {
        const auto moved = follower_.step();
        if (!moved) {
            std::fprintf(stderr, "%s\n", moved.error().message.c_str());
            std::exit(EXIT_FAILURE);
        }
        return *moved;
    }

    void ask_while_it_grows() {
        std::atomic<bool> done{false};
        const std::uint64_t before = ledger_->tail()->last.value();
        const auto began = steady_clock::now();
        std::jthread appender([&] {
            constexpr std::uint64_t kBatchesPerSecond = 100;
            auto next = steady_clock::now();
            while (!done && settings_.rate > 0) {
                append(std::max<std::uint64_t>(settings_.rate / kBatchesPerSecond, 1));
                next += std::chrono::milliseconds(1'000 / kBatchesPerSecond);
                static_cast<void>(never_.try_acquire_until(next));
            }
        });
        std::jthread reader([&] {
            while (!done) {
                if (!follow()) {
                    static_cast<void>(never_.try_acquire_for(std::chrono::milliseconds(20)));
                }
            }
        });
        ask_everything();
        done = true;
        appender.join();
        reader.join();
        std::printf(
            "meanwhile %.0f events/s were appended and read\n",
            static_cast<double>(history_->position().value() - before) / seconds_since(began));
    }

    void ask_everything();
    void measure(const char* name, const std::function<bool()>& ask);

    static double seconds_since(steady_clock::time_point began) {
        return std::chrono::duration<double>(steady_clock::now() - began).count();
    }

    const Settings& settings_;
    EventMill mill_;
    std::counting_semaphore<> never_{0};  // to pass time with
    base::Prng prng_{11};
    std::unique_ptr<ledger::Ledger> ledger_;
    std::unique_ptr<projection::History> history_;
    Adapter adapter_{*history_};
    partition::Follower follower_{*ledger_, adapter_};
};

void Bench::measure(const char* name, const std::function<bool()>& ask) {
    std::vector<double> ms;
    for (std::size_t i = 0; i < settings_.questions; ++i) {
        const auto began = steady_clock::now();
        CHECK(ask(), "a question was answered by an error");
        ms.push_back(seconds_since(began) * 1e3);
    }
    std::ranges::sort(ms);
    std::printf("%-44s p50 %8.3f ms   p99 %8.3f ms   max %8.3f ms\n", name, ms[ms.size() / 2],
                ms[ms.size() * 99 / 100], ms.back());
    std::fflush(stdout);
}

void Bench::ask_everything() {
    using namespace projection;
    const auto random_sku = [&] {
        return model::SkuId(static_cast<std::uint32_t>(prng_.below(settings_.skus)));
    };
    const auto moment = [&] {
        return Moment{.position = model::Sequence(1 + prng_.below(history_->position().value()))};
    };
    const auto past_time = [&](std::uint64_t back_ms) {
        const auto newest = static_cast<std::int64_t>(history_->position().value()) * 120;
        return base::time_from_ms(kStartMs + newest -
                                  static_cast<std::int64_t>(prng_.below(back_ms)));
    };
    const model::SkuId hot{0};
    const auto events = [&](const Subject& subject) {
        return history_->events(kTenant, subject, "", 50).has_value();
    };
    measure("history of a SKU, 50 rows", [&] { return events(SkuSubject{.sku = random_sku()}); });
    measure("history of the busiest SKU, 50 rows", [&] { return events(SkuSubject{.sku = hot}); });
    measure("history of an agent, 50 rows", [&] {
        return events(PrincipalSubject{.kind = model::PrincipalKind::agent,
                                       .principal = owner_digest(mill_.agent(prng_.below(1'000)))});
    });
    measure("history of a reservation", [&] {
        return events(ReservationSubject{
            .reservation = model::ReservationId(prng_.below(history_->position().value()))});
    });
    measure("explain a SKU, 50 names", [&] {
        return history_->explain(kTenant, random_sku(), std::nullopt, {}, 50).has_value();
    });
    measure("explain the busiest SKU, 50 names",
            [&] { return history_->explain(kTenant, hot, std::nullopt, {}, 50).has_value(); });
    measure("explain a SKU as of any past event", [&] {
        return history_->explain(kTenant, random_sku(), std::nullopt, moment(), 50).has_value();
    });
    measure("stock of a SKU as of any past event",
            [&] { return history_->stock_at(kTenant, random_sku(), moment()).has_value(); });
    measure("stock of the busiest SKU as of any time", [&] {
        return history_->stock_at(kTenant, hot, {.time = past_time(1'000'000'000)}).has_value();
    });
    measure("on hand of a SKU, counted in the last day", [&] {
        return history_
            ->on_hand_at(kTenant, random_sku(), model::kDefaultPool, past_time(86'400'000), {})
            .has_value();
    });
    const CountIncludes includes{.references = {reference_digest("parcel")}, .watermarks = {}};
    measure("on hand of the busiest SKU, with references", [&] {
        return history_
            ->on_hand_at(kTenant, hot, model::kDefaultPool, past_time(86'400'000), includes)
            .has_value();
    });
    measure("promises at risk, busiest SKU, 1,000 units", [&] {
        return history_
            ->at_risk(kTenant, hot, model::kDefaultPool, 1'000, model::ShortageOrder::newest_first)
            .has_value();
    });
    measure("50 most wasteful principals",
            [&] { return history_->wasteful(kTenant, std::nullopt, 50).has_value(); });
}

}  // namespace
}  // namespace holdfast::bench

int main(int argc, char** argv) {
    holdfast::bench::Settings settings;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string name = argv[i];
        const std::string value = argv[i + 1];
        const auto number = std::strtoull(value.c_str(), nullptr, 10);
        if (name == "--directory") {
            settings.directory = value;
        } else if (name == "--events") {
            settings.events = number;
        } else if (name == "--skus") {
            settings.skus = static_cast<std::uint32_t>(number);
        } else if (name == "--rate") {
            settings.rate = number;
        } else if (name == "--questions") {
            settings.questions = number;
        } else {
            std::fprintf(stderr, "unknown option %s\n", name.c_str());
            return 2;
        }
    }
    holdfast::bench::Bench(settings).run();
    return 0;
}
