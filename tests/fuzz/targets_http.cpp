// HTTP: however the bytes are cut, the same messages come out.
#include <string>
#include <vector>

#include "base/check.hpp"
#include "net/http_codec.hpp"
#include "net/http_types.hpp"
#include "tests/fuzz/target.hpp"

namespace holdfast::fuzz {

namespace {

using net::DecodePhase;

constexpr net::HttpLimits kLimits{.header_bytes = 256, .header_count = 8, .body_bytes = 256};

std::string text_of(const net::HttpRequest& request) {
    std::string out = request.method + ' ' + request.target + '\n';
    for (const auto field : request.headers) {
        out += std::string(field.name) + ": " + std::string(field.value) + '\n';
    }
    return out + (request.keep_alive ? "+" : "-") + request.body;
}
std::string text_of(const net::HttpResponse& response) {
    std::string out = std::to_string(response.status) + '\n';
    for (const auto field : response.headers) {
        out += std::string(field.name) + ": " + std::string(field.value) + '\n';
    }
    return out + response.body;
}

// Every message, and how it ended.
struct Decoded {
    std::vector<std::string> messages;
    DecodePhase phase = DecodePhase::idle;
    int error = 0;

    // The end of a chunked body is looked at in five bytes: what is wrong with it may be told some
    // bytes later when they come one by one, and not at all if they never come.
    bool operator==(const Decoded& other) const {
        const bool one_waits = phase == DecodePhase::body || other.phase == DecodePhase::body;
        return messages == other.messages &&
               (one_waits || (phase == other.phase && error == other.error));
    }
};

// `piece` bytes are fed at a time.
template <typename Decoder>
Decoded decode_all(Decoder decoder, std::string_view bytes, std::size_t piece) {
    Decoded out;
    while (!bytes.empty()) {
        const std::string_view part = bytes.substr(0, piece);
        const std::size_t consumed = decoder.feed(part);
        CHECK(consumed <= part.size(), "more was consumed than there was");
        bytes.remove_prefix(consumed);
        if (decoder.phase() == DecodePhase::complete) {
            out.messages.push_back(text_of(decoder.take()));
        } else if (decoder.phase() == DecodePhase::failed) {
            out.error = decoder.error().status;
            break;
        } else {
            CHECK(consumed == part.size(), "a decoder that wants more leaves nothing");
        }
    }
    out.phase = decoder.phase();
    return out;
}

}  // namespace

void fuzz_http_request(Input input) {
    const std::string_view bytes = text_of(input);
    const auto whole = decode_all(net::RequestDecoder(kLimits), bytes, bytes.size());
    CHECK(decode_all(net::RequestDecoder(kLimits), bytes, 1) == whole, "byte by byte differs");
    CHECK(decode_all(net::RequestDecoder(kLimits), bytes, 7) == whole, "in pieces differs");
}

void fuzz_http_response(Input input) {
    const std::string_view bytes = text_of(input);
    const auto whole = decode_all(net::ResponseDecoder(kLimits, false), bytes, bytes.size());
    CHECK(decode_all(net::ResponseDecoder(kLimits, false), bytes, 1) == whole,
          "byte by byte differs");
}

void fuzz_query(Input input) {
    const std::string_view text = text_of(input);
    static_cast<void>(net::percent_decode(text));
    static_cast<void>(net::parse_query(text));
}

}  // namespace holdfast::fuzz
