// FieldReader: takes known fields out of a JSON object, or known parameters out of a query.
//
// Wrong types, unknown names and repeated parameters become errors with a place; what is taken is
// absent then. Nothing is judged beyond its type: limits are the API's business.
//
//     Findings findings;
//     JsonFields fields(object, "", findings);
//     request.sku = fields.text("sku");
//     fields.finish();                       // whatever was not asked for is unknown
//     if (!findings.ok()) return findings.take();
//
// Thread rule: one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/problem.hpp"
#include "net/http_types.hpp"
#include "transport/http/json_document.hpp"

namespace holdfast::transport::http {

// Everything found to be wrong, the first twenty.
class Findings {
  public:
    void in_body(std::string pointer, std::string detail);
    void in_parameter(std::string name, std::string detail);

    // Members of the outermost object that somebody else reads: not unknown.
    void pass_over(std::vector<std::string_view> names) { passed_over_ = std::move(names); }
    [[nodiscard]] bool passes_over(std::string_view pointer, std::string_view name) const;

    [[nodiscard]] bool ok() const { return problem_.errors.empty(); }
    [[nodiscard]] api::Problem take();

  private:
    void add(api::ErrorItem item);

    std::vector<std::string_view> passed_over_;  // literals

    api::Problem problem_ = api::make_problem(model::RefusalCode::validation_failed);
};

class JsonFields {
  public:
    // A value that is no object is an error, and has no fields.
    JsonFields(JsonValue value, std::string pointer, Findings& findings);

    [[nodiscard]] bool has(std::string_view name) const;
    [[nodiscard]] std::optional<std::string> text(std::string_view name);
    [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name);
    [[nodiscard]] std::optional<bool> boolean(std::string_view name);
    // A number with at most three decimals, in thousandths: 1.5 is 1500.
    [[nodiscard]] std::optional<std::int64_t> thousandths(std::string_view name);
    // A member that is an object.
    [[nodiscard]] std::optional<JsonValue> object(std::string_view name);
    // The items of an array of texts.
    [[nodiscard]] std::optional<std::vector<std::string>> text_items(std::string_view name);
    // The items of an array of objects.
    [[nodiscard]] std::optional<std::vector<JsonValue>> array(std::string_view name);
    // The members of an object whose values are texts.
    [[nodiscard]] std::optional<std::vector<std::pair<std::string, std::string>>> texts(
        std::string_view name);
    [[nodiscard]] std::string pointer(std::string_view name) const {
        return pointer_to(pointer_, name);
    }
    void finish();

  private:
    [[nodiscard]] std::optional<JsonValue> take(std::string_view name);
    // Also records the error.
    [[nodiscard]] std::optional<JsonValue> take(std::string_view name, JsonKind kind);

    std::vector<JsonValue> members_;
    std::string pointer_;
    Findings& findings_;
    std::vector<std::string_view> asked_;  // literals
};

class QueryFields {
  public:
    QueryFields(std::vector<net::QueryParameter> parameters, Findings& findings)
        : parameters_(std::move(parameters)), findings_(findings) {}

    [[nodiscard]] std::optional<std::string> text(std::string_view name);
    [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name);
    // A parameter that may be repeated.
    [[nodiscard]] std::vector<std::string> texts(std::string_view name);
    void finish();

  private:
    std::vector<net::QueryParameter> parameters_;
    Findings& findings_;
    std::vector<std::string_view> asked_;  // literals
};

}  // namespace holdfast::transport::http
