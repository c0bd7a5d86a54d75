#include "model/refusal.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace holdfast::model {
namespace {

using enum RefusalCode;

// The compiler names an enumerator that is missing here.
bool is_enumerator(RefusalCode code) {
    switch (code) {
        case none: return false;
        case idempotency_key_reused:
        case released_before_create:
        case unknown_sku:
        case unknown_pool:
        case unknown_class:
        case unknown_reservation:
        case unknown_line:
        case limit_exceeded:
        case ttl_out_of_bounds:
        case version_mismatch:
        case expired:
        case illegal_transition:
        case quantity_exceeded:
        case extension_limit_reached:
        case lifetime_exceeded:
        case insufficient_stock:
        case late_commit_shortfall:
        case unknown_case:
        case unknown_transfer:
        case pool_required:
        case selling_stopped:
        case owner_limit_exceeded:
        case count_stale:
        case plan_changed:
        case approval_by_submitter:
        case case_not_resolvable:
        case malformed_request:
        case validation_failed:
        case idempotency_key_required:
        case unauthenticated:
        case forbidden:
        case not_found:
        case method_not_allowed:
        case payload_too_large:
        case unsupported_media_type:
        case overloaded:
        case draining:
        case storage_full:
        case unavailable: return true;
    }
    return false;
}

TEST(Refusals, EveryCodeHasExactlyOneEntry) {
    for (int value = 0; value < 256; ++value) {
        const auto code = static_cast<RefusalCode>(value);
        const auto entries = std::ranges::count(refusal_table(), code, &RefusalEntry::code);
        EXPECT_EQ(entries, is_enumerator(code) ? 1 : 0) << value;
    }
}

TEST(Refusals, AnEntryIsFoundByItsCode) {
    for (const auto& entry : refusal_table()) {
        EXPECT_EQ(&entry_of(entry.code), &entry);
    }
}

TEST(Refusals, TheTableIsInTheOrderOfJudgement) {
    const auto place = [](RefusalCode code) {
        return std::ranges::find(refusal_table(), code, &RefusalEntry::code);
    };
    const auto ladder = {idempotency_key_reused,
                         released_before_create,
                         unknown_sku,
                         unknown_class,
                         pool_required,
                         limit_exceeded,
                         version_mismatch,
                         illegal_transition,
                         selling_stopped,
                         owner_limit_exceeded,
                         insufficient_stock,
                         malformed_request,
                         overloaded};
    EXPECT_TRUE(std::ranges::is_sorted(ladder, {}, place));
    const auto of_a_case = {unknown_case, case_not_resolvable, plan_changed, approval_by_submitter};
    EXPECT_TRUE(std::ranges::is_sorted(of_a_case, {}, place));
    const auto of_a_count = {unknown_pool, pool_required, limit_exceeded, count_stale};
    EXPECT_TRUE(std::ranges::is_sorted(of_a_count, {}, place));
    const auto of_a_transfer = {unknown_transfer, limit_exceeded, quantity_exceeded};
    EXPECT_TRUE(std::ranges::is_sorted(of_a_transfer, {}, place));
}

TEST(Refusals, SlugsAreUniqueAndSnakeCase) {
    std::set<std::string_view> seen;
    for (const auto& entry : refusal_table()) {
        EXPECT_TRUE(seen.insert(entry.slug).second) << entry.slug;
        EXPECT_FALSE(entry.slug.empty());
        EXPECT_NE(entry.slug.front(), '_') << entry.slug;
        EXPECT_NE(entry.slug.back(), '_') << entry.slug;
        EXPECT_TRUE(std::ranges::all_of(entry.slug, [](char c) {
            return (c >= 'a' && c <= 'z') || c == '_';
        })) << entry.slug;
    }
}

TEST(Refusals, StatusesAreThoseThatHttpAndGrpcKnow) {
    const std::set<int> http = {400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 429, 503};
    const std::set<std::string_view> grpc = {
        "INVALID_ARGUMENT", "NOT_FOUND",         "FAILED_PRECONDITION", "OUT_OF_RANGE",
        "ABORTED",          "UNAUTHENTICATED",   "PERMISSION_DENIED",   "UNIMPLEMENTED",
        "UNAVAILABLE",      "RESOURCE_EXHAUSTED"};
    for (const auto& entry : refusal_table()) {
        EXPECT_TRUE(http.contains(entry.http)) << entry.slug;
        EXPECT_TRUE(grpc.contains(entry.grpc)) << entry.slug;
    }
}

TEST(Refusals, OneHttpStatusPerMeaning) {
    EXPECT_EQ(entry_of(idempotency_key_reused).http, 422);
    EXPECT_EQ(entry_of(idempotency_key_required).http, 400);
    EXPECT_EQ(entry_of(insufficient_stock).http, 409);
    EXPECT_EQ(entry_of(late_commit_shortfall).http, 409);
    EXPECT_EQ(entry_of(released_before_create).http, 409);
    EXPECT_EQ(entry_of(version_mismatch).http, 412);
    EXPECT_EQ(entry_of(limit_exceeded).http, 422);
    EXPECT_EQ(entry_of(unknown_reservation).http, 404);
}

// A client library retries UNAVAILABLE by itself: a business "no" is never that.
TEST(Refusals, OnlyTheServiceItselfIsUnavailable) {
    for (const auto& entry : refusal_table()) {
        const bool service = entry.code >= overloaded;
        EXPECT_EQ(entry.http == 503, service) << entry.slug;
        EXPECT_EQ(entry.grpc == "UNAVAILABLE", service) << entry.slug;
    }
}

// RESOURCE_EXHAUSTED and 429 are waited out by libraries: right for a quota, wrong for stock.
TEST(Refusals, OnlyAnOwnersCapIsAQuota) {
    for (const auto& entry : refusal_table()) {
        const bool quota = entry.code == owner_limit_exceeded;
        EXPECT_EQ(entry.http == 429, quota) << entry.slug;
        EXPECT_EQ(entry.grpc == "RESOURCE_EXHAUSTED", quota) << entry.slug;
    }
}

// A count that was overtaken is compared anew under its key: nothing of it was recorded.
TEST(Refusals, TheSameKeyHelpsWhereTheRequestWasNotJudged) {
    for (const auto& entry : refusal_table()) {
        EXPECT_EQ(entry.retry == Retry::same_key,
                  entry.code >= overloaded || entry.code == count_stale)
            << entry.slug;
    }
}

TEST(Refusals, ExactlyTheseAreRememberedUnderTheirKey) {
    const std::set<RefusalCode> remembered = {released_before_create, expired,
                                              illegal_transition,     quantity_exceeded,
                                              insufficient_stock,     late_commit_shortfall};
    for (const auto& entry : refusal_table()) {
        EXPECT_EQ(entry.recorded, remembered.contains(entry.code)) << entry.slug;
    }
}

TEST(Refusals, TitlesAreForPeople) {
    for (const auto& entry : refusal_table()) {
        ASSERT_FALSE(entry.title.empty()) << entry.slug;
        EXPECT_TRUE(entry.title.front() >= 'A' && entry.title.front() <= 'Z') << entry.title;
        EXPECT_NE(entry.title.back(), '.') << entry.title;
    }
}

TEST(Refusals, RetriesHaveNames) {
    EXPECT_EQ(to_string(Retry::never), "never");
    EXPECT_EQ(to_string(Retry::same_key), "same_key");
    EXPECT_EQ(to_string(Retry::new_key), "new_key");
    EXPECT_EQ(to_string(Retry::after_reading), "after_reading");
}

}  // namespace
}  // namespace holdfast::model
