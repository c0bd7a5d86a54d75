// grpc_load: a client that asks as fast as it may, and says how fast that was.
//
//   grpc_load --target 127.0.0.1:PORT --mode unary|stream|health --seconds 5 --concurrency C
//             --batch B --window W --sku-prefix bench --skus N [--units U] [--server-pid PID]
//             [--json]
//
// `unary` keeps C calls Reservations/Create under way, `health` C calls Health/Check (the no-op),
// `stream` C streams Commands/Pipeline, each with up to W creates in flight in messages of B. SKUs
// PREFIX-0 .. PREFIX-(N-1) are stocked first and taken in turn. Every command has a request_id of
// its own and counts once its result is there. At the end the holds that were answered are compared
// with what the server says it holds: a difference is an error (exit code 1).
#include <grpc/health/v1/health.pb.h>
#include <grpcpp/channel.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/slice.h>
#include <holdfast/v1/commands.pb.h>
#include <holdfast/v1/stock.pb.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace {

namespace v1 = holdfast::v1;
using Clock = std::chrono::steady_clock;

struct Options {
    std::string target;
    std::string mode = "unary";
    double seconds = 5;
    int concurrency = 64;
    int batch = 100;
    int window = 8192;
    std::string prefix = "bench";
    int skus = 1;
    long units = 1'000'000'000;
    long server_pid = 0;
    bool json = false;
};

constexpr const char* kUsage =
    "usage: grpc_load --target HOST:PORT [--mode unary|stream|health] [--seconds 5]\n"
    "                 [--concurrency 64] [--batch 100] [--window 8192] [--sku-prefix bench]\n"
    "                 [--skus 1] [--units 1000000000] [--server-pid PID] [--json]\n"
    "concurrency is calls under way, or streams with `window` commands in flight each, in\n"
    "messages of `batch`; units are received per SKU first (0: none are)";

[[noreturn]] void fail(const std::string& what) {
    std::fprintf(stderr, "grpc_load: %s\n", what.c_str());
    std::exit(1);
}

grpc::ByteBuffer to_buffer(const google::protobuf::MessageLite& message) {
    const grpc::Slice slice(message.ByteSizeLong());
    message.SerializeWithCachedSizesToArray(const_cast<std::uint8_t*>(slice.begin()));
    return {&slice, 1};
}

template <typename Message>
void parse(grpc::ByteBuffer& buffer, Message& out) {
    grpc::ProtoBufferReader reader(&buffer);
    if (!out.ParseFromZeroCopyStream(&reader)) {
        fail("an answer cannot be read");
    }
}

double cpu_of_this() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    return static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

// User and system time of another process; 0 if it is not told.
double cpu_of(long pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string text((std::istreambuf_iterator<char>(file)), {});
    if (pid == 0 || text.empty()) {
        return 0;
    }
    text.erase(0, text.rfind(')') + 2);
    std::vector<std::string> words;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find(' ', at), text.size());
        words.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return static_cast<double>(std::stol(words.at(11)) + std::stol(words.at(12))) /
           static_cast<double>(sysconf(_SC_CLK_TCK));
}

// Latencies in microseconds, in buckets of one part in 32.
class Latencies {
  public:
    void add(Clock::duration took) {
        const auto us = static_cast<std::uint64_t>(
            std::chrono::duration_cast<std::chrono::microseconds>(took).count());
        max_ = std::max(max_, us);
        ++counts_[bucket(us)];
        ++all_;
    }
    [[nodiscard]] std::uint64_t count() const { return all_; }
    [[nodiscard]] std::uint64_t max() const { return max_; }
    [[nodiscard]] std::uint64_t quantile(double part) const {
        auto left = static_cast<std::uint64_t>(part * static_cast<double>(all_));
        for (std::size_t i = 0; i < counts_.size(); ++i) {
            if (counts_[i] > left) {
                return std::min(floor_of(i), max_);
            }
            left -= counts_[i];
        }
        return max_;
    }

  private:
    static constexpr int kBits = 5;
    static std::size_t bucket(std::uint64_t us) {
        const int wide = std::max(0, 64 - __builtin_clzll(us | 1) - kBits - 1);
        return static_cast<std::size_t>(wide) * (1u << kBits) + (us >> wide);
    }
    static std::uint64_t floor_of(std::size_t index) {
        const std::size_t half = 1u << kBits;
        const std::size_t wide = index < 2 * half ? 0 : index / half - 1;
        return (index - wide * half) << wide;
    }

    std::vector<std::uint64_t> counts_ = std::vector<std::uint64_t>(2048);
    std::uint64_t all_ = 0;
    std::uint64_t max_ = 0;
};

struct Tally {
    Latencies latencies;
    std::uint64_t done = 0;
    std::uint64_t held = 0;
    std::uint64_t refused = 0;
    std::map<std::string, std::uint64_t> refusals;

    void count(const v1::Reply& reply) {
        ++done;
        if (reply.has_reservation()) {
            ++held;
        } else {
            ++refused;
            ++refusals[reply.refusal().code()];
        }
    }
};

// Names of SKUs and attempts, in turn.
class Creates {
  public:
    Creates(const Options& options) : options_(options) {
        run_ = "load-" + std::to_string(getpid()) + '-' +
               std::to_string(Clock::now().time_since_epoch().count()) + '-';
        for (int i = 0; i < options.skus; ++i) {
            skus_.push_back(options.prefix + '-' + std::to_string(i));
        }
    }
    void fill(v1::CreateRequest& out) {
        char digits[20];
        const auto end = std::to_chars(digits, digits + sizeof digits, ++number_).ptr;
        auto& id = *out.mutable_request_id();
        id.assign(run_).append(digits, end);
        auto& line = *out.add_lines();
        line.set_sku(skus_[number_ % skus_.size()]);
        line.set_quantity(1);
    }
    [[nodiscard]] const std::vector<std::string>& skus() const { return skus_; }
    [[nodiscard]] std::string next_id() { return run_ + std::to_string(++number_); }

  private:
    const Options& options_;
    std::string run_;
    std::vector<std::string> skus_;
    std::uint64_t number_ = 0;
};

class Event {
  public:
    virtual ~Event() = default;
    virtual void happened(bool ok) = 0;
};

struct Client {
    explicit Client(const Options& asked)
        : options(asked), channel(make_channel(asked.target)), stub(channel), creates(asked) {}

    static std::shared_ptr<grpc::Channel> make_channel(const std::string& target) {
        grpc::ChannelArguments arguments;
        arguments.SetMaxReceiveMessageSize(-1);
        return grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), arguments);
    }
    // One unary call, waited for.
    template <typename Answer>
    void ask(const std::string& method, const google::protobuf::MessageLite& request,
             Answer& answer) {
        grpc::ClientContext context;
        grpc::CompletionQueue answers;
        const auto call = stub.PrepareUnaryCall(&context, method, to_buffer(request), &answers);
        call->StartCall();
        grpc::ByteBuffer buffer;
        grpc::Status status;
        call->Finish(&buffer, &status, this);
        void* tag = nullptr;
        bool ok = false;
        answers.Next(&tag, &ok);
        if (!status.ok()) {
            fail(method + ": " + status.error_message());
        }
        parse(buffer, answer);
    }
    [[nodiscard]] bool over() const { return Clock::now() >= end; }

    const Options& options;
    std::shared_ptr<grpc::Channel> channel;
    grpc::GenericStub stub;
    grpc::CompletionQueue queue;
    Creates creates;
    Tally tally;
    Clock::time_point end{};
    int open = 0;  // calls or streams under way
};

// One call after another.
class UnaryCaller final : public Event {
  public:
    explicit UnaryCaller(Client& client)
        : client_(client), health_(client.options.mode == "health") {
        ++client_.open;
        next();
    }
    void happened(bool /*ok*/) override {
        client_.tally.latencies.add(Clock::now() - started_);
        if (!status_.ok()) {
            ++client_.tally.done;
            ++client_.tally.refused;
            ++client_.tally.refusals[status_.error_message()];
        } else if (health_) {
            ++client_.tally.done;
        } else {
            v1::Reply reply;
            parse(answer_, reply);
            client_.tally.count(reply);
        }
        if (client_.over()) {
            --client_.open;
        } else {
            next();
        }
    }

  private:
    void next() {
        context_ = std::make_unique<grpc::ClientContext>();
        started_ = Clock::now();
        v1::CreateRequest create;
        grpc::health::v1::HealthCheckRequest check;
        if (!health_) {
            client_.creates.fill(create);
        }
        const google::protobuf::MessageLite& request =
            health_ ? static_cast<const google::protobuf::MessageLite&>(check) : create;
        call_ = client_.stub.PrepareUnaryCall(
            context_.get(),
            health_ ? "/grpc.health.v1.Health/Check" : "/holdfast.v1.Reservations/Create",
            to_buffer(request), &client_.queue);
        call_->StartCall();
        call_->Finish(&answer_, &status_, static_cast<Event*>(this));
    }

    Client& client_;
    bool health_;
    std::unique_ptr<grpc::ClientContext> context_;
    std::unique_ptr<grpc::GenericClientAsyncResponseReader> call_;
    grpc::ByteBuffer answer_;
    grpc::Status status_;
    Clock::time_point started_;
};

// A stream: writes messages while the window has room, reads results.
class Streamer {
  public:
    explicit Streamer(Client& client) : client_(client) {
        ++client_.open;
        stream_ =
            client_.stub.PrepareCall(&context_, "/holdfast.v1.Commands/Pipeline", &client_.queue);
        stream_->StartCall(&started_);
    }

  private:
    struct Step final : Event {
        Step(Streamer& owner, void (Streamer::*what)(bool)) : streamer(owner), handle(what) {}
        void happened(bool ok) override { (streamer.*handle)(ok); }
        Streamer& streamer;
        void (Streamer::*handle)(bool);
    };

    void on_started(bool ok) {
        if (!ok) {
            fail("the stream did not start");
        }
        stream_->Read(&answer_, &read_);
        write();
    }

    void write() {
        if (writing_ || done_writing_) {
            return;
        }
        if (client_.over()) {
            done_writing_ = writing_ = true;
            stream_->WritesDone(&written_);
        } else if (in_flight_ + client_.options.batch <= client_.options.window) {
            arena_.Reset();
            auto& batch = *google::protobuf::Arena::CreateMessage<v1::CommandBatch>(&arena_);
            batch.set_window(static_cast<std::uint32_t>(
                std::min(client_.options.window + client_.options.batch, 65'536)));
            for (int i = 0; i < client_.options.batch; ++i) {
                auto& command = *batch.add_commands();
                command.set_correlation(sent_ + static_cast<std::uint64_t>(i));
                client_.creates.fill(*command.mutable_create());
            }
            batches_.push_back(Clock::now());
            sent_ += static_cast<std::uint64_t>(client_.options.batch);
            in_flight_ += client_.options.batch;
            writing_ = true;
            stream_->Write(to_buffer(batch), &written_);
        }
    }

    void on_written(bool /*ok*/) {
        writing_ = false;
        write();
    }

    void on_read(bool ok) {
        if (!ok) {
            stream_->Finish(&status_, &finished_);
            return;
        }
        const auto now = Clock::now();
        answers_.Reset();
        auto& results = *google::protobuf::Arena::CreateMessage<v1::ResultBatch>(&answers_);
        parse(answer_, results);
        for (const v1::Result& result : results.results()) {
            const auto batch =
                result.correlation() / static_cast<std::uint64_t>(client_.options.batch);
            client_.tally.latencies.add(now - batches_[batch]);
            client_.tally.count(result.reply());
        }
        in_flight_ -= results.results_size();
        stream_->Read(&answer_, &read_);
        write();
    }

    void on_finished(bool /*ok*/) {
        if (!status_.ok() || in_flight_ != 0) {
            fail("the stream ended with " + std::to_string(in_flight_) +
                 " commands unanswered: " + status_.error_message());
        }
        --client_.open;
    }

    Client& client_;
    grpc::ClientContext context_;
    std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream_;
    google::protobuf::Arena arena_;
    google::protobuf::Arena answers_;
    grpc::ByteBuffer answer_;
    grpc::Status status_;
    std::deque<Clock::time_point> batches_;  // when each was sent
    std::uint64_t sent_ = 0;
    int in_flight_ = 0;
    bool writing_ = false;
    bool done_writing_ = false;
    Step started_{*this, &Streamer::on_started};
    Step written_{*this, &Streamer::on_written};
    Step read_{*this, &Streamer::on_read};
    Step finished_{*this, &Streamer::on_finished};
};

void stock(Client& client) {
    constexpr std::size_t kReceiptsPerCall = 1'000;
    const auto& skus = client.creates.skus();
    for (std::size_t from = 0; from < skus.size(); from += kReceiptsPerCall) {
        v1::CommandBatch batch;
        for (std::size_t i = from; i < std::min(from + kReceiptsPerCall, skus.size()); ++i) {
            auto& request = *batch.add_commands()->mutable_receive();
            request.set_request_id(client.creates.next_id());
            request.set_sku(skus[i]);
            request.set_quantity(client.options.units);
        }
        v1::ResultBatch results;
        client.ask("/holdfast.v1.Commands/Batch", batch, results);
        for (const v1::Result& result : results.results()) {
            if (!result.reply().has_stock()) {
                fail("no stock: " + result.reply().refusal().message());
            }
        }
    }
}

std::int64_t held_now(Client& client) {
    constexpr std::size_t kSkusPerQuery = 200;
    std::int64_t out = 0;
    const auto& skus = client.creates.skus();
    for (std::size_t from = 0; from < skus.size(); from += kSkusPerQuery) {
        v1::GetAvailabilityRequest request;
        for (std::size_t i = from; i < std::min(from + kSkusPerQuery, skus.size()); ++i) {
            request.add_skus(skus[i]);
        }
        v1::AvailabilityResponse view;
        client.ask("/holdfast.v1.Stock/GetAvailability", request, view);
        for (const auto& item : view.items()) {
            out += item.units().held();
        }
    }
    return out;
}

void serve(Client& client) {
    void* tag = nullptr;
    bool ok = false;
    while (client.open > 0 && client.queue.Next(&tag, &ok)) {
        static_cast<Event*>(tag)->happened(ok);
    }
}

double run(Client& client) {
    const auto begin = Clock::now();
    client.end = begin + std::chrono::duration_cast<Clock::duration>(
                             std::chrono::duration<double>(client.options.seconds));
    std::vector<std::unique_ptr<UnaryCaller>> callers;
    std::vector<std::unique_ptr<Streamer>> streamers;
    for (int i = 0; i < client.options.concurrency; ++i) {
        if (client.options.mode == "stream") {
            streamers.push_back(std::make_unique<Streamer>(client));
        } else {
            callers.push_back(std::make_unique<UnaryCaller>(client));
        }
    }
    serve(client);
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

struct Report {
    double seconds = 0;
    double client_cpu = 0;
    double server_cpu = 0;
    std::int64_t held_before = 0;
    std::int64_t held_after = 0;

    [[nodiscard]] bool audited(const Client& client) const {
        return held_after - held_before == static_cast<std::int64_t>(client.tally.held);
    }
};

void print(const Client& client, const Report& report) {
    const auto& tally = client.tally;
    const auto done = static_cast<double>(std::max<std::uint64_t>(tally.done, 1));
    const double rate = static_cast<double>(tally.done) / report.seconds;
    const double client_us = report.client_cpu * 1e6 / done;
    const double server_us = report.server_cpu * 1e6 / done;
    const char* const form =
        client.options.json
            ? "{\"mode\":\"%s\",\"seconds\":%.3f,\"requests\":%llu,\"per_second\":%.0f,"
              "\"p50_us\":%llu,\"p99_us\":%llu,\"max_us\":%llu,\"client_cpu_us\":%.3f,"
              "\"server_cpu_us\":%.3f,\"held\":%llu,\"refused\":%llu,\"audit\":%s}\n"
            : "%s: %.3f s, %llu requests, %.0f per second; p50 %llu us, p99 %llu us, max %llu us; "
              "CPU per request: client %.3f us, server %.3f us; held %llu, refused %llu; audit "
              "%s\n";
    std::printf(form, client.options.mode.c_str(), report.seconds,
                static_cast<unsigned long long>(tally.done), rate,
                static_cast<unsigned long long>(tally.latencies.quantile(0.5)),
                static_cast<unsigned long long>(tally.latencies.quantile(0.99)),
                static_cast<unsigned long long>(tally.latencies.max()), client_us, server_us,
                static_cast<unsigned long long>(tally.held),
                static_cast<unsigned long long>(tally.refused),
                report.audited(client) ? "true" : "false");
    for (const auto& [code, count] : tally.refusals) {
        std::fprintf(stderr, "refused %llu: %s\n", static_cast<unsigned long long>(count),
                     code.c_str());
    }
}

Options read_options(int count, char** words) {
    Options out;
    for (int i = 1; i < count; ++i) {
        const std::string name = words[i];
        if (name == "--help") {
            std::puts(kUsage);
            std::exit(0);
        }
        if (name == "--json") {
            out.json = true;
            continue;
        }
        if (i + 1 == count) {
            fail(name + " needs a value");
        }
        const std::string value = words[++i];
        if (name == "--target") {
            out.target = value;
        } else if (name == "--mode") {
            out.mode = value;
        } else if (name == "--seconds") {
            out.seconds = std::stod(value);
        } else if (name == "--concurrency") {
            out.concurrency = std::stoi(value);
        } else if (name == "--batch") {
            out.batch = std::stoi(value);
        } else if (name == "--window") {
            out.window = std::stoi(value);
        } else if (name == "--sku-prefix") {
            out.prefix = value;
        } else if (name == "--skus") {
            out.skus = std::stoi(value);
        } else if (name == "--units") {
            out.units = std::stol(value);
        } else if (name == "--server-pid") {
            out.server_pid = std::stol(value);
        } else {
            fail("unknown option " + name);
        }
    }
    const bool known = out.mode == "unary" || out.mode == "stream" || out.mode == "health";
    if (out.target.empty() || !known || out.concurrency < 1 || out.skus < 1 || out.batch < 1 ||
        out.batch > 1000 || out.window < out.batch) {
        fail(
            "needs --target ADDRESS and --mode unary|stream|health, --batch 1 to 1000, and a "
            "--window of at least that");
    }
    return out;
}

}  // namespace

int main(int count, char** words) {
    const Options options = read_options(count, words);
    Client client(options);
    Report report;
    if (options.mode != "health") {
        if (options.units > 0) {
            stock(client);
        }
        report.held_before = held_now(client);
    }
    const double client_before = cpu_of_this();
    const double server_before = cpu_of(options.server_pid);
    report.seconds = run(client);
    report.client_cpu = cpu_of_this() - client_before;
    report.server_cpu = cpu_of(options.server_pid) - server_before;
    report.held_after = options.mode == "health" ? 0 : held_now(client);
    print(client, report);
    return report.audited(client) ? 0 : 1;
}
