#include "api/canonical_metadata.hpp"

#include <algorithm>

#include "api/json_string.hpp"
#include "model/limits.hpp"

namespace holdfast::api {
namespace {

std::string escape_pointer(std::string_view name) {
    std::string out;
    for (const char c : name) {
        out += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    }
    return out;
}

void check_pair(const Metadata::value_type& pair, Validator& check) {
    const std::string pointer = "/metadata/" + escape_pointer(pair.first);
    check.required_text(pair.first, pointer, model::kMetadataKeyBytesMax);
    if (!pair.second.empty()) {
        check.optional_text(pair.second, pointer, model::kMetadataValueBytesMax, TextKind::note);
    }
}

}  // namespace

std::string canonical_metadata(Metadata metadata, Validator& check) {
    if (metadata.size() > model::kMetadataPairsMax) {
        check.add("/metadata",
                  "Must have at most " + std::to_string(model::kMetadataPairsMax) + " pairs.");
        return {};
    }
    std::ranges::sort(metadata);
    std::string out;
    for (const auto& pair : metadata) {
        check_pair(pair, check);
        out += out.empty() ? '{' : ',';
        append_json_string(out, pair.first);
        out += ':';
        append_json_string(out, pair.second);
    }
    return out.empty() ? out : out + '}';
}

}  // namespace holdfast::api
