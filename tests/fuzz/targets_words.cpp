// Words of the wire and the key file: what is taken has one spelling, or means what it says.
#include <algorithm>
#include <string>
#include <vector>

#include "api/api_keys.hpp"
#include "api/base64url.hpp"
#include "api/cursor.hpp"
#include "api/time_text.hpp"
#include "base/check.hpp"
#include "cli/units.hpp"
#include "model/public_id.hpp"
#include "tests/fuzz/target.hpp"
#include "transport/http/etag.hpp"

namespace holdfast::fuzz {

namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return out;
}

}  // namespace

// Two values of If-Match, split at a line end.
void fuzz_etags(Input input) {
    const std::string_view text = text_of(input);
    const auto split = std::min(text.find('\n'), text.size());
    std::vector<std::string_view> values = {text.substr(0, split)};
    if (split < text.size()) {
        values.push_back(text.substr(split + 1));
    }
    const auto versions = transport::http::read_if_match(values);
    if (!versions) {
        CHECK(!transport::http::names_version(values, 1) || values.size() > 1,
              "a malformed tag names a version");
        return;
    }
    if (*versions) {
        for (const auto version : **versions) {
            CHECK(transport::http::names_version(values, version),
                  "a version that If-Match accepts is not named");
            CHECK(text.find(transport::http::to_etag(version)) != std::string_view::npos,
                  "a version that is not there");
        }
    }
}

void fuzz_ids(Input input) {
    static const model::PublicIds ids({.high = 3, .low = 4});
    const std::string_view text = text_of(input);
    if (const auto parts = ids.decode(text)) {
        CHECK(lower(ids.encode(*parts)) == lower(text), "two names of one reservation");
    }
    if (const auto id = ids.decode_case(text)) {
        CHECK(lower(ids.encode(id->first, id->second)) == lower(text), "two names of one case");
    }
    if (const auto id = ids.decode_transfer(text)) {
        CHECK(lower(ids.encode(id->first, id->second)) == lower(text), "two names of a transfer");
    }
    if (const auto position = model::decode_position(text)) {
        CHECK(model::encode_position(position->first, position->second) == text,
              "two names of one position");
    }
    if (const auto bytes = api::from_base64url(text)) {
        CHECK(api::to_base64url(*bytes) == text, "two spellings of the same bytes");
    }
    static const base::Buffer kKey(32, std::byte{9});
    CHECK(!api::open_cursor(kKey, "list", text), "a forged cursor is opened");
    const auto sealed = api::seal_cursor(kKey, "list", text);
    CHECK(api::open_cursor(kKey, "list", sealed) == text, "a cursor that was sealed is lost");
    CHECK(!api::open_cursor(kKey, "other list", sealed), "a cursor is carried to other filters");
}

void fuzz_times(Input input) {
    const std::string_view text = text_of(input);
    if (const auto time = api::parse_time(text)) {
        const std::string plain = api::format_time(*time);
        CHECK(api::parse_time(plain) == time, "a time does not mean itself");
    }
    static_cast<void>(cli::parse_size(text));
    static_cast<void>(cli::parse_duration(text));
    static_cast<void>(cli::parse_listen(text));
    static_cast<void>(cli::parse_ledger(text));
    if (const auto number = cli::parse_integer(text, -100, 100)) {
        CHECK(*number >= -100 && *number <= 100, "a number out of its bounds");
    }
}

// A key file, and behind an empty line the value of an Authorization header.
void fuzz_api_keys(Input input) {
    const std::string_view text = text_of(input);
    const auto split = text.find("\n\n");
    auto keys = api::ApiKeys::parse(text.substr(0, split));
    if (!keys) {
        CHECK(keys.error().message.starts_with("line "), "refused without naming a line");
        return;
    }
    const api::Authenticator authenticator(std::move(*keys));
    const auto header =
        split == std::string_view::npos ? std::string_view() : text.substr(split + 2);
    const auto principal = authenticator.authenticate(header);
    CHECK(!principal || text.size() > 64, "somebody without a key");
}

}  // namespace holdfast::fuzz
