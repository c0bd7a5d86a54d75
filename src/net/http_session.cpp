#include "net/http_session.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "net/http_encode.hpp"

namespace holdfast::net {
namespace {

// Answers that the client does not read: beyond this its further requests wait.
constexpr std::size_t kOutputHighWater = 256 * 1024;
// A buffer that one large answer has grown is given back.
constexpr std::size_t kBufferKeep = 64 * 1024;

constexpr ProtocolError kHeaderTimeout{408, "request_timeout", "the header took too long"};
constexpr ProtocolError kBodyTimeout{408, "request_timeout", "the body took too long"};

}  // namespace

HttpSession::HttpSession(const SessionOptions& options, RequestSink& sink, base::Duration now)
    : options_(options),
      sink_(sink),
      decoder_(options.limits),
      read_since_(now),
      write_since_(now) {}

bool HttpSession::has_output() const { return !pending_.empty() || written_ < writing_.size(); }

// Bodies of requests being answered are bounded by the largest legal body, beside the one that
// passes the bound.
bool HttpSession::may_parse() const {
    return state_ == State::open && !last_request_seen_ && slots_.size() < options_.pipeline_max &&
           request_bytes_ <= options_.limits.body_bytes &&
           pending_.size() + writing_.size() - written_ < kOutputHighWater;
}

bool HttpSession::wants_input() const {
    return !peer_ended_ && (state_ == State::lingering || (may_parse() && input_.empty()));
}

void HttpSession::receive(std::string_view bytes, const Moment& moment) {
    if (state_ != State::open || last_request_seen_) {
        return;
    }
    if (input_.empty()) {
        bytes.remove_prefix(parse(bytes, moment.now));
    }
    input_.append(bytes);
    settle(moment);
}

void HttpSession::receive_end(const Moment& moment) {
    peer_ended_ = true;
    settle(moment);
}

std::size_t HttpSession::parse(std::string_view bytes, base::Duration now) {
    std::size_t used = 0;
    while (used < bytes.size() && may_parse()) {
        const DecodePhase before = decoder_.phase();
        used += decoder_.feed(bytes.substr(used));
        if (decoder_.phase() != before) {
            read_since_ = now;
        }
        if (decoder_.phase() == DecodePhase::complete) {
            dispatch(decoder_.take());
        } else if (decoder_.phase() == DecodePhase::failed) {
            fail(decoder_.error());
        }
    }
    return used;
}

void HttpSession::dispatch(HttpRequest&& request) {
    slots_.push_back({.response = std::nullopt,
                      .request_bytes = request.body.size(),
                      .head_only = request.method == "HEAD",
                      .http_1_0 = request.version == HttpVersion::http_1_0});
    request_bytes_ += request.body.size();
    last_request_seen_ = !request.keep_alive || draining_;
    continue_sent_ = false;
    sink_.on_request(front_sequence_ + slots_.size() - 1, std::move(request));
}

// The error is answered in its turn, behind the answers of the requests before it.
void HttpSession::fail(const ProtocolError& error) {
    last_request_seen_ = true;
    slots_.push_back({.response = sink_.on_protocol_error(error),
                      .request_bytes = 0,
                      .head_only = false,
                      .http_1_0 = false});
}

void HttpSession::answer(std::uint64_t sequence, HttpResponse&& response, const Moment& moment) {
    const std::uint64_t index = sequence - front_sequence_;
    if (state_ != State::open || index >= slots_.size()) {
        return;
    }
    slots_[index].response = std::move(response);
    settle(moment);
}

void HttpSession::encode_ready(const Moment& moment) {
    while (!slots_.empty() && slots_.front().response) {
        Slot slot = std::move(slots_.front());
        slots_.pop_front();
        ++front_sequence_;
        request_bytes_ -= slot.request_bytes;
        slot.response->close |= last_request_seen_ && slots_.empty();
        if (!has_output()) {
            write_since_ = moment.now;
        }
        encode_response(
            *slot.response,
            {.head_only = slot.head_only, .say_keep_alive = slot.http_1_0, .date = moment.date},
            pending_);
        if (slot.response->close) {
            state_ = State::closing;
            slots_.clear();
            return;
        }
    }
}

// An interim answer has its place in the order too: it waits for the answers before it.
void HttpSession::send_continue(const Moment& moment) {
    if (!continue_sent_ && slots_.empty() && decoder_.continue_awaited()) {
        if (!has_output()) {
            write_since_ = moment.now;
        }
        pending_.append(kContinueResponse);
        continue_sent_ = true;
    }
}

// Brings everything that follows from the last change to its end.
void HttpSession::settle(const Moment& moment) {
    encode_ready(moment);
    while (!input_.empty() && may_parse()) {
        resume(moment);
        encode_ready(moment);
    }
    if (peer_ended_ && input_.empty()) {
        last_request_seen_ = true;
    }
    if (state_ == State::open && !last_request_seen_) {
        send_continue(moment);
    }
    if (state_ == State::open && last_request_seen_ && slots_.empty()) {
        state_ = State::closing;
    }
    if (state_ == State::closing && !has_output()) {
        state_ = peer_ended_ ? State::finished : State::lingering;
        linger_until_ = moment.now + options_.linger_timeout;
    }
    if (state_ == State::lingering && peer_ended_) {
        state_ = State::finished;
    }
}

// The wait for the client's bytes begins anew: while we did not read, it was not the client's.
void HttpSession::resume(const Moment& moment) {
    read_since_ = moment.now;
    input_used_ += parse(std::string_view(input_).substr(input_used_), moment.now);
    if (input_used_ == input_.size()) {
        input_.clear();
        input_used_ = 0;
    }
}

std::string_view HttpSession::output() {
    if (written_ == writing_.size()) {
        writing_.clear();
        written_ = 0;
        if (writing_.capacity() > kBufferKeep) {
            writing_.shrink_to_fit();
        }
        std::swap(writing_, pending_);
    }
    return std::string_view(writing_).substr(written_);
}

void HttpSession::wrote(std::size_t count, const Moment& moment) {
    written_ += count;
    CHECK(written_ <= writing_.size());
    write_since_ = moment.now;
    if (!has_output() && decoder_.phase() == DecodePhase::idle) {
        read_since_ = moment.now;
    }
    settle(moment);
}

void HttpSession::refuse(const ProtocolError& error, const Moment& moment) {
    fail(error);
    settle(moment);
}

void HttpSession::drain(const Moment& moment) {
    draining_ = true;
    const bool reading = decoder_.phase() != DecodePhase::idle && may_parse();
    if (state_ == State::open && !reading) {
        last_request_seen_ = true;
        if (slots_.empty() && !has_output()) {
            state_ = State::finished;
        }
    }
    settle(moment);
}

void HttpSession::expire(const Moment& moment) {
    const bool stuck = has_output() && moment.now >= write_since_ + options_.write_timeout;
    const DecodePhase phase = decoder_.phase();
    if (stuck || state_ == State::lingering || phase == DecodePhase::idle) {
        state_ = State::finished;
        return;
    }
    fail(phase == DecodePhase::head ? kHeaderTimeout : kBodyTimeout);
    settle(moment);
}

std::optional<base::Duration> HttpSession::deadline() const {
    if (state_ == State::finished) {
        return std::nullopt;
    }
    if (state_ == State::lingering) {
        return linger_until_;
    }
    std::optional<base::Duration> due;
    if (has_output()) {
        due = write_since_ + options_.write_timeout;
    }
    if (!wants_input()) {
        return due;
    }
    std::optional<base::Duration> read_due;
    switch (decoder_.phase()) {
        case DecodePhase::head: read_due = read_since_ + options_.header_timeout; break;
        case DecodePhase::body: read_due = read_since_ + options_.body_timeout; break;
        default:
            if (slots_.empty() && !has_output()) {
                read_due = read_since_ + options_.idle_timeout;
            }
    }
    return due && read_due ? std::min(due, read_due) : (due ? due : read_due);
}

}  // namespace holdfast::net
