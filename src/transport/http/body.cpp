#include "transport/http/body.hpp"

#include <algorithm>
#include <utility>

namespace holdfast::transport::http {
namespace {

// The media type without parameters; a charset other than UTF-8 fails as broken text anyway.
bool is_json(std::string_view content_type) {
    const auto type = content_type.substr(0, content_type.find(';'));
    const auto end = type.find_last_not_of(" \t");
    return net::equal_ignoring_case(type.substr(0, end + 1), "application/json");
}

api::Problem malformed(JsonError error) {
    api::Problem out = api::make_problem(model::RefusalCode::malformed_request);
    if (error.has_pointer) {
        out.errors.push_back(
            {.detail = std::move(error.detail), .pointer = std::move(error.pointer)});
    } else {
        out.detail = std::move(error.detail);
    }
    return out;
}

}  // namespace

std::expected<JsonDocument, api::Problem> read_body(const net::HttpRequest& request,
                                                    BodyRule rule) {
    if (request.body.empty()) {
        if (rule == BodyRule::required) {
            return std::unexpected(api::make_problem(model::RefusalCode::malformed_request,
                                                     "The request needs a JSON body."));
        }
        return *JsonDocument::parse("{}");
    }
    const auto type = request.headers.find("Content-Type");
    if (type && !is_json(*type)) {
        return std::unexpected(
            api::make_problem(model::RefusalCode::unsupported_media_type,
                              "Send the header \"Content-Type: application/json\"."));
    }
    auto document = JsonDocument::parse(request.body);
    if (!document) {
        return std::unexpected(malformed(std::move(document).error()));
    }
    return std::move(*document);
}

}  // namespace holdfast::transport::http
