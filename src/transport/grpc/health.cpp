// grpc.health.v1: whether the process, or one of its services, takes calls.
#include <grpc/health/v1/health.pb.h>

#include <algorithm>
#include <mutex>

#include "transport/grpc/methods_internal.hpp"
#include "transport/grpc/unary_internal.hpp"

namespace holdfast::transport::grpc {
namespace {

namespace health = ::grpc::health::v1;
using Status = health::HealthCheckResponse::ServingStatus;

constexpr base::Duration kLookAgain = std::chrono::seconds(1);

bool is_known(const std::string& service) { return service.empty() || is_service(service); }

Status status_of(const Rpc& rpc) {
    const auto checks = rpc.context().operations.ready();
    return std::ranges::all_of(checks, &api::ReadyCheck::ok)
               ? health::HealthCheckResponse::SERVING
               : health::HealthCheckResponse::NOT_SERVING;
}

void check(RpcPtr rpc, const health::HealthCheckRequest& message) {
    if (!is_known(message.service())) {
        rpc->fail(api::make_problem(model::RefusalCode::not_found,
                                    "This server has no service of that name."));
        return;
    }
    health::HealthCheckResponse out;
    out.set_status(status_of(*rpc));
    rpc->finish(out);
}

// Looks every second; a service that drains says so at once and ends.
class HealthWatch final : public StreamSession, public std::enable_shared_from_this<HealthWatch> {
  public:
    explicit HealthWatch(RpcPtr rpc) : rpc_(std::move(rpc)) {}

    void on_message(Body& body) override {
        health::HealthCheckRequest message;
        if (!message.ParseFromZeroCopyStream(&body)) {
            rpc_->fail(unreadable_message());
            return;
        }
        const std::lock_guard lock(mutex_);
        known_ = is_known(message.service());
        look();
    }

    void on_last_message() override {}

    void on_written() override {
        const std::lock_guard lock(mutex_);
        writing_ = false;
        look();
    }

    void on_gone() override {
        const std::lock_guard lock(mutex_);
        gone_ = true;
    }

    void on_drain() override {
        const std::lock_guard lock(mutex_);
        draining_ = true;
        look();
    }

  private:
    void look() {
        if (gone_ || writing_) {
            return;
        }
        const Status now = draining_ ? health::HealthCheckResponse::NOT_SERVING
                           : known_  ? status_of(*rpc_)
                                     : health::HealthCheckResponse::SERVICE_UNKNOWN;
        if (now != last_) {
            last_ = now;
            writing_ = true;
            health::HealthCheckResponse out;
            out.set_status(now);
            rpc_->write(out.SerializeAsString());
        } else if (draining_) {
            gone_ = true;
            rpc_->end();
        } else {
            look_again();
        }
    }

    void look_again() {
        auto& timers = rpc_->service().context.timers;
        if (!std::exchange(waiting_, true) && !timers.hurried()) {
            static_cast<void>(timers.start(kLookAgain, [self = shared_from_this()] {
                const std::lock_guard lock(self->mutex_);
                self->waiting_ = false;
                self->look();
            }));
        }
    }

    RpcPtr rpc_;
    std::mutex mutex_;
    Status last_ = health::HealthCheckResponse::UNKNOWN;
    bool known_ = true;
    bool writing_ = false;
    bool waiting_ = false;
    bool gone_ = false;
    bool draining_ = false;
};

}  // namespace

void check_health(RpcPtr rpc, Body& body) {
    unary<health::HealthCheckRequest, check>(std::move(rpc), body);
}

SessionPtr watch_health(RpcPtr rpc) { return std::make_shared<HealthWatch>(std::move(rpc)); }

}  // namespace holdfast::transport::grpc
