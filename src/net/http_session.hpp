// HttpSession: the server's side of one connection, without the socket.
//
// Bytes, answers and time go in; requests (through RequestSink), bytes to write and wishes (read
// on, shut down, close) come out. It keeps the order of pipelined answers however they arrive,
// stops reading when the client is too far ahead, and knows every time limit. The driver's duty
// after each call: write `output()`, read while `wants_input()`, shut down the sending side once
// `lingering()`, close when `finished()`, call `expire` once `deadline()` has passed.
//
// Invariants: an answer is written only behind the answers of all earlier requests; behind an
// answer with "Connection: close" nothing is written or dispatched.
// Thread rule: one thread per object.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "net/http_codec.hpp"
#include "net/http_types.hpp"

namespace holdfast::net {

struct SessionOptions {
    HttpLimits limits;
    base::Duration header_timeout{10'000};  // first byte of a request to the end of its header
    base::Duration body_timeout{30'000};    // end of the header to the end of the body
    base::Duration idle_timeout{75'000};    // no request begun, none being answered
    base::Duration write_timeout{30'000};   // answers wait and the client takes not one byte
    base::Duration linger_timeout{2'000};   // after the last answer, for the client to close
    std::size_t pipeline_max = 64;          // requests of one connection being answered
};

// The clocks at one turn of the driver: elapsed time, and the value of a Date field.
struct Moment {
    base::Duration now;
    std::string_view date;
};

class RequestSink {
  public:
    virtual ~RequestSink() = default;
    // A request to be answered under its sequence by `HttpSession::answer`, but not from in here.
    virtual void on_request(std::uint64_t sequence, HttpRequest&& request) = 0;
    // The answer to bytes that are no acceptable request.
    [[nodiscard]] virtual HttpResponse on_protocol_error(const ProtocolError& error) = 0;
};

class HttpSession {
  public:
    HttpSession(const SessionOptions& options, RequestSink& sink, base::Duration now);

    void receive(std::string_view bytes, const Moment& moment);
    // The client will send no more, but still reads.
    void receive_end(const Moment& moment);
    // The answer to a request. One that came too late (the connection is closing) is dropped.
    void answer(std::uint64_t sequence, HttpResponse&& response, const Moment& moment);

    // Bytes to write next; stable until `wrote`. Empty if there are none.
    [[nodiscard]] std::string_view output();
    void wrote(std::size_t count, const Moment& moment);

    // Answers the error and closes: for a connection that is one too many.
    void refuse(const ProtocolError& error, const Moment& moment);
    // No new requests behind the one being read or answered; an idle connection ends.
    void drain(const Moment& moment);
    // To be called when the deadline has passed.
    void expire(const Moment& moment);

    [[nodiscard]] std::optional<base::Duration> deadline() const;
    [[nodiscard]] bool wants_input() const;
    [[nodiscard]] bool lingering() const { return state_ == State::lingering; }
    [[nodiscard]] bool finished() const { return state_ == State::finished; }

  private:
    enum class State : std::uint8_t {
        open,
        closing,    // the last answer is encoded, not yet written
        lingering,  // written; what the client still sends is dropped until it closes
        finished,
    };
    struct Slot {
        std::optional<HttpResponse> response;
        std::size_t request_bytes;
        bool head_only;
        bool http_1_0;
    };

    [[nodiscard]] bool may_parse() const;
    [[nodiscard]] bool has_output() const;
    [[nodiscard]] std::size_t parse(std::string_view bytes, base::Duration now);
    void dispatch(HttpRequest&& request);
    void fail(const ProtocolError& error);
    void resume(const Moment& moment);
    void encode_ready(const Moment& moment);
    void send_continue(const Moment& moment);
    void settle(const Moment& moment);

    SessionOptions options_;
    RequestSink& sink_;
    RequestDecoder decoder_;
    State state_ = State::open;
    bool last_request_seen_ = false;  // nothing more is parsed
    bool peer_ended_ = false;
    bool draining_ = false;
    bool continue_sent_ = false;
    std::string input_;           // received while the client was too far ahead
    std::size_t input_used_ = 0;  // of input_, already parsed
    std::deque<Slot> slots_;
    std::uint64_t front_sequence_ = 0;
    std::size_t request_bytes_ = 0;  // bodies of the requests in slots_
    std::string pending_;            // encoded, not handed to the driver
    std::string writing_;            // handed to the driver
    std::size_t written_ = 0;        // of writing_
    base::Duration read_since_;      // start of the present wait for bytes
    base::Duration write_since_;     // last progress of writing
    base::Duration linger_until_{};
};

}  // namespace holdfast::net
