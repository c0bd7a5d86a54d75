// The description and the product agree, both ways.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "api/class_fields.hpp"
#include "model/reason.hpp"
#include "model/refusal.hpp"
#include "transport/http/http_api.hpp"
#include "transport/http/openapi_text.hpp"
#include "transport/http/routes.hpp"
#include "transport/http/schema_testing.hpp"

namespace holdfast::transport::http {
namespace {

using testing::SchemaChecker;

std::set<std::string> texts(JsonValue list) {
    std::set<std::string> out;
    for (const JsonValue item : list.children()) {
        out.insert(std::string(item.text()));
    }
    return out;
}

// Calls `visit` with every value in the document.
template <typename Visit>
void walk(JsonValue value, const Visit& visit) {
    visit(value);
    for (const JsonValue child : value.children()) {
        walk(child, visit);
    }
}

TEST(OpenApi, EveryRouteIsDescribedAndEveryDescriptionIsARoute) {
    std::set<std::string> served;
    for (const auto& route : routes()) {
        std::string method(route.method);
        std::ranges::transform(method, method.begin(),
                               [](char c) { return static_cast<char>(c | 0x20); });
        EXPECT_TRUE(served.insert(method + ' ' + std::string(route.path)).second);
    }
    std::set<std::string> described;
    const SchemaChecker document;
    for (const JsonValue path : document.find("/paths").children()) {
        for (const JsonValue operation : path.children()) {
            described.insert(std::string(operation.name()) + ' ' + std::string(path.name()));
        }
    }
    EXPECT_EQ(served, described);
}

TEST(OpenApi, TheScopeOfEachRouteIsDescribed) {
    const SchemaChecker document;
    for (const auto& route : routes()) {
        std::string method(route.method);
        std::ranges::transform(method, method.begin(),
                               [](char c) { return static_cast<char>(c | 0x20); });
        const auto path = SchemaChecker::member(document.find("/paths"), route.path);
        ASSERT_TRUE(path);
        const auto security =
            SchemaChecker::member(*SchemaChecker::member(*path, method), "security");
        ASSERT_TRUE(security);
        if (route.scope == api::Scope::none) {
            EXPECT_EQ(security->size(), 0U) << route.path;
            continue;
        }
        const auto scopes = SchemaChecker::member(security->children().at(0), "apiKey");
        EXPECT_EQ(texts(*scopes), std::set{std::string(api::to_string(route.scope))});
    }
}

TEST(OpenApi, EveryCodeAndReasonIsListed) {
    const SchemaChecker document;
    std::set<std::string> codes(protocol_codes().begin(), protocol_codes().end());
    for (const auto& entry : model::refusal_table()) {
        codes.insert(std::string(entry.slug));
    }
    EXPECT_EQ(texts(document.find("/components/schemas/Problem/properties/code/enum")), codes);

    std::set<std::string> reasons;
    for (std::uint8_t i = 1; i < model::kReasonCount; ++i) {
        reasons.insert(std::string(model::to_string(static_cast<model::Reason>(i))));
    }
    EXPECT_EQ(texts(document.find("/components/schemas/Reason/enum")), reasons);
}

TEST(OpenApi, EveryFieldOfAClassIsDescribedWithItsBoundsAndWords) {
    const SchemaChecker document;
    const auto shown = document.find("/components/schemas/Class/properties");
    const auto asked = document.find("/components/schemas/PutClassRequest/properties");
    for (const auto& field : api::class_fields()) {
        for (const JsonValue properties : {shown, asked}) {
            const auto described = SchemaChecker::member(properties, field.name);
            ASSERT_TRUE(described) << field.name;
            if (field.kind == api::FieldKind::word) {
                EXPECT_EQ(texts(*SchemaChecker::member(*described, "enum")),
                          std::set<std::string>(field.words.begin(), field.words.end()));
            } else if (field.kind != api::FieldKind::flag) {
                const std::int64_t unit = field.kind == api::FieldKind::thousandths ? 1000 : 1;
                EXPECT_EQ(SchemaChecker::member(*described, "minimum")->integer() * unit,
                          field.least)
                    << field.name;
                EXPECT_EQ(SchemaChecker::member(*described, "maximum")->integer() * unit,
                          field.most)
                    << field.name;
            }
        }
    }
    // name, version, caps and position; key, source, sequence, caps and dry_run.
    EXPECT_EQ(shown.size(), api::class_fields().size() + 4);
    EXPECT_EQ(asked.size(), api::class_fields().size() + 5);
}

TEST(OpenApi, EveryReferenceLeadsSomewhere) {
    const SchemaChecker document;
    std::size_t count = 0;
    walk(document.root(), [&](JsonValue value) {
        if (value.name() == "$ref") {
            ++count;
            EXPECT_TRUE(value.text().starts_with("#/"));
            static_cast<void>(document.find(value.text().substr(1)));
        }
    });
    EXPECT_GT(count, 100U);
}

TEST(OpenApi, EveryObjectIsClosed) {
    const SchemaChecker document;
    walk(document.find("/components/schemas"), [&](JsonValue value) {
        if (SchemaChecker::member(value, "properties")) {
            const auto others = SchemaChecker::member(value, "additionalProperties");
            ASSERT_TRUE(others) << value.name();
            EXPECT_FALSE(others->boolean()) << value.name();
        }
    });
}

TEST(OpenApi, TheCheckerNoticesWhatIsNotDescribed) {
    const SchemaChecker document;
    const auto sku = [&](std::string_view body) {
        return document.check("GET", "/inventory/v1/skus/tea", 200, "application/json", body);
    };
    EXPECT_EQ(sku(R"({"sku":"tea","sku_class":"default","version":1})"), "");
    EXPECT_EQ(sku(R"({"sku":"tea","sku_class":"default"})"), "/version is missing");
    EXPECT_EQ(sku(R"({"sku":"tea","sku_class":"default","version":1,"x":1})"),
              "/x is not described");
    EXPECT_EQ(sku(R"({"sku":"tea","sku_class":"default","version":"1"})"),
              "/version: is not a integer");
    EXPECT_EQ(sku(R"({"sku":"tea","sku_class":"default","version":-1})"),
              "/version: is below the minimum");
    EXPECT_EQ(document.check("GET", "/inventory/v1/skus/tea", 200, "text/plain", ""),
              "content type text/plain with status 200");
    EXPECT_NE(document.check("GET", "/inventory/v1/availability/tea", 200, "application/json",
                             R"({"sku":"tea"})"),
              "");
}

TEST(OpenApi, IsServedAsItStands) {
    EXPECT_TRUE(openapi_text().starts_with("{"));
    EXPECT_TRUE(openapi_text().ends_with("}\n"));
}

}  // namespace
}  // namespace holdfast::transport::http
