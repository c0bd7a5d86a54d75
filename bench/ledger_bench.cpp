// What one append costs each kind of ledger, without a service around it.
//
// One thread appends batches of a given size as fast as it can, to one ledger of each kind in turn,
// in rounds, so that both see the same machine. Per kind: the times of appends, CPU of the whole
// process per append (background threads included), bytes on the disk per byte of batch, how long
// opening again takes, and how fast the ledger reads from its beginning.
//
//   ledger_bench [--directory DIR] [--bytes N] [--appends N] [--rounds N] [--texts N]
//
// --texts: private texts per append.
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "base/check.hpp"
#include "bench/ledgers.hpp"
#include "ledger/format.hpp"

namespace holdfast::bench {
namespace {

constexpr model::PartitionId kPartition{0};

struct Settings {
    std::string directory = "/tmp/holdfast-ledger-bench";
    std::size_t bytes = 360'000;
    std::size_t appends = 1000;
    std::size_t texts = 0;
    int rounds = 3;
};

struct Figures {
    std::string kind;
    Histogram times{};
    double cpu_us = 0;
    std::uint64_t appends = 0;
    std::uint64_t batch_bytes = 0;
    std::uint64_t disk_bytes = 0;
    double open_ms = 0;
    double read_seconds = 0;
};

double cpu_us() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto us = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_usec);
    };
    return us(usage.ru_utime) + us(usage.ru_stime);
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

std::uint64_t allocated_bytes(const std::string& directory) {
    std::uint64_t bytes = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
        bytes += entry.is_regular_file() ? entry.file_size() : 0;
    }
    return bytes;
}

base::Result<std::unique_ptr<ledger::Ledger>> open(const std::string& where) {
    return open_ledger(where, kPartition);
}

base::Result<void> append_all(const Settings& settings, const std::string& where, Figures& out) {
    TRY(auto inner, open(where));
    StopwatchLedger ledger(std::move(inner));
    TRY(ledger::Tail tail, ledger.tail());
    const std::vector<std::string> names(settings.texts, "a buyer's number 0123456789");
    for (std::size_t i = 0; i < settings.appends; ++i) {
        base::Buffer sealed;
        ledger::reserve_header(sealed);
        sealed.resize(settings.bytes, std::byte{0x5a});
        std::vector<ledger::PrivateText> texts;
        for (const std::string& name : names) {
            texts.push_back({{tail.last.value(), texts.size()}, name});
        }
        const std::uint64_t first = tail.last.value() + 1;
        const base::Sha256 hash = ledger::seal(sealed, {.partition = kPartition,
                                                        .first = model::Sequence(first),
                                                        .count = 1,
                                                        .epoch = tail.epoch,
                                                        .time = tail.time,
                                                        .previous = tail.hash});
        const double before = cpu_us();
        TRY_VOID(ledger.append({.expected_last = tail.last,
                                .epoch = tail.epoch,
                                .batch = sealed,
                                .private_texts = texts,
                                .hash = hash}));
        out.cpu_us += cpu_us() - before;
        out.batch_bytes += sealed.size();
        tail.last = model::Sequence(first);
        tail.hash = hash;
    }
    out.appends += settings.appends;
    out.times.merge(ledger.times());
    return {};
}

base::Result<void> reopen_and_read(const std::string& where, Figures& out) {
    auto begin = std::chrono::steady_clock::now();
    TRY(const auto ledger, open(where));
    out.open_ms += seconds_since(begin) * 1e3;
    begin = std::chrono::steady_clock::now();
    TRY_VOID(ledger->read_from(model::Sequence(1), SIZE_MAX,
                               [](auto) -> base::Result<void> { return {}; }));
    out.read_seconds += seconds_since(begin);
    return {};
}

base::Result<void> round(const Settings& settings, Figures& out) {
    const std::string directory = settings.directory + "/" + out.kind;
    std::filesystem::remove_all(directory);
    std::filesystem::create_directories(settings.directory);
    const std::string where = out.kind + ":" + directory;
    TRY_VOID(append_all(settings, where, out));
    out.disk_bytes += allocated_bytes(directory);
    TRY_VOID(reopen_and_read(where, out));
    std::filesystem::remove_all(directory);
    return {};
}

void print(const Figures& f, int rounds) {
    const auto us = [](std::int64_t ns) { return static_cast<double>(ns) / 1e3; };
    std::printf(
        "%-9s p50 %6.0f us  p99 %6.0f  p99.9 %6.0f  max %6.0f | CPU %5.0f us/append | disk %.3f "
        "bytes/byte | open %5.1f ms | read %5.0f MB/s\n",
        f.kind.c_str(), us(f.times.quantile(0.5)), us(f.times.quantile(0.99)),
        us(f.times.quantile(0.999)), us(f.times.max()), f.cpu_us / static_cast<double>(f.appends),
        static_cast<double>(f.disk_bytes) / static_cast<double>(f.batch_bytes), f.open_ms / rounds,
        static_cast<double>(f.batch_bytes) / 1e6 / f.read_seconds);
}

Settings parse(int argc, char** argv) {
    Settings out;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string name = argv[i];
        const auto number = static_cast<std::size_t>(std::atoll(argv[i + 1]));
        if (name == "--directory") {
            out.directory = argv[i + 1];
        } else if (name == "--bytes") {
            out.bytes = number;
        } else if (name == "--appends") {
            out.appends = number;
        } else if (name == "--texts") {
            out.texts = number;
        } else if (name == "--rounds") {
            out.rounds = static_cast<int>(number);
        } else {
            std::fprintf(stderr, "unknown option %s\n", name.c_str());
            std::exit(2);
        }
    }
    return out;
}

int run(const Settings& settings) {
    std::vector<Figures> all = {{.kind = "rocksdb"}, {.kind = "segments"}};
    for (int at = 0; at < settings.rounds; ++at) {
        for (Figures& figures : all) {
            const auto done = round(settings, figures);
            CHECK(done.has_value(), done.error().message);
        }
    }
    for (const Figures& figures : all) {
        print(figures, settings.rounds);
    }
    return 0;
}

}  // namespace
}  // namespace holdfast::bench

int main(int argc, char** argv) { return holdfast::bench::run(holdfast::bench::parse(argc, argv)); }
