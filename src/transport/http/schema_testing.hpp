// SchemaChecker: does a response look as openapi.json says? For tests.
//
// Knows the part of JSON Schema that the document uses: $ref, type, properties, required,
// additionalProperties, items, enum, const, oneOf, minimum, maximum, minLength, minItems. A keyword
// it does not know is skipped, never an error.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.hpp"
#include "transport/http/json_document.hpp"
#include "transport/http/openapi_text.hpp"

namespace holdfast::transport::http::testing {

class SchemaChecker {
  public:
    SchemaChecker() : document_(parse()) {}

    // Empty if the response is as described; else what is wrong.
    [[nodiscard]] std::string check(std::string_view method, std::string_view target, int status,
                                    std::string_view content_type, std::string_view body) const {
        const auto operation = find_operation(method, target.substr(0, target.find('?')));
        if (!operation) {
            return check_problem(content_type, body);
        }
        const auto responses = member(*operation, "responses");
        auto response = member(*responses, std::to_string(status));
        if (!response) {
            response = member(*responses, "default");
        }
        const auto content = member(resolve(*response), "content");
        if (!content) {
            return body.empty() ? "" : "there should be no body";
        }
        const auto media = member(*content, content_type.substr(0, content_type.find(';')));
        if (!media) {
            return "content type " + std::string(content_type) + " with status " +
                   std::to_string(status);
        }
        const auto schema = member(*media, "schema");
        if (!content_type.starts_with("application/")) {
            return "";
        }
        if (content_type == "application/x-ndjson") {
            return judge_lines(*schema, body);
        }
        return judge_text(*schema, body);
    }

    [[nodiscard]] JsonValue root() const { return document_.root(); }
    [[nodiscard]] static std::optional<JsonValue> member(JsonValue object, std::string_view name) {
        for (const JsonValue child : object.children()) {
            if (child.name() == name) {
                return child;
            }
        }
        return std::nullopt;
    }
    // By JSON pointer of plain names.
    [[nodiscard]] JsonValue find(std::string_view pointer) const {
        JsonValue value = document_.root();
        while (!pointer.empty()) {
            pointer.remove_prefix(1);
            const auto name = pointer.substr(0, pointer.find('/'));
            pointer.remove_prefix(name.size());
            const auto found = member(value, name);
            CHECK(found.has_value(), "openapi.json refers to what is not there");
            value = *found;
        }
        return value;
    }

  private:
    [[nodiscard]] std::string judge_text(JsonValue schema, std::string_view text) const {
        const auto json = JsonDocument::parse(text);
        return json ? judge(schema, json->root(), "") : "not JSON";
    }
    [[nodiscard]] std::string judge_lines(JsonValue schema, std::string_view body) const {
        while (!body.empty()) {
            const auto end = body.find('\n');
            auto verdict = judge_text(schema, body.substr(0, end));
            if (!verdict.empty() || end == std::string_view::npos) {
                return verdict.empty() ? "the last line has no end" : verdict;
            }
            body.remove_prefix(end + 1);
        }
        return "";
    }
    static JsonDocument parse() {
        auto document = JsonDocument::parse(openapi_text());
        CHECK(document.has_value(), "openapi.json is no JSON we read");
        return std::move(*document);
    }
    [[nodiscard]] JsonValue resolve(JsonValue value) const {
        const auto ref = member(value, "$ref");
        return ref ? find(ref->text().substr(1)) : value;
    }
    [[nodiscard]] std::string check_problem(std::string_view content_type,
                                            std::string_view body) const {
        if (body.empty()) {
            return "";
        }
        const auto json = JsonDocument::parse(body);
        if (!json || content_type != "application/problem+json") {
            return "not a problem";
        }
        return judge(find("/components/schemas/Problem"), json->root(), "");
    }

    [[nodiscard]] static std::vector<std::string_view> split(std::string_view path) {
        std::vector<std::string_view> out;
        while (!path.empty()) {
            path.remove_prefix(1);
            out.push_back(path.substr(0, path.find('/')));
            path.remove_prefix(out.back().size());
        }
        return out;
    }
    [[nodiscard]] std::optional<JsonValue> find_operation(std::string_view method,
                                                          std::string_view path) const {
        std::string lower(method == "HEAD" ? "GET" : method);
        std::ranges::transform(lower, lower.begin(),
                               [](char c) { return static_cast<char>(c | 0x20); });
        std::optional<JsonValue> found;
        const auto wanted = split(path);
        for (const JsonValue item : find("/paths").children()) {
            const auto pattern = split(item.name());
            const bool fits = std::ranges::equal(
                pattern, wanted, [](auto p, auto w) { return p == w || p.starts_with('{'); });
            const auto operation = member(item, lower);
            if (fits && operation && (!found || item.name() == path)) {
                found = operation;
            }
        }
        return found;
    }

    [[nodiscard]] std::string judge(JsonValue schema, JsonValue value,
                                    const std::string& at) const {
        schema = resolve(schema);
        for (const auto& verdict : {judge_kind(schema, value), judge_value(schema, value)}) {
            if (!verdict.empty()) {
                return at + ": " + verdict;
            }
        }
        if (const auto choices = member(schema, "oneOf")) {
            const auto fits = std::ranges::count_if(choices->children(), [&](JsonValue choice) {
                return judge(choice, value, at).empty();
            });
            return fits == 1 ? "" : at + ": fits " + std::to_string(fits) + " of oneOf";
        }
        if (value.kind() == JsonKind::object) {
            return judge_members(schema, value, at);
        }
        const auto items = member(schema, "items");
        for (std::size_t i = 0; items && i < value.children().size(); ++i) {
            auto verdict = judge(*items, value.children()[i], at + '/' + std::to_string(i));
            if (!verdict.empty()) {
                return verdict;
            }
        }
        return "";
    }

    [[nodiscard]] static std::string judge_kind(JsonValue schema, JsonValue value) {
        const auto type = member(schema, "type");
        if (!type) {
            return "";
        }
        const auto is = [&](std::string_view name, JsonKind kind) {
            return type->text() == name && value.kind() == kind;
        };
        const bool fits = is("string", JsonKind::text) || is("integer", JsonKind::integer) ||
                          is("number", JsonKind::integer) || is("number", JsonKind::fraction) ||
                          is("boolean", JsonKind::boolean) || is("array", JsonKind::array) ||
                          is("object", JsonKind::object);
        return fits ? "" : "is not a " + std::string(type->text());
    }

    [[nodiscard]] static bool equal(JsonValue a, JsonValue b) {
        return a.kind() == b.kind() &&
               (a.kind() == JsonKind::text ? a.text() == b.text() : a.integer() == b.integer());
    }
    [[nodiscard]] static std::string judge_value(JsonValue schema, JsonValue value) {
        if (const auto constant = member(schema, "const"); constant && !equal(*constant, value)) {
            return "is not the constant";
        }
        if (const auto list = member(schema, "enum")) {
            const auto choices = list->children();
            if (std::ranges::none_of(choices, [&](JsonValue c) { return equal(c, value); })) {
                return "is none of the enum";
            }
        }
        const auto bound = [&](std::string_view name) { return member(schema, name); };
        const bool number = value.kind() == JsonKind::integer;
        const bool sized = value.kind() == JsonKind::text || value.kind() == JsonKind::array;
        const auto size = value.kind() == JsonKind::text ? value.text().size() : value.size();
        if (const auto least = bound("minimum"); least && number) {
            return value.integer() < least->integer() ? "is below the minimum" : "";
        }
        for (const auto* name : {"minLength", "minItems"}) {
            const auto least = bound(name);
            if (least && sized && static_cast<std::int64_t>(size) < least->integer()) {
                return "is too short";
            }
        }
        return "";
    }

    [[nodiscard]] std::string judge_members(JsonValue schema, JsonValue value,
                                            const std::string& at) const {
        const auto properties = member(schema, "properties");
        const auto others = member(schema, "additionalProperties");
        for (const JsonValue child : value.children()) {
            auto known = properties ? member(*properties, child.name()) : std::nullopt;
            if (!known && others && others->kind() == JsonKind::boolean) {
                return at + '/' + std::string(child.name()) + " is not described";
            }
            known = known ? known : others;
            auto verdict =
                known ? judge(*known, child, at + '/' + std::string(child.name())) : std::string();
            if (!verdict.empty()) {
                return verdict;
            }
        }
        const auto required = member(schema, "required");
        for (std::size_t i = 0; required && i < required->size(); ++i) {
            const auto name = required->children()[i].text();
            if (!member(value, name)) {
                return at + '/' + std::string(name) + " is missing";
            }
        }
        return "";
    }

    JsonDocument document_;
};

}  // namespace holdfast::transport::http::testing
