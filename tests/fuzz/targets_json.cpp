// JSON: what is taken means one thing, and requests that are read are judged without harm.
#include <array>
#include <string>

#include "base/check.hpp"
#include "tests/fuzz/target.hpp"
#include "transport/http/json_document.hpp"
#include "transport/http/request_fields.hpp"

namespace holdfast::fuzz {

namespace {

using namespace transport::http;

void walk(JsonValue value, std::size_t depth, std::size_t& seen) {
    CHECK(depth <= kJsonDepthMax + 1, "deeper than allowed");
    CHECK(++seen <= kJsonValuesMax, "more values than allowed");
    static_cast<void>(value.name());
    if (value.kind() == JsonKind::text || value.kind() == JsonKind::fraction) {
        static_cast<void>(value.text());
    }
    if (value.kind() == JsonKind::array || value.kind() == JsonKind::object) {
        const auto children = value.children();
        CHECK(children.size() == value.size());
        for (const JsonValue child : children) {
            walk(child, depth + 1, seen);
        }
    }
}

}  // namespace

void fuzz_json(Input input) {
    const auto document = JsonDocument::parse(text_of(input));
    if (document) {
        std::size_t seen = 0;
        walk(document->root(), 1, seen);
    }
}

void fuzz_json_requests(Input input) {
    if (input.empty()) {
        return;
    }
    const auto document = JsonDocument::parse(text_of(input).substr(1));
    if (!document) {
        return;
    }
    constexpr std::array kChanges = {
        model::Operation::begin_payment, model::Operation::commit, model::Operation::release,
        model::Operation::extend,        model::Operation::ship,   model::Operation::cancel,
        model::Operation::return_units,
    };
    Findings findings;
    const auto which = static_cast<std::size_t>(input[0]);
    switch (which % 5) {
        case 0: static_cast<void>(read_create(document->root(), findings)); break;
        case 1:
            static_cast<void>(
                read_change(document->root(), kChanges[which / 5 % kChanges.size()], findings));
            break;
        case 2: static_cast<void>(read_release_by_name(document->root(), findings)); break;
        case 3:
            static_cast<void>(
                read_movement(document->root(), model::Operation::receive_stock, findings));
            break;
        default: static_cast<void>(read_put_sku(document->root(), findings)); break;
    }
    if (!findings.ok()) {
        CHECK(!findings.take().errors.empty(), "refused without a reason");
    }
}

}  // namespace holdfast::fuzz
