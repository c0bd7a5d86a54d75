// What does memory cost after very many reservations have passed, and is the first still answered?
//
// The production writer, RocksDB ledger, archive, archiver and lookups with their threads. So many
// carts go through, a bounded number at a time: held, committed and shipped, or released. Resident
// memory and the size of every table are printed on the way. At the end the very first cart is
// retried, returned and read, and old ones at random are read one after another.
//
// The producer waits when the archiver is more than four windows behind (printed: it is part of
// what this machine can do); otherwise memory would show the backlog and not what is alive.
//
//   archive_bench [--directory DIR] [--reservations N] [--seconds N] [--alive N] [--hot-events N]
//                 [--reads N]
//
// It ends after so many reservations or seconds, whichever comes first; the last line is a JSON
// object.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <semaphore>
#include <string>
#include <thread>

#include "base/check.hpp"
#include "base/process_stats.hpp"
#include "bench/commands.hpp"
#include "ledger/rocksdb_ledger.hpp"
#include "partition/recovery.hpp"
#include "partition/rocksdb_archive.hpp"
#include "partition/writer.hpp"

namespace holdfast::bench {
namespace {

using std::chrono::steady_clock;

constexpr model::PartitionId kPartition{0};
constexpr std::int64_t kPlenty = 1LL << 40;
constexpr std::uint64_t kWindowsBehindMax = 4;

struct Settings {
    std::string directory = "/tmp/holdfast-archive-bench";
    std::uint64_t reservations = 20'000'000;
    double seconds = 86'400;
    std::size_t alive = 20'000;
    std::uint64_t hot_events = model::kHotEvents;
    std::size_t reads = 2'000;
};

class Slot final : public partition::Submission {
  public:
    void done() override { answered = true; }
    bool answered = true;
    int step = 0;  // of its cart: 0 to hold, 1 to commit or release, 2 to ship
};

double seconds_since(steady_clock::time_point begin) {
    return std::chrono::duration<double>(steady_clock::now() - begin).count();
}

class Host {
  public:
    explicit Host(const Settings& settings) {
        auto opened = ledger::open_rocksdb_ledger({.path = settings.directory + "/ledger",
                                                   .partition = kPartition,
                                                   .create_if_missing = true,
                                                   .read_only = false});
        CHECK(opened.has_value());
        ledger = std::move(*opened);
        CHECK(partition::create_genesis(*ledger, kPartition, clock.now().wall,
                                        {.high = 1, .low = 2}, {.high = 3, .low = 4})
                  .has_value());
        auto archived = partition::open_rocksdb_archive(settings.directory + "/archive");
        CHECK(archived.has_value());
        archive = std::move(*archived);
        auto recovered = partition::recover(*ledger);
        CHECK(recovered.has_value());
        lookups = std::make_unique<partition::Lookups>(*archive, *ledger);
        partition::WriterOptions options;
        options.append_inline_max = SIZE_MAX;  // one thread decides and appends
        options.lookups = lookups.get();
        writer = std::make_unique<partition::Writer>(std::move(recovered->state), *ledger,
                                                     *ledger->tail(), published, clock.now(),
                                                     partition::SignOfLife{}, options);
        archiver = std::make_unique<partition::Archiver>(
            *ledger, *archive,
            partition::ArchiverOptions{.hot_events = settings.hot_events,
                                       .hot_for = std::chrono::hours(24)});
        archiver->offer_to(*writer->leaving(), {});
        archiver_thread_ = std::jthread([this](const std::stop_token& stop) {
            while (!stop.stop_requested()) {
                const auto moved = archiver->step(clock.now().wall);
                CHECK(moved.has_value());
                if (!*moved) {
                    static_cast<void>(pause_.try_acquire_for(std::chrono::milliseconds(1)));
                }
            }
        });
        lookup_thread_ = std::jthread([this](const std::stop_token& stop) {
            while (!stop.stop_requested()) {
                const auto moved = lookups->step();
                CHECK(moved.has_value());
                if (!*moved) {
                    lookups->wait(std::chrono::milliseconds(20));
                }
            }
        });
        lookups->on_found([this] { writer->wake(); });
    }
    ~Host() {
        archiver_thread_ = {};
        lookup_thread_ = {};
    }

    void step() { CHECK(writer->step(clock.now()).has_value()); }
    [[nodiscard]] std::uint64_t behind() const {
        return writer->figures().durable.value() - archive->position().value();
    }

    base::SystemClock clock;
    std::unique_ptr<ledger::Ledger> ledger;
    std::unique_ptr<partition::Archive> archive;
    partition::Published published;
    std::unique_ptr<partition::Lookups> lookups;
    std::unique_ptr<partition::Writer> writer;
    std::unique_ptr<partition::Archiver> archiver;

  private:
    std::counting_semaphore<> pause_{0};
    std::jthread archiver_thread_;
    std::jthread lookup_thread_;
};

class Shop {
  public:
    Shop(const Settings& settings, Host& host)
        : settings_(settings), host_(host), commands_(10'000, 42), slots_(settings.alive) {
        auto receipts = commands_.receipts(kPlenty);
        std::vector<Slot> stocked(receipts.size());
        for (std::size_t i = 0; i < receipts.size(); ++i) {
            stocked[i].command = std::move(receipts[i]);
            CHECK(host.writer->submit(stocked[i]) == model::RefusalCode::none);
        }
        drain();
    }

    void run() {
        const auto begin = steady_clock::now();
        std::uint64_t next_report = 0;
        std::printf("%12s %8s %10s %9s %9s %9s %9s %10s %8s %8s\n", "reservations", "seconds",
                    "RSS MiB", "places", "keys", "archived", "arch.keys", "filter MiB", "lookups",
                    "in vain");
        while (finished_ < settings_.reservations && seconds_since(begin) < settings_.seconds) {
            for (Slot& slot : slots_) {
                if (slot.answered) {
                    advance(slot);
                }
            }
            host_.step();
            if (finished_ >= next_report) {
                report(begin);
                next_report += settings_.reservations / 20;
            }
            wait_for_archiver();
        }
        report(begin);
        took_ = seconds_since(begin);
        std::printf("the producer waited %.1f s for the archiver\n", paused_);
    }

    void ask_the_first() {
        while (host_.behind() > settings_.hot_events + model::kBatchEventsMax) {
            host_.step();
        }
        drain();
        Slot slot;
        const double retry = ask(slot, first_);
        CHECK(slot.answer.kind == partition::AnswerKind::replayed);
        CHECK(slot.answer.sequence.value() == first_id_.value());
        model::ChangeReservation back{.reservation = first_id_};
        back.lines.push_back({.sku = first_sku_, .quantity = 1});
        const double returned = ask(slot, change(model::Operation::return_units, back));
        CHECK(slot.answer.kind == partition::AnswerKind::applied);
        const double read = ask(slot, read_of(first_id_));
        CHECK(slot.answer.kind == partition::AnswerKind::shown);
        first_us_ = {retry * 1e6, returned * 1e6, read * 1e6};
        std::printf("the first of all, us: retry %.0f, return %.0f, read afterwards %.0f\n",
                    first_us_[0], first_us_[1], first_us_[2]);
    }

    void ask_old_ones() {
        if (old_.empty()) {
            return;
        }
        std::vector<double> took;
        base::Prng dice(7);
        for (std::size_t i = 0; i < settings_.reads; ++i) {
            Slot slot;
            took.push_back(ask(slot, read_of(old_[dice.below(old_.size())])) * 1e6);
            CHECK(slot.answer.kind == partition::AnswerKind::shown);
        }
        std::ranges::sort(took);
        old_us_ = {took[took.size() / 2], took[took.size() * 99 / 100], took.back()};
        std::printf("reading one of %zu old ones, us: p50 %.0f, p99 %.0f, max %.0f\n", old_.size(),
                    old_us_[0], old_us_[1], old_us_[2]);
    }

    // For bench/run. `archive_bytes`: of the files.
    void print_json(double ledger_bytes, double archive_bytes) const {
        const auto number = [](const char* name, double value) {
            std::printf(",\"%s\":%.9g", name, value);
        };
        std::printf("{\"reservations\":%llu", static_cast<unsigned long long>(finished_));
        number("seconds", took_);
        number("per_second", static_cast<double>(finished_) / took_);
        number("waited_seconds", paused_);
        number("resident_bytes", resident_);
        number("filter_bytes", filter_bytes_);
        number("ledger_bytes", ledger_bytes);
        number("archive_bytes", archive_bytes);
        number("retry_us", first_us_[0]);
        number("return_us", first_us_[1]);
        number("read_us", first_us_[2]);
        number("old_p50_us", old_us_[0]);
        number("old_p99_us", old_us_[1]);
        number("old_max_us", old_us_[2]);
        std::printf("}\n");
    }

    // How long the filter takes to be made after a start.
    void time_filter() {
        const auto begin = steady_clock::now();
        partition::FilterBuilder builder(*host_.archive);
        while (!builder.complete()) {
            CHECK(builder.make_next().has_value());
        }
        const double keys = static_cast<double>(host_.writer->state().archived.keys);
        std::printf("making the filter again: %.2f s, %.3f s per million keys\n",
                    seconds_since(begin), seconds_since(begin) / (keys / 1e6));
    }

  private:
    static model::Command change(model::Operation operation, model::ChangeReservation request) {
        model::Command out{.operation = operation,
                           .tenant = model::tenant_name(kTenant),
                           .key = {},
                           .request = std::move(request)};
        if (operation == model::Operation::return_units) {
            out.key.key = {.high = 1, .low = 1};
            out.key.fingerprint = model::fingerprint(out);
        }
        return out;
    }
    static model::Command read_of(model::ReservationId id) {
        return {.operation = model::Operation::read_reservation,
                .tenant = model::tenant_name(kTenant),
                .key = {},
                .request = model::ReadReservation{.reservation = id}};
    }

    double ask(Slot& slot, model::Command command) {
        slot.command = std::move(command);
        slot.answered = false;
        const auto begin = steady_clock::now();
        CHECK(host_.writer->submit(slot) == model::RefusalCode::none);
        while (!slot.answered) {
            host_.step();
            if (!slot.answered) {
                host_.writer->wait(host_.clock.now(), std::chrono::milliseconds(20));
            }
        }
        return seconds_since(begin);
    }

    void advance(Slot& slot) {
        const model::ReservationId id(slot.answer.sequence.value());
        if (slot.step == 0) {
            slot.command = commands_.hold(3'600);
            if (first_.key.empty()) {
                first_ = slot.command;
                first_sku_ = std::get<model::CreateReservation>(first_.request).lines[0].sku;
            }
            slot.step = 1;
        } else if (slot.step == 1) {
            CHECK(slot.answer.kind == partition::AnswerKind::applied);
            ids_seen_ += 1;
            if (first_id_.value() == 0) {
                first_id_ = id;
            }
            if (ids_seen_ % 1'000 == 0 && old_.size() < 10'000) {
                old_.push_back(id);
            }
            const bool sells = id == first_id_ || ids_seen_ % 10 != 0;
            slot.command = change(sells ? model::Operation::commit : model::Operation::release,
                                  {.reservation = id});
            slot.step = sells ? 2 : 3;
        } else if (slot.step == 2) {
            const auto sold = std::get<model::ChangeReservation>(slot.command.request).reservation;
            slot.command = change(model::Operation::ship, {.reservation = sold});
            slot.step = 3;
        } else {
            ++finished_;
            slot.step = 0;
            return advance(slot);
        }
        slot.answered = false;
        CHECK(host_.writer->submit(slot) == model::RefusalCode::none);
    }

    void drain() {
        while (!host_.writer->idle()) {
            host_.step();
        }
    }

    void wait_for_archiver() {
        if (host_.behind() < kWindowsBehindMax * settings_.hot_events) {
            return;
        }
        const auto begin = steady_clock::now();
        while (host_.behind() > (kWindowsBehindMax - 1) * settings_.hot_events) {
            host_.step();  // what may leave leaves
            host_.writer->wait(host_.clock.now(), std::chrono::milliseconds(1));
        }
        paused_ += seconds_since(begin);
    }

    void report(steady_clock::time_point begin) {
        const auto& state = host_.writer->state();
        const auto figures = host_.writer->figures().archive;
        const double mib = 1 << 20;
        resident_ = static_cast<double>(base::read_process_stats().resident_memory_bytes);
        filter_bytes_ = static_cast<double>(figures.filter_bytes);
        std::printf("%12llu %8.1f %10.0f %9u %9zu %9llu %9llu %10.1f %8llu %8llu\n",
                    static_cast<unsigned long long>(finished_), seconds_since(begin),
                    resident_ / mib, state.reservations.size(), state.keys.size(),
                    static_cast<unsigned long long>(figures.reservations),
                    static_cast<unsigned long long>(figures.keys), filter_bytes_ / mib,
                    static_cast<unsigned long long>(figures.lookups),
                    static_cast<unsigned long long>(figures.lookups_vain));
        std::fflush(stdout);
    }

    const Settings& settings_;
    Host& host_;
    Commands commands_;
    std::vector<Slot> slots_;
    model::Command first_;
    model::Name first_sku_;
    model::ReservationId first_id_;
    std::vector<model::ReservationId> old_;
    std::uint64_t ids_seen_ = 0;
    std::uint64_t finished_ = 0;
    double paused_ = 0;
    double took_ = 0;
    double resident_ = 0;               // at the last report
    double filter_bytes_ = 0;           // of that
    std::array<double, 3> first_us_{};  // retry, return, read
    std::array<double, 3> old_us_{};    // p50, p99, max
};

Settings parse(int argc, char** argv) {
    Settings out;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string name = argv[i];
        const std::string value = argv[i + 1];
        if (name == "--directory") {
            out.directory = value;
        } else if (name == "--reservations") {
            out.reservations = std::strtoull(value.c_str(), nullptr, 10);
        } else if (name == "--seconds") {
            out.seconds = std::strtod(value.c_str(), nullptr);
        } else if (name == "--alive") {
            out.alive = std::strtoull(value.c_str(), nullptr, 10);
        } else if (name == "--hot-events") {
            out.hot_events = std::strtoull(value.c_str(), nullptr, 10);
        } else if (name == "--reads") {
            out.reads = std::strtoull(value.c_str(), nullptr, 10);
        } else {
            std::fprintf(stderr, "unknown option %s\n", name.c_str());
            std::exit(2);
        }
    }
    return out;
}

double size_of(const std::string& directory) {
    std::uintmax_t bytes = 0;
    for (const auto& file : std::filesystem::recursive_directory_iterator(directory)) {
        bytes += file.is_regular_file() ? file.file_size() : 0;
    }
    return static_cast<double>(bytes);
}

int run(const Settings& settings) {
    std::filesystem::remove_all(settings.directory);
    std::filesystem::create_directories(settings.directory);
    std::optional<Host> host(std::in_place, settings);
    Shop shop(settings, *host);
    shop.run();
    shop.ask_the_first();
    shop.ask_old_ones();
    shop.time_filter();
    const double ledger_bytes = static_cast<double>(host->ledger->tail()->bytes);
    host.reset();
    const double archive_bytes = size_of(settings.directory + "/archive");
    std::printf("ledger %.1f GiB; archive %.2f GiB on disk\n", ledger_bytes / (1 << 30),
                archive_bytes / (1 << 30));
    shop.print_json(ledger_bytes, archive_bytes);
    std::filesystem::remove_all(settings.directory);
    return 0;
}

}  // namespace
}  // namespace holdfast::bench

int main(int argc, char** argv) { return holdfast::bench::run(holdfast::bench::parse(argc, argv)); }
