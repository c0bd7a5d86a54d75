// How many durable commands per second does one partition take, in process?
//
// The production writer, flusher and RocksDB ledger with their threads; a producer thread keeps a
// bounded number of submissions outstanding (closed loop). Every answer counts only after its batch
// was synced. At the end the run is audited: held and committed units of every SKU are what the
// answers said, and a recovery from the ledger has the same state hash.
//
//   durable_bench [--ledger KIND:DIR] [--seconds N] [--outstanding N] [--skus N] [--mix
//   holds|carts]
//                 [--json yes]
//
// KIND is rocksdb or memory (which is not durable: what the rest costs). --directory DIR is
// --ledger rocksdb:DIR. How long appends took is shown too, so that ledgers can be compared.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <thread>

#include "base/bounded_queue.hpp"
#include "base/check.hpp"
#include "bench/commands.hpp"
#include "bench/ledgers.hpp"
#include "bench/load/histogram.hpp"
#include "partition/recovery.hpp"
#include "partition/writer.hpp"

namespace holdfast::bench {
namespace {

constexpr std::int64_t kPlenty = 1LL << 40;
constexpr model::PartitionId kPartition{0};

struct Settings {
    std::string ledger = "rocksdb:/tmp/holdfast-durable-bench";
    bool json = false;
    int seconds = 10;
    std::size_t outstanding = 16'384;
    std::size_t skus = 100'000;
    bool carts = false;
};

class Slot final : public partition::Submission {
  public:
    explicit Slot(base::BoundedQueue<Slot*>& finished) : finished_(finished) {}
    void done() override { CHECK(finished_.try_push(this)); }

  private:
    base::BoundedQueue<Slot*>& finished_;
};

struct Tally {
    std::uint64_t commands = 0;
    std::int64_t held = 0;  // units the answers say were held and not ended by an answer
};

// The writer and flusher threads around the production objects.
class Host {
  public:
    explicit Host(const std::string& where) {
        auto opened = open_ledger(where, kPartition);
        CHECK(opened.has_value());
        ledger = std::make_unique<StopwatchLedger>(std::move(*opened));
        CHECK(partition::create_genesis(*ledger, kPartition, clock.now().wall,
                                        {.high = 1, .low = 2}, {.high = 3, .low = 4})
                  .has_value());
        auto recovered = partition::recover(*ledger);
        CHECK(recovered.has_value());
        partition::WriterOptions options;
        writer = std::make_unique<partition::Writer>(std::move(recovered->state), *ledger,
                                                     *ledger->tail(), published, clock.now(),
                                                     partition::SignOfLife{}, options);
        writer_thread_ = std::jthread([this] { run_writer(); });
        flusher_thread_ = std::jthread([this] {
            while (!done_) {
                if (!writer->flusher().step()) {
                    writer->flusher().wait(std::chrono::milliseconds(50));
                }
            }
        });
    }
    void stop() {
        stopping_ = true;
        writer->wake();
        writer_thread_.join();
        done_ = true;
        writer->flusher().wake();
        flusher_thread_.join();
    }

    base::SystemClock clock;
    std::unique_ptr<StopwatchLedger> ledger;
    partition::Published published;
    std::unique_ptr<partition::Writer> writer;

  private:
    void run_writer() {
        while (true) {
            const auto now = clock.now();
            const auto moved = writer->step(now);
            CHECK(moved.has_value());
            if (!*moved) {
                if (stopping_ && writer->idle()) {
                    return;
                }
                writer->wait(now, std::chrono::milliseconds(50));
            }
        }
    }

    std::atomic<bool> stopping_{false};
    std::atomic<bool> done_{false};
    std::jthread writer_thread_;
    std::jthread flusher_thread_;
};

class Producer {
  public:
    Producer(const Settings& settings, Host& host)
        : settings_(settings),
          host_(host),
          commands_(settings.skus, 42),
          finished_(settings.outstanding) {
        for (std::size_t i = 0; i < settings.outstanding; ++i) {
            slots_.push_back(std::make_unique<Slot>(finished_));
        }
    }

    void stock() {
        auto receipts = commands_.receipts(kPlenty);
        std::size_t next = 0;
        run_until([&] { return next < receipts.size(); },
                  [&] { return std::move(receipts[next++]); }, [](const Slot&) {});
    }

    Tally measure(std::chrono::steady_clock::time_point end) {
        Tally tally;
        std::vector<model::ReservationId> held;
        run_until([&] { return std::chrono::steady_clock::now() < end; },
                  [&] {
                      if (settings_.carts && !held.empty() && commands_.finishes()) {
                          const auto id = held.back();
                          held.pop_back();
                          return commands_.end_of(id);
                      }
                      return commands_.hold(3'600);
                  },
                  [&](const Slot& slot) {
                      CHECK(slot.answer.kind == partition::AnswerKind::applied);
                      ++tally.commands;
                      const bool created = slot.command.operation == model::Operation::create;
                      tally.held += created ? 1 : -1;
                      if (created && settings_.carts) {
                          held.emplace_back(slot.answer.sequence.value());
                      }
                  });
        return tally;
    }

  private:
    template <typename More, typename Make, typename Look>
    void run_until(More more, Make make, Look look) {
        std::vector<Slot*> back;
        for (auto& slot : slots_) {
            idle_.push_back(slot.get());
        }
        std::size_t flying = 0;
        while (true) {
            while (!idle_.empty() && more()) {
                Slot* const slot = idle_.back();
                idle_.pop_back();
                slot->command = make();
                CHECK(host_.writer->submit(*slot) == model::RefusalCode::none);
                ++flying;
            }
            if (flying == 0) {
                break;
            }
            back.clear();
            if (finished_.drain(back) == 0) {
                static_cast<void>(finished_.wait_for_work(std::chrono::milliseconds(50)));
            }
            for (Slot* const slot : back) {
                look(*slot);
                idle_.push_back(slot);
            }
            flying -= back.size();
        }
        idle_.clear();
    }

    const Settings& settings_;
    Host& host_;
    Commands commands_;
    base::BoundedQueue<Slot*> finished_;
    std::vector<std::unique_ptr<Slot>> slots_;
    std::vector<Slot*> idle_;
};

bool audit(Host& host, const Tally& tally) {
    std::int64_t held = 0;
    const auto& state = host.writer->state();
    for (std::uint32_t c = 0; c < state.cells.size(); ++c) {
        held += state.cells[c].units.held;
    }
    const auto again = partition::recover(*host.ledger);
    const bool same = again.has_value() && again->state->hash == state.hash;
    std::printf("audit: held %lld, answers say %lld; recovered state %s\n",
                static_cast<long long>(held), static_cast<long long>(tally.held),
                same ? "equal" : "DIFFERENT");
    return same && held == tally.held;
}

Settings parse(int argc, char** argv) {
    Settings out;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string name = argv[i];
        const std::string value = argv[i + 1];
        if (name == "--directory") {
            out.ledger = "rocksdb:" + value;
        } else if (name == "--ledger") {
            out.ledger = value;
        } else if (name == "--json") {
            out.json = value == "yes";
        } else if (name == "--seconds") {
            out.seconds = std::atoi(value.c_str());
        } else if (name == "--outstanding") {
            out.outstanding = static_cast<std::size_t>(std::atoll(value.c_str()));
        } else if (name == "--skus") {
            out.skus = static_cast<std::size_t>(std::atoll(value.c_str()));
        } else if (name == "--mix") {
            out.carts = value == "carts";
        } else {
            std::fprintf(stderr, "unknown option %s\n", name.c_str());
            std::exit(2);
        }
    }
    return out;
}

void remove_ledger(const std::string& where) {
    if (const auto directory = split_ledger(where).second; !directory.empty()) {
        std::filesystem::remove_all(directory);
    }
}

struct Figures {
    std::uint64_t commands = 0;
    double seconds = 0;
    std::uint64_t batches = 0;
    double bytes_per_command = 0;
    bool clean = false;
};

void print(const Settings& settings, const Figures& figures, const Histogram& appends) {
    const double rate = static_cast<double>(figures.commands) / figures.seconds;
    const double batch =
        static_cast<double>(figures.commands) / static_cast<double>(figures.batches);
    const auto us = [&](double share) {
        return static_cast<double>(appends.quantile(share)) / 1e3;
    };
    if (settings.json) {
        std::printf(
            "{\"seconds\":%.3f,\"commands\":%llu,\"per_second\":%.0f,\"batch_commands\":%.1f,"
            "\"ledger_bytes_per_command\":%.1f,\"append_p50_us\":%.1f,\"append_p99_us\":%.1f,"
            "\"append_max_us\":%.1f,\"audit\":%s}\n",
            figures.seconds, static_cast<unsigned long long>(figures.commands), rate, batch,
            figures.bytes_per_command, us(0.5), us(0.99), us(1.0),
            figures.clean ? "true" : "false");
        return;
    }
    std::printf("durable commands %llu in %.2f s: %.0f/s; %llu batches of %.0f on average\n",
                static_cast<unsigned long long>(figures.commands), figures.seconds, rate,
                static_cast<unsigned long long>(figures.batches), batch);
    std::printf("ledger bytes per command %.0f\n", figures.bytes_per_command);
    std::printf("appends: p50 %.0f us, p99 %.0f us, max %.0f us\n", us(0.5), us(0.99), us(1.0));
}

int run(const Settings& settings) {
    remove_ledger(settings.ledger);
    Host host(settings.ledger);
    Producer producer(settings, host);
    producer.stock();
    host.ledger->forget_times();
    const auto before = host.writer->figures();
    const auto begin = std::chrono::steady_clock::now();
    const Tally tally = producer.measure(begin + std::chrono::seconds(settings.seconds));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    const auto after = host.writer->figures();
    host.stop();
    const auto tail = host.ledger->tail();
    const bool clean = audit(host, tally);
    print(settings,
          {.commands = tally.commands,
           .seconds = took.count(),
           .batches = after.batches - before.batches,
           .bytes_per_command =
               static_cast<double>(tail->bytes) / static_cast<double>(after.commands),
           .clean = clean},
          host.ledger->times());
    remove_ledger(settings.ledger);
    return clean ? 0 : 1;
}

}  // namespace
}  // namespace holdfast::bench

int main(int argc, char** argv) { return holdfast::bench::run(holdfast::bench::parse(argc, argv)); }
