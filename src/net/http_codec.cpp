#include "net/http_codec.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/check.hpp"
#include "net/head_scan.hpp"
#include "net/request_rules.hpp"

namespace holdfast::net {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

// The shortest end of a chunked body, "0\r\n\r\n". Beast asserts that a chunk header it was once
// given in part comes back with at least as many bytes.
constexpr std::size_t kLastChunkBytes = 5;

constexpr ProtocolError kTooLarge{431, "headers_too_large", "the header is larger than allowed"};
constexpr ProtocolError kTooMany{431, "headers_too_large", "the header has too many fields"};
constexpr ProtocolError kTargetTooLong{414, "target_too_long", "the request target is too long"};
constexpr ProtocolError kBodyTooLarge{413, "body_too_large", "the body is larger than allowed"};
constexpr ProtocolError kBadVersion{505, "unsupported_http_version",
                                    "only HTTP/1.1 and HTTP/1.0 are spoken here"};

constexpr ProtocolError malformed(std::string_view detail) {
    return {400, "malformed_request", detail};
}

// Collects one message; Beast calls the hooks.
template <bool IsRequest>
class Parser final : public http::basic_parser<IsRequest> {
  public:
    using Message = std::conditional_t<IsRequest, HttpRequest, HttpResponse>;
    Message message;

  private:
    // More than this is not set aside on the word of a Content-Length alone.
    static constexpr std::uint64_t kReserveMax = 64 * 1024;

    void on_request_impl(http::verb, beast::string_view method, beast::string_view target,
                         int version, beast::error_code&) override {
        if constexpr (IsRequest) {
            message.method.assign(method.data(), method.size());
            message.target.assign(target.data(), target.size());
            message.version = version == 10 ? HttpVersion::http_1_0 : HttpVersion::http_1_1;
        }
    }
    void on_response_impl(int code, beast::string_view, int, beast::error_code&) override {
        if constexpr (!IsRequest) {
            message.status = code;
        }
    }
    void on_field_impl(http::field, beast::string_view name, beast::string_view value,
                       beast::error_code&) override {
        if (!header_done_) {
            message.headers.add({name.data(), name.size()}, {value.data(), value.size()});
        }
    }
    void on_header_impl(beast::error_code&) override { header_done_ = true; }
    void on_body_init_impl(const boost::optional<std::uint64_t>& length,
                           beast::error_code&) override {
        if (length) {
            message.body.reserve(std::min(*length, kReserveMax));
        }
    }
    std::size_t on_body_impl(beast::string_view part, beast::error_code&) override {
        message.body.append(part.data(), part.size());
        return part.size();
    }
    void on_chunk_header_impl(std::uint64_t, beast::string_view, beast::error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view part,
                                   beast::error_code& ec) override {
        return on_body_impl(part, ec);
    }
    void on_finish_impl(beast::error_code&) override {}

    bool header_done_ = false;
};

// A start line whose last word names a version at all, "GET / HTTP/3.0" as well as "GET / HTTP/2".
bool names_a_version(std::string_view head) {
    const std::string_view line = head.substr(0, head.find('\r'));
    return std::ranges::count(line, ' ') == 2 &&
           line.substr(line.rfind(' ') + 1).starts_with("HTTP/");
}

ProtocolError from_head_error(const beast::error_code& ec, std::string_view head) {
    if (ec == http::error::bad_version) {
        return names_a_version(head) ? kBadVersion : malformed("the request line is malformed");
    }
    if (ec == http::error::body_limit) {
        return kBodyTooLarge;
    }
    if (ec == http::error::bad_content_length || ec == http::error::multiple_content_length ||
        ec == http::error::bad_transfer_encoding) {
        return malformed("the length of the body is ambiguous or malformed");
    }
    if (ec == http::error::bad_method || ec == http::error::bad_target) {
        return malformed("the request line is malformed");
    }
    return malformed("a header field is malformed");
}

ProtocolError from_body_error(const beast::error_code& ec) {
    return ec == http::error::body_limit ? kBodyTooLarge
                                         : malformed("the chunked body is malformed");
}

std::optional<ProtocolError> from_scan(HeadScan::Verdict verdict) {
    switch (verdict) {
        case HeadScan::Verdict::need_more:
        case HeadScan::Verdict::complete: return std::nullopt;
        case HeadScan::Verdict::bare_line_feed:
            return malformed("a line ends without carriage return");
        case HeadScan::Verdict::folded_line:
            return malformed("a header field is folded over several lines");
        case HeadScan::Verdict::empty_lines:
            return malformed("empty lines before the request line");
    }
    UNREACHABLE();
}

// Both directions: gathers the header, lets Beast parse it, then feeds Beast the body.
template <bool IsRequest>
class Reader {
  public:
    Reader(const HttpLimits& limits, bool skip_body) : limits_(limits), skip_body_(skip_body) {}

    std::size_t feed(std::string_view bytes) {
        CHECK(phase_ < DecodePhase::complete, "take() the message, or stop after a failure");
        if (bytes.empty()) {
            return 0;
        }
        std::size_t used = 0;
        if (phase_ != DecodePhase::body) {
            used = feed_head(bytes);
        }
        if (phase_ == DecodePhase::body && used < bytes.size()) {
            used += feed_body(bytes.substr(used));
        }
        return used;
    }

    void feed_end() {
        beast::error_code ec = http::error::partial_message;
        if (phase_ == DecodePhase::body) {
            parser_->put_eof(ec);
        }
        if (ec) {
            fail(malformed("the connection ended inside a message"));
        } else {
            phase_ = DecodePhase::complete;
        }
    }

    typename Parser<IsRequest>::Message take() {
        CHECK(phase_ == DecodePhase::complete);
        phase_ = DecodePhase::idle;
        body_seen_ = false;
        return std::move(parser_->message);
    }

    [[nodiscard]] DecodePhase phase() const { return phase_; }
    [[nodiscard]] bool body_seen() const { return body_seen_; }
    [[nodiscard]] const Parser<IsRequest>& parser() const { return *parser_; }
    [[nodiscard]] const ProtocolError& error() const {
        CHECK(phase_ == DecodePhase::failed);
        return error_;
    }

  private:
    void fail(const ProtocolError& error) {
        error_ = error;
        phase_ = DecodePhase::failed;
    }

    std::size_t feed_head(std::string_view bytes) {
        if (phase_ == DecodePhase::idle) {
            if (const char c = bytes.front(); c != '\r' && (c <= ' ' || c == 0x7f)) {
                fail(malformed("the bytes are not HTTP"));
                return 0;
            }
            phase_ = DecodePhase::head;
            scan_ = {};
        }
        const std::size_t before = held_.size();
        if (before > 0) {
            held_.append(bytes);
        }
        const std::string_view all = before > 0 ? std::string_view(held_) : bytes;
        // Only what may belong to a header of legal size is looked at, so that the verdict does
        // not depend on how the bytes were cut.
        const auto verdict = scan_.scan(all.substr(0, limits_.header_bytes));
        if (const auto error = from_scan(verdict)) {
            fail(*error);
        } else if (verdict == HeadScan::Verdict::complete) {
            const std::size_t end = scan_.end();
            parse_head(all.substr(scan_.begin(), end - scan_.begin()));
            held_.clear();
            return end - before;
        } else if (all.size() > limits_.header_bytes) {
            fail(scan_.lines() == 0 ? kTargetTooLong : kTooLarge);
        } else if (before == 0) {
            held_.assign(bytes);
        }
        return bytes.size();
    }

    void parse_head(std::string_view head) {
        if (scan_.lines() - 1 > limits_.header_count) {
            fail(kTooMany);
            return;
        }
        parser_.emplace();
        parser_->message.headers.reserve(head.size(), scan_.lines());
        parser_->header_limit(static_cast<std::uint32_t>(limits_.header_bytes));
        parser_->body_limit(limits_.body_bytes);
        parser_->skip(skip_body_);
        beast::error_code ec;
        parser_->put({head.data(), head.size()}, ec);
        if (ec) {
            fail(from_head_error(ec, head));
            return;
        }
        if constexpr (IsRequest) {
            parser_->message.keep_alive = parser_->keep_alive();
            if (const auto error = judge_request_head(parser_->message)) {
                fail(*error);
                return;
            }
        }
        parser_->eager(true);
        phase_ = parser_->is_done() ? DecodePhase::complete : DecodePhase::body;
    }

    // Beast leaves a chunk header or trailer that is incomplete unconsumed; it is held until the
    // rest is there. Beast never sees more at a time than such a header may have, so that the
    // verdict does not depend on how the bytes were cut.
    std::size_t feed_body(std::string_view bytes) {
        body_seen_ = true;
        const std::size_t before = held_.size();
        if (before > 0) {
            held_.append(bytes);
        }
        if (before > 0 && held_.size() < kLastChunkBytes) {
            return bytes.size();
        }
        const std::string_view all = before > 0 ? std::string_view(held_) : bytes;
        std::string_view rest = all;
        while (true) {
            const std::string_view seen = rest.substr(0, limits_.header_bytes);
            const bool seen_all = seen.size() == rest.size();
            beast::error_code ec;
            const std::size_t used = parser_->put({seen.data(), seen.size()}, ec);
            if (ec && ec != http::error::need_more) {
                fail(from_body_error(ec));
                return bytes.size();
            }
            rest.remove_prefix(used);
            if (parser_->is_done()) {
                const std::size_t consumed = all.size() - rest.size() - before;
                held_.clear();
                phase_ = DecodePhase::complete;
                return consumed;
            }
            if (used < seen.size()) {
                // A header that waits for more is read again, and Beast takes its chunk's size from
                // what is left for the body each time.
                parser_->body_limit(limits_.body_bytes - parser_->message.body.size());
            }
            if (seen_all) {
                held_ = std::string(rest);
                return bytes.size();
            }
            if (used == 0) {
                fail(kTooLarge);
                return bytes.size();
            }
        }
    }

    HttpLimits limits_;
    bool skip_body_;
    DecodePhase phase_ = DecodePhase::idle;
    bool body_seen_ = false;
    HeadScan scan_;
    std::string held_;  // bytes of an incomplete header, chunk header or trailer
    std::optional<Parser<IsRequest>> parser_;
    ProtocolError error_{};
};

}  // namespace

struct RequestDecoder::Impl {
    Reader<true> reader;
};

RequestDecoder::RequestDecoder(const HttpLimits& limits)
    : impl_(new Impl{Reader<true>(limits, false)}) {}
RequestDecoder::~RequestDecoder() = default;
RequestDecoder::RequestDecoder(RequestDecoder&&) noexcept = default;
RequestDecoder& RequestDecoder::operator=(RequestDecoder&&) noexcept = default;

std::size_t RequestDecoder::feed(std::string_view bytes) { return impl_->reader.feed(bytes); }
DecodePhase RequestDecoder::phase() const { return impl_->reader.phase(); }
HttpRequest RequestDecoder::take() { return impl_->reader.take(); }
const ProtocolError& RequestDecoder::error() const { return impl_->reader.error(); }

bool RequestDecoder::continue_awaited() const {
    const auto& reader = impl_->reader;
    return reader.phase() == DecodePhase::body && !reader.body_seen() &&
           reader.parser().message.version == HttpVersion::http_1_1 &&
           reader.parser().message.headers.find("Expect").has_value();
}

struct ResponseDecoder::Impl {
    Reader<false> reader;
};

ResponseDecoder::ResponseDecoder(const HttpLimits& limits, bool head_only)
    : impl_(new Impl{Reader<false>(limits, head_only)}) {}
ResponseDecoder::~ResponseDecoder() = default;

std::size_t ResponseDecoder::feed(std::string_view bytes) {
    std::size_t used = 0;
    while (used < bytes.size()) {
        used += impl_->reader.feed(bytes.substr(used));
        const bool interim =
            phase() == DecodePhase::complete && impl_->reader.parser().message.status < 200;
        if (interim) {
            static_cast<void>(impl_->reader.take());
        } else if (phase() >= DecodePhase::complete) {
            break;
        }
    }
    return used;
}

void ResponseDecoder::feed_end() { impl_->reader.feed_end(); }
DecodePhase ResponseDecoder::phase() const { return impl_->reader.phase(); }
const ProtocolError& ResponseDecoder::error() const { return impl_->reader.error(); }

HttpResponse ResponseDecoder::take() {
    const bool keep = impl_->reader.parser().keep_alive();
    HttpResponse response = impl_->reader.take();
    response.close = !keep;
    return response;
}

}  // namespace holdfast::net
