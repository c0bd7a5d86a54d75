// The feed of events, page after page, until the client goes or the service stops.
#include <mutex>

#include "transport/grpc/fields_internal.hpp"
#include "transport/grpc/methods_internal.hpp"
#include "transport/grpc/replies_internal.hpp"
#include "transport/grpc/unary_internal.hpp"

namespace holdfast::transport::grpc {
namespace {

// A page is asked for so long, then again: a client that has gone is forgotten by then.
constexpr std::int64_t kWaitSeconds = 15;

class EventWatch final : public StreamSession, public std::enable_shared_from_this<EventWatch> {
  public:
    explicit EventWatch(RpcPtr rpc) : rpc_(std::move(rpc)) {}

    void on_message(Body& body) override {
        v1::WatchEventsRequest message;
        if (!message.ParseFromZeroCopyStream(&body)) {
            rpc_->fail(unreadable_message());
            return;
        }
        request_.after = field(message.has_after(), message.after());
        request_.limit = field<std::int64_t>(message.has_page_size(), message.page_size());
        request_.wait_seconds = kWaitSeconds;
        ask();
    }

    void on_last_message() override {}
    void on_written() override { ask(); }
    void on_gone() override { set(gone_); }
    void on_drain() override { set(draining_); }

  private:
    void set(bool& flag) {
        const std::lock_guard lock(mutex_);
        flag = true;
    }

    // Ends the call, or says that it goes on.
    bool goes_on() {
        const std::lock_guard lock(mutex_);
        if (draining_ && !gone_) {
            rpc_->fail(api::make_problem(model::RefusalCode::draining));
        }
        return !draining_ && !gone_;
    }

    void ask() {
        if (goes_on()) {
            rpc_->service().events.read(
                rpc_->principal(), request_,
                [self = shared_from_this()](std::expected<api::EventFeedPage, api::Problem> page) {
                    self->take(page);
                });
        }
    }

    void take(const std::expected<api::EventFeedPage, api::Problem>& page) {
        if (!page) {
            rpc_->fail(page.error());
            return;
        }
        const bool moved = request_.after != page->next;
        request_.after = page->next;
        if (page->events.empty() && !moved) {
            ask();
            return;
        }
        v1::EventPage out;
        for (const auto& event : page->events) {
            write_event(event, *out.add_events());
        }
        out.set_next(page->next);
        out.set_source(page->source);
        rpc_->write(out.SerializeAsString());
    }

    RpcPtr rpc_;
    api::EventsRequest request_;
    std::mutex mutex_;
    bool gone_ = false;
    bool draining_ = false;
};

}  // namespace

SessionPtr watch_events(RpcPtr rpc) { return std::make_shared<EventWatch>(std::move(rpc)); }

}  // namespace holdfast::transport::grpc
