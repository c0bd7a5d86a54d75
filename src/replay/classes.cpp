#include "replay/classes.hpp"

#include <algorithm>

#include "net/http_types.hpp"
#include "replay/plan.hpp"

namespace holdfast::replay {

using client::Json;

std::string_view class_of(const ReplayOptions& options, std::string_view sku) {
    for (const ClassRule& rule : options.rules) {
        if (sku.starts_with(rule.sku_prefix) &&
            drawn(rule.share, options.seed, "class " + rule.sku_class, sku)) {
            return rule.sku_class;
        }
    }
    return {};
}

std::int64_t backorder_of(const ReplayOptions& options, std::string_view sku) {
    const auto found =
        std::ranges::find(options.classes, class_of(options, sku), &ClassDefinition::name);
    return found == options.classes.end() ? 0 : found->body["backorder_max"].number();
}

client::RestRequest define_request(const ClassDefinition& definition) {
    return {.method = "PUT",
            .path = "/classes/" + net::percent_encode(definition.name),
            .body = definition.body};
}

client::RestRequest assign_request(std::string_view sku, std::string_view sku_class) {
    return {.method = "PUT",
            .path = "/skus/" + net::percent_encode(sku),
            .body = Json::Object{{"sku_class", sku_class}}};
}

}  // namespace holdfast::replay
