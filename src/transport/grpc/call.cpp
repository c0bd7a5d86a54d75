#include <grpc/support/time.h>
#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/slice.h>

#include <algorithm>
#include <utility>

#include "api/idempotency.hpp"
#include "base/check.hpp"
#include "base/clock.hpp"
#include "transport/grpc/call_internal.hpp"
#include "transport/grpc/replies_internal.hpp"

namespace holdfast::transport::grpc {
namespace {

using model::RefusalCode;

constexpr double kNanosecondsPerSecond = 1e9;

::grpc::ByteBuffer to_buffer(const google::protobuf::MessageLite& message) {
    const std::size_t size = message.ByteSizeLong();
    const ::grpc::Slice slice(size);
    message.SerializeWithCachedSizesToArray(const_cast<std::uint8_t*>(slice.begin()));
    return {&slice, 1};
}

// The text itself becomes the buffer.
::grpc::ByteBuffer to_buffer(std::string message) {
    auto* const owned = new std::string(std::move(message));
    const ::grpc::Slice slice(
        owned->data(), owned->size(), [](void* text) { delete static_cast<std::string*>(text); },
        owned);
    return {&slice, 1};
}

::grpc::Status to_grpc(const api::Problem& problem) {
    auto parts = to_status(problem);
    return {static_cast<::grpc::StatusCode>(parts.code), std::move(parts.message),
            std::move(parts.details)};
}

const Method* find_method(std::string_view path) {
    const auto all = methods();
    const auto found = std::ranges::lower_bound(all, path, {}, &Method::path);
    return found != all.end() && found->path == path ? &*found : nullptr;
}

}  // namespace

CallHost::CallHost(api::Service& service, api::OperationsPort& operations,
                   const api::Authenticator& keys, base::Metrics& metrics)
    : context{.service = service, .operations = operations},
      authenticator(keys),
      other_metrics(metrics, "other") {
    for (const auto& method : methods()) {
        method_metrics.push_back(
            std::make_unique<MethodMetrics>(metrics, std::string(method.path.substr(1))));
    }
}

void CallHost::add_call() {
    const std::lock_guard lock(mutex_);
    ++calls_;
}

void CallHost::remove_call(Call& call) {
    const std::lock_guard lock(mutex_);
    streams_.erase(&call);
    if (--calls_ == 0) {
        none_.notify_all();
    }
}

bool CallHost::add_stream(Call& call) {
    const std::lock_guard lock(mutex_);
    if (draining.load(std::memory_order_relaxed)) {
        return false;
    }
    streams_.insert(&call);
    return true;
}

void CallHost::drain_streams() {
    std::vector<std::shared_ptr<Call>> streams;
    {
        const std::lock_guard lock(mutex_);
        draining.store(true, std::memory_order_relaxed);
        for (Call* const call : streams_) {
            streams.push_back(call->shared_from_this());
        }
    }
    for (const auto& call : streams) {
        call->drain_stream();
    }
}

bool CallHost::wait_for_no_calls(base::Duration limit) {
    std::unique_lock lock(mutex_);
    return none_.wait_for(lock, limit, [this] { return calls_ == 0; });
}

Call::Call(CallHost& host, ::grpc::ServerCompletionQueue& queue) : host_(host), queue_(queue) {}

void Call::await(CallHost& host, ::grpc::ServerCompletionQueue& queue) {
    const auto call = std::make_shared<Call>(host, queue);
    call->context_.AsyncNotifyWhenDone(&call->over_);
    host.generic.RequestCall(&call->context_, &call->stream_, &queue, &queue,
                             call->start(call->arrived_));
}

void Call::handle(Event& event, bool ok) {
    CHECK(event.is_under_way.exchange(false, std::memory_order_acquire), "nobody waits for this");
    const auto call = std::move(event.call);
    (call.get()->*event.handle)(ok);
}

Call::Event* Call::start(Event& event) {
    event.call = shared_from_this();
    event.is_under_way.store(true, std::memory_order_release);
    return &event;
}

void Call::on_arrived(bool ok) {
    if (!ok) {
        return;  // the server stops; no call came
    }
    static_cast<void>(start(over_));  // asked for in `await`
    host_.add_call();
    await(host_, queue_);
    begin();
}

void Call::begin() {
    arrived_ns_ = base::elapsed_nanoseconds();
    method_ = find_method(context_.method());
    metrics_ =
        method_ == nullptr
            ? &host_.other_metrics
            : host_.method_metrics[static_cast<std::size_t>(method_ - methods().data())].get();
    metrics_->begin();
    if (method_ == nullptr) {
        fail(api::make_problem(RefusalCode::method_not_allowed,
                               "This server has no method " + context_.method()));
        return;
    }
    if (const auto problem = admit()) {
        fail(*problem);
        return;
    }
    if (method_->stream != nullptr) {
        auto session = method_->stream(shared_from_this());
        {
            const std::lock_guard lock(mutex_);
            session_ = std::move(session);
        }
        if (!host_.add_stream(*this)) {
            fail(api::make_problem(RefusalCode::draining));
            return;
        }
    }
    read();
}

std::vector<std::string_view> Call::metadata(std::string_view name) const {
    std::vector<std::string_view> out;
    const auto& all = context_.client_metadata();
    const auto [first, last] = all.equal_range({name.data(), name.size()});
    for (auto each = first; each != last; ++each) {
        out.emplace_back(each->second.data(), each->second.size());
    }
    return out;
}

std::optional<api::Problem> Call::authenticate() {
    const auto values = metadata("authorization");
    if (values.size() > 1) {
        return api::malformed_parameter("authorization", "Sent more than once.");
    }
    const auto found = host_.authenticator.authenticate(
        values.empty() ? std::nullopt : std::optional(values.front()));
    if (!found) {
        return found.error();
    }
    principal_ = *found;
    return std::nullopt;
}

std::optional<api::Problem> Call::admit() {
    if (!method_->scope) {
        return std::nullopt;
    }
    if (host_.draining.load(std::memory_order_relaxed)) {
        return api::make_problem(RefusalCode::draining);
    }
    if (auto problem = authenticate()) {
        return problem;
    }
    if (!principal_->scopes.has(*method_->scope)) {
        return api::make_problem(RefusalCode::forbidden,
                                 "This needs a key with the scope \"" +
                                     std::string(api::to_string(*method_->scope)) + "\".");
    }
    auto key = api::read_key_header(metadata("idempotency-key"));
    if (!key) {
        return std::move(key).error();
    }
    key_ = std::move(*key);
    return std::nullopt;
}

// By the clock that gRPC made the deadline with.
bool Call::is_late() const {
    const auto deadline = gpr_convert_clock_type(context_.raw_deadline(), GPR_CLOCK_MONOTONIC);
    return gpr_time_cmp(deadline, gpr_now(GPR_CLOCK_MONOTONIC)) <= 0;
}

void Call::on_read(bool ok) {
    const bool late = is_late();
    if (late) {
        // Nothing of it was submitted, and nothing will be.
        finish_with({::grpc::StatusCode::DEADLINE_EXCEEDED, "The deadline has passed."}, nullptr);
    } else if (method_->unary != nullptr && !ok) {
        fail(api::make_problem(RefusalCode::malformed_request, "The call has no message."));
    } else if (method_->unary != nullptr) {
        ::grpc::ProtoBufferReader body(&incoming_);
        method_->unary(shared_from_this(), body);
    } else if (session_ != nullptr && ok) {
        ::grpc::ProtoBufferReader body(&incoming_);
        session_->on_message(body);
    } else if (session_ != nullptr) {
        session_->on_last_message();
    }
    incoming_.Clear();
}

void Call::on_written(bool ok) {
    if (session_ != nullptr) {
        ok ? session_->on_written() : session_->on_gone();
    }
}

void Call::on_finished(bool /*ok*/) {}

// The last event but for those of operations that were under way.
void Call::on_over(bool /*ok*/) {
    SessionPtr session;
    {
        const std::lock_guard lock(mutex_);
        ended_ = true;
        session = std::move(session_);
    }
    if (session != nullptr) {
        session->on_gone();
    }
    metrics_->end(is_late() && code_ == 1 ? 4 : code_);
    host_.remove_call(*this);
}

void Call::drain_stream() {
    SessionPtr session;  // it goes when the call is over, on another thread than this
    {
        const std::lock_guard lock(mutex_);
        session = session_;
    }
    if (session != nullptr) {
        session->on_drain();
    }
}

void Call::read() {
    const std::lock_guard lock(mutex_);
    if (!ended_) {
        stream_.Read(&incoming_, start(read_));
    }
}

void Call::write(std::string message) {
    const auto buffer = to_buffer(std::move(message));
    const std::lock_guard lock(mutex_);
    if (!ended_) {
        stream_.Write(buffer, start(written_));
    }
}

void Call::finish_with(const ::grpc::Status& status, const ::grpc::ByteBuffer* reply) {
    const std::lock_guard lock(mutex_);
    if (ended_) {
        return;
    }
    ended_ = true;
    code_ = status.error_code();
    if (reply != nullptr) {
        stream_.WriteAndFinish(*reply, {}, status, start(finished_));
    } else {
        stream_.Finish(status, start(finished_));
    }
    if (method_ != nullptr && method_->unary != nullptr) {
        const auto elapsed = static_cast<double>(base::elapsed_nanoseconds() - arrived_ns_);
        metrics_->observe(elapsed / kNanosecondsPerSecond);
    }
}

void Call::finish(const google::protobuf::MessageLite& reply) {
    const auto buffer = to_buffer(reply);
    finish_with(::grpc::Status::OK, &buffer);
}

void Call::fail(const api::Problem& problem) {
    host_.context.service.metrics.count_refusal(problem.code);
    finish_with(to_grpc(problem), nullptr);
}

void Call::end() { finish_with(::grpc::Status::OK, nullptr); }

}  // namespace holdfast::transport::grpc
