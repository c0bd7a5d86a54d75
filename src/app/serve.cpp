#include "app/serve.hpp"

#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <fstream>
#include <iterator>
#include <memory>
#include <new>
#include <optional>
#include <thread>

#include "api/api_keys.hpp"
#include "api/service.hpp"
#include "api/timers.hpp"
#include "app/demo.hpp"
#include "app/operations.hpp"
#include "app/partition_host.hpp"
#include "base/log.hpp"
#include "base/thread_name.hpp"
#include "cli/exit_code.hpp"
#include "net/http_server.hpp"
#include "transport/grpc/grpc_server.hpp"
#include "transport/http/http_api.hpp"

namespace holdfast::app {

using base::ErrorCode;
using base::Result;
using cli::ExitCode;
using transport::grpc::GrpcServer;

namespace {

constexpr auto kDrainLimit = std::chrono::seconds(25);

// Blocked in every thread from the start, so that only `wait_for_stop` sees them.
sigset_t block_signals() {
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);
    pthread_sigmask(SIG_BLOCK, &stop, nullptr);
    signal(SIGPIPE, SIG_IGN);
    return stop;
}

void wait_for_stop(const sigset_t& stop) {
    int number = 0;
    sigwait(&stop, &number);
    base::log_info("draining", {{"signal", number}});
    // The next one ends the process by its default action.
    pthread_sigmask(SIG_UNBLOCK, &stop, nullptr);
}

Result<std::optional<api::ApiKeys>> read_keys(const std::string& path) {
    if (path.empty()) {
        return std::nullopt;
    }
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return base::failure(ErrorCode::not_found, path + " cannot be read");
    }
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    TRY(auto keys, api::ApiKeys::parse(text));
    return std::optional(std::move(keys));
}

int complain(const base::Error& error) {
    base::log_error("the service cannot start", {{"code", base::to_string(error.code)},
                                                 {"detail", std::string_view(error.message)}});
    const bool damaged =
        error.code == ErrorCode::corrupted || error.code == ErrorCode::newer_format;
    return to_int(damaged ? ExitCode::damaged : ExitCode::failed);
}

// Answers become replies on a thread of their own: neither decisions nor sockets wait for a disk.
// Reports, which wait for the replayer, have another, so that no answer waits for a report.
class TaskThread {
  public:
    explicit TaskThread(const char* name)
        : thread_([this, name] {
              base::name_this_thread(name);
              while (queue_.run_until_stopped()) {
              }
          }) {}
    ~TaskThread() { stop(); }
    [[nodiscard]] api::TaskQueue& queue() { return queue_; }
    void stop() {
        queue_.stop();
        if (thread_.joinable()) {
            thread_.join();
        }
    }

  private:
    api::TaskQueue queue_;
    std::jthread thread_;
};

// Long polls end on time, and all at once when the service drains.
class TimerThread {
  public:
    explicit TimerThread(const base::Clock& clock)
        : timers_(clock), thread_([this] {
              base::name_this_thread("timers");
              timers_.run_until_stopped();
          }) {}
    ~TimerThread() { stop(); }
    [[nodiscard]] api::Timers& timers() { return timers_; }
    void stop() {
        timers_.stop();
        if (thread_.joinable()) {
            thread_.join();
        }
    }

  private:
    api::Timers timers_;
    std::jthread thread_;
};

struct Helpers {
    explicit Helpers(const base::Clock& clock) : timers(clock) {}
    TaskThread replies{"replies"};
    TaskThread reports{"reports"};
    TimerThread timers;
};

// Stands behind the service: when it goes, nothing of the service runs any more.
class EndOfWork {
  public:
    explicit EndOfWork(Helpers& helpers) : helpers_(helpers) {}
    ~EndOfWork() {
        helpers_.timers.stop();
        helpers_.reports.stop();
        helpers_.replies.stop();
    }
    EndOfWork(const EndOfWork&) = delete;
    EndOfWork& operator=(const EndOfWork&) = delete;

  private:
    Helpers& helpers_;
};

api::Context make_context(PartitionHost& host, const base::Clock& clock, Helpers& helpers,
                          const cli::ServeOptions& options) {
    return {.port = host.writer(),
            .published = host.published(),
            .ledger = host.ledger(),
            .index = host.index(),
            .history = host.history(),
            .replies = helpers.replies.queue(),
            .inspector = host.inspector(),
            .reports = helpers.reports.queue(),
            .timers = helpers.timers.timers(),
            .clock = clock,
            .names = api::Names(host.published(), host.ids(), host.partition()),
            .private_key = host.private_key(),
            .options = {.create_key_required = options.create_key_required}};
}

// A ledger that gets no file when it needs one stops the service, so connections leave it enough:
// it and the views keep up to 1,536 open.
std::size_t connections_max() {
    constexpr rlim_t kForFiles = 2'048;
    constexpr rlim_t kMost = 4'096;
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);  // what may be had without asking is often 1,024
    getrlimit(RLIMIT_NOFILE, &files);
    const rlim_t left =
        std::max(files.rlim_cur / 4, files.rlim_cur - std::min(files.rlim_cur, kForFiles));
    return static_cast<std::size_t>(std::min(left, kMost));
}

net::HttpServerOptions make_server_options(const cli::ServeOptions& options) {
    net::HttpServerOptions out;
    out.connections_max = connections_max();
    out.address = options.listen.host;
    out.port = options.listen.port;
    out.io_threads = options.io_threads;
    out.report = [](std::string_view text) { base::log_error("http", {{"detail", text}}); };
    return out;
}

// The address with the port that was taken.
std::string bound(cli::ListenAddress address, std::uint16_t port) {
    address.port = port;
    return address.text();
}

Result<std::unique_ptr<GrpcServer>> start_grpc(const cli::ServeOptions& options,
                                               api::Service& service, Operations& operations,
                                               const api::Authenticator& authenticator,
                                               base::Metrics& metrics) {
    if (!options.grpc_listen) {
        return nullptr;
    }
    return GrpcServer::start({.address = options.grpc_listen->host,
                              .port = options.grpc_listen->port,
                              .threads = options.io_threads},
                             service, operations, authenticator, metrics);
}

// Nothing new is taken, and everything that was is answered.
void drain(net::HttpServer& http, GrpcServer* grpc, api::Timers& timers) {
    if (grpc != nullptr) {
        grpc->announce_drain();
    }
    timers.hurry();
    const auto end = std::chrono::steady_clock::now() + kDrainLimit;
    const bool calls_over = grpc == nullptr || grpc->drain(kDrainLimit);
    const auto left = end - std::chrono::steady_clock::now();
    if (!http.drain(std::chrono::duration_cast<base::Duration>(left)) || !calls_over) {
        base::log_warning("some connections did not end in time and are closed");
    }
    http.stop();
}

Result<void> run(const cli::ServeOptions& options, const std::string& version,
                 const sigset_t& stop) {
    const base::SystemClock clock;
    base::Metrics metrics;
    TRY(auto keys, read_keys(options.api_keys));
    TRY(const auto host, PartitionHost::open(options, clock, metrics));
    if (options.demo) {
        stock_demo_catalogue(host->writer());
    }
    Helpers helpers(clock);
    api::Service service(make_context(*host, clock, helpers, options), metrics);
    const EndOfWork end_of_work(helpers);
    service.gauges.start();
    const api::Authenticator authenticator(std::move(keys));
    Operations operations(*host, clock, metrics, options.storage_reserve_bytes, version);
    transport::http::HttpApi handler(service, operations, authenticator, metrics);
    TRY(const auto server, net::HttpServer::start(make_server_options(options), handler));

    TRY(const auto grpc, start_grpc(options, service, operations, authenticator, metrics));

    if (grpc != nullptr) {
        const std::string address = bound(*options.grpc_listen, grpc->port());
        base::log_info("listening for gRPC", {{"address", std::string_view(address)}});
    }
    const std::string url = "http://" + bound(options.listen, server->port());
    base::log_info("listening", {{"url", std::string_view(url)},
                                 {"ledger", std::string_view(host->directory())}});
    wait_for_stop(stop);
    operations.set_draining();
    drain(*server, grpc.get(), helpers.timers.timers());
    host->stop();
    base::log_info("stopped");
    return {};
}

}  // namespace

int run_service(const cli::ServeOptions& options, const std::string& version) {
    base::configure_log(options.log);
    const sigset_t stop = block_signals();
    try {
        const auto result = run(options, version, stop);
        return result ? to_int(ExitCode::ok) : complain(result.error());
    } catch (const std::bad_alloc&) {
        return complain({ErrorCode::unavailable, "out of memory"});
    } catch (const std::exception& thrown) {
        // Threads or descriptors that the system did not give.
        return complain({ErrorCode::unavailable, thrown.what()});
    }
}

}  // namespace holdfast::app
