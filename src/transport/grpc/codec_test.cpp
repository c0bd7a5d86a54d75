// Messages and requests have the same fields, and every word and "no" has its counterpart.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "api/class_fields.hpp"
#include "api/stock_requests.hpp"
#include "model/refusal.hpp"
#include "transport/grpc/commands_internal.hpp"
#include "transport/grpc/methods_internal.hpp"
#include "transport/grpc/replies_internal.hpp"
#include "transport/grpc/requests_internal.hpp"
#include "transport/grpc/words_internal.hpp"

namespace holdfast::transport::grpc {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Sets one field, or one field of its submessage, to something that is not its default.
void set_field(Message& message, const FieldDescriptor& field) {
    const auto& reflection = *message.GetReflection();
    const bool many = field.is_repeated();
    switch (field.cpp_type()) {
        case FieldDescriptor::CPPTYPE_STRING:
            many ? reflection.AddString(&message, &field, "text")
                 : reflection.SetString(&message, &field, "text");
            return;
        case FieldDescriptor::CPPTYPE_INT64: reflection.SetInt64(&message, &field, 7); return;
        case FieldDescriptor::CPPTYPE_INT32: reflection.SetInt32(&message, &field, 7); return;
        case FieldDescriptor::CPPTYPE_UINT32: reflection.SetUInt32(&message, &field, 7); return;
        case FieldDescriptor::CPPTYPE_BOOL: reflection.SetBool(&message, &field, true); return;
        case FieldDescriptor::CPPTYPE_DOUBLE: reflection.SetDouble(&message, &field, 0.5); return;
        case FieldDescriptor::CPPTYPE_ENUM:
            reflection.SetEnumValue(&message, &field, field.enum_type()->value(1)->number());
            return;
        case FieldDescriptor::CPPTYPE_MESSAGE: {
            Message& part = many ? *reflection.AddMessage(&message, &field)
                                 : *reflection.MutableMessage(&message, &field);
            for (int i = 0; i < part.GetDescriptor()->field_count(); ++i) {
                set_field(part, *part.GetDescriptor()->field(i));
            }
            return;
        }
        default: FAIL() << field.full_name();
    }
}

bool same(const api::Attempt& a, const api::Attempt& b) {
    return a.body_key == b.body_key && a.source == b.source &&
           a.source_sequence == b.source_sequence;
}

bool same(const api::LineRequest& a, const api::LineRequest& b) {
    return a.line_id == b.line_id && a.sku == b.sku && a.quantity == b.quantity &&
           a.pool == b.pool && a.min_quantity == b.min_quantity && a.group == b.group;
}

bool same(const std::vector<api::LineRequest>& a, const std::vector<api::LineRequest>& b) {
    return std::ranges::equal(a, b, [](const auto& x, const auto& y) { return same(x, y); });
}

bool same(const api::CreateRequest& a, const api::CreateRequest& b) {
    return same(a.attempt, b.attempt) && same(a.lines, b.lines) && a.ttl_seconds == b.ttl_seconds &&
           a.reference == b.reference && a.agent_id == b.agent_id &&
           a.operator_id == b.operator_id && a.customer_id == b.customer_id &&
           a.channel == b.channel && a.region == b.region && a.supersedes == b.supersedes &&
           a.partial == b.partial && a.dry_run == b.dry_run && a.wait_seconds == b.wait_seconds &&
           a.metadata == b.metadata && a.seen_position == b.seen_position;
}

bool same(const api::PartRequest& a, const api::PartRequest& b) {
    return a.line_id == b.line_id && a.sku == b.sku && a.quantity == b.quantity;
}

bool same_parts(const std::optional<std::vector<api::PartRequest>>& a,
                const std::optional<std::vector<api::PartRequest>>& b) {
    return a.has_value() == b.has_value() &&
           (!a ||
            std::ranges::equal(*a, *b, [](const auto& x, const auto& y) { return same(x, y); }));
}

bool same(const api::ChangeRequest& a, const api::ChangeRequest& b) {
    return a.operation == b.operation && same(a.attempt, b.attempt) &&
           a.reservation == b.reservation && a.versions == b.versions &&
           same_parts(a.lines, b.lines) && a.ttl_seconds == b.ttl_seconds &&
           a.payment_reference == b.payment_reference && a.provider == b.provider &&
           a.order_reference == b.order_reference && a.document == b.document &&
           a.reason == b.reason && a.note == b.note && a.disposition == b.disposition &&
           a.occurred_at == b.occurred_at && a.from == b.from && a.to == b.to;
}

bool same(const api::ReleaseByNameRequest& a, const api::ReleaseByNameRequest& b) {
    return same(a.attempt, b.attempt) && a.key == b.key && a.reference == b.reference &&
           a.block_late == b.block_late;
}

bool same(const api::ReleaseMatchingRequest& a, const api::ReleaseMatchingRequest& b) {
    return same(a.attempt, b.attempt) && a.sku == b.sku && a.sku_class == b.sku_class &&
           a.channel == b.channel && a.agent_id == b.agent_id && a.older_than == b.older_than &&
           a.include_payment == b.include_payment && a.dry_run == b.dry_run && a.reason == b.reason;
}

bool same(const api::MovementRequest& a, const api::MovementRequest& b) {
    return a.operation == b.operation && same(a.attempt, b.attempt) && a.sku == b.sku &&
           a.pool == b.pool && a.quantity == b.quantity && a.delta == b.delta &&
           a.reason == b.reason && a.note == b.note && a.reference == b.reference &&
           a.occurred_at == b.occurred_at && a.from_unavailable == b.from_unavailable &&
           a.undoes == b.undoes;
}

bool same(const api::SafetyStockRequest& a, const api::SafetyStockRequest& b) {
    return same(a.attempt, b.attempt) && a.sku == b.sku && a.pool == b.pool &&
           a.quantity == b.quantity;
}

bool same(const api::TransferRequest& a, const api::TransferRequest& b) {
    return same(a.attempt, b.attempt) && a.sku == b.sku && a.from == b.from && a.to == b.to &&
           a.quantity == b.quantity && a.instant == b.instant && a.reference == b.reference &&
           a.occurred_at == b.occurred_at;
}

bool same(const api::SettleTransferRequest& a, const api::SettleTransferRequest& b) {
    return same(a.attempt, b.attempt) && a.transfer == b.transfer && a.lost == b.lost &&
           a.quantity == b.quantity && a.reason == b.reason && a.occurred_at == b.occurred_at;
}

bool same(const api::SaleRequest& a, const api::SaleRequest& b) {
    return same(a.attempt, b.attempt) && same(a.lines, b.lines) && a.channel == b.channel &&
           a.reference == b.reference && a.customer_id == b.customer_id && a.shipped == b.shipped &&
           a.occurred_at == b.occurred_at;
}

bool same(const api::IncludesRequest& a, const api::IncludesRequest& b) {
    return a.references == b.references &&
           std::ranges::equal(a.watermarks, b.watermarks, [](const auto& x, const auto& y) {
               return x.source == y.source && x.sequence == y.sequence;
           });
}

bool same(const api::CountRequest& a, const api::CountRequest& b) {
    return same(a.attempt, b.attempt) && a.sku == b.sku && a.pool == b.pool &&
           a.counted == b.counted && a.as_of == b.as_of &&
           a.includes.has_value() == b.includes.has_value() &&
           (!a.includes || same(*a.includes, *b.includes)) && a.by == b.by;
}

bool same(const api::PutSkuRequest& a, const api::PutSkuRequest& b) {
    return same(a.attempt, b.attempt) && a.sku == b.sku && a.versions == b.versions &&
           a.sku_class == b.sku_class;
}

bool same(const api::CapsRequest& a, const api::CapsRequest& b) {
    return std::ranges::equal(a, b, [](const auto& x, const auto& y) {
        return x.has_value() == y.has_value() &&
               (!x || (x->units == y->units && x->holds == y->holds &&
                       x->unit_seconds == y->unit_seconds));
    });
}

bool same(const api::PutClassRequest& a, const api::PutClassRequest& b) {
    return same(a.attempt, b.attempt) && a.name == b.name && a.versions == b.versions &&
           same(a.caps, b.caps) &&
           std::ranges::equal(a.fields, b.fields, [](const auto& x, const auto& y) {
               return x.field == y.field && x.number == y.number && x.word == y.word;
           });
}

bool same(const api::PutPoolRequest& a, const api::PutPoolRequest& b) {
    return same(a.attempt, b.attempt) && a.name == b.name && a.versions == b.versions &&
           a.kind == b.kind && a.region == b.region && a.priority == b.priority &&
           a.channels == b.channels && a.overflow == b.overflow;
}

bool same(const api::PutCapsRequest& a, const api::PutCapsRequest& b) {
    return same(a.attempt, b.attempt) && same(a.caps, b.caps);
}

bool same(const api::SellingRequest& a, const api::SellingRequest& b) {
    return same(a.attempt, b.attempt) && a.stop == b.stop && a.scope == b.scope &&
           a.name == b.name && a.reason == b.reason && a.until == b.until && a.note == b.note &&
           a.by == b.by;
}

bool same(const api::ResolveRequest& a, const api::ResolveRequest& b) {
    return same(a.attempt, b.attempt) && a.id == b.id && a.resolution == b.resolution &&
           a.plan == b.plan && a.reason == b.reason && a.note == b.note &&
           a.override_submitter == b.override_submitter && a.by == b.by;
}

bool same(const api::PageRequest& a, const api::PageRequest& b) {
    return a.limit == b.limit && a.cursor == b.cursor;
}

bool same(const api::ListRequest& a, const api::ListRequest& b) {
    return a.state == b.state && a.reference == b.reference && a.owner == b.owner &&
           a.customer_id == b.customer_id && a.expires_before == b.expires_before &&
           a.limit == b.limit && a.cursor == b.cursor;
}

bool same(const api::TransferListRequest& a, const api::TransferListRequest& b) {
    return a.sku == b.sku && same(a.page, b.page);
}

bool same(const api::StrandedRequest& a, const api::StrandedRequest& b) {
    return a.pool == b.pool && a.transit_days == b.transit_days && same(a.page, b.page);
}

bool same(const api::CaseListRequest& a, const api::CaseListRequest& b) {
    return a.kind == b.kind && a.sku == b.sku && same(a.page, b.page);
}

bool same(const api::HistoryRequest& a, const api::HistoryRequest& b) {
    return a.sku == b.sku && a.pool == b.pool && a.reservation == b.reservation &&
           a.reference == b.reference && a.agent == b.agent && a.operator_id == b.operator_id &&
           a.customer_id == b.customer_id && same(a.page, b.page);
}

bool same(const api::OwnersRequest& a, const api::OwnersRequest& b) {
    return a.sort == b.sort && a.kind == b.kind && a.limit == b.limit;
}

bool same(const api::MomentRequest& a, const api::MomentRequest& b) {
    return a.at == b.at && a.position == b.position;
}

bool same(const api::ExplainRequest& a, const api::ExplainRequest& b) {
    return a.sku == b.sku && a.pool == b.pool && same(a.moment, b.moment) && a.limit == b.limit;
}

// Whatever field of a message is told, the request differs from that of an empty message.
template <typename T>
class EveryField : public testing::Test {};

using Messages = testing::Types<
    v1::CreateRequest, v1::BeginPaymentRequest, v1::CommitRequest, v1::ReleaseRequest,
    v1::ExtendRequest, v1::ShipRequest, v1::CancelRequest, v1::ReturnRequest, v1::ReallocateRequest,
    v1::CloseShortRequest, v1::ReleaseByNameRequest, v1::ReleaseMatchingRequest, v1::ListRequest,
    v1::ReceiveRequest, v1::AdjustRequest, v1::MarkUnavailableRequest, v1::SetSafetyStockRequest,
    v1::SendTransferRequest, v1::ArriveTransferRequest, v1::LoseTransferRequest,
    v1::RecordSaleRequest, v1::RecordCountRequest, v1::PutSkuRequest, v1::ListTransfersRequest,
    v1::ListStrandedRequest, v1::PutSkuClassRequest, v1::PutPoolRequest, v1::PutCapsRequest,
    v1::StopSellingRequest, v1::ResumeSellingRequest, v1::SuggestSkuClassesRequest,
    v1::ResolveCaseRequest, v1::ListCasesRequest, v1::ListEventsRequest, v1::ExplainStockRequest,
    v1::ListOwnersRequest>;
TYPED_TEST_SUITE(EveryField, Messages);

TYPED_TEST(EveryField, OfTheMessageReachesTheRequest) {
    const auto& type = *TypeParam::descriptor();
    const auto empty = to_request(TypeParam());
    for (int i = 0; i < type.field_count(); ++i) {
        TypeParam message;
        set_field(message, *type.field(i));
        EXPECT_FALSE(same(to_request(message), empty)) << type.field(i)->full_name();
    }
}

// As above, one level down.
template <typename Whole, typename Part, typename Add>
void expect_every_field_of_a_part(Add add) {
    const auto& type = *Part::descriptor();
    Whole empty;
    add(empty);
    for (int i = 0; i < type.field_count(); ++i) {
        Whole message;
        set_field(*add(message), *type.field(i));
        EXPECT_FALSE(same(to_request(message), to_request(empty))) << type.field(i)->full_name();
    }
}

TEST(EveryFieldOfAPart, ReachesTheRequest) {
    expect_every_field_of_a_part<v1::CreateRequest, v1::Line>(
        [](auto& whole) { return whole.add_lines(); });
    expect_every_field_of_a_part<v1::CommitRequest, v1::LinePart>(
        [](auto& whole) { return whole.add_lines(); });
    expect_every_field_of_a_part<v1::RecordSaleRequest, v1::SoldLine>(
        [](auto& whole) { return whole.add_lines(); });
    expect_every_field_of_a_part<v1::RecordCountRequest, v1::CountIncludes>(
        [](auto& whole) { return whole.mutable_includes(); });
    expect_every_field_of_a_part<v1::RecordCountRequest, v1::Watermark>(
        [](auto& whole) { return whole.mutable_includes()->add_watermarks(); });
    expect_every_field_of_a_part<v1::PutCapsRequest, v1::Caps>(
        [](auto& whole) { return whole.mutable_caps(); });
    expect_every_field_of_a_part<v1::PutCapsRequest, v1::Cap>(
        [](auto& whole) { return whole.mutable_caps()->mutable_operator_(); });
}

TEST(SkuClass, HasEveryFieldOfTheTableAndShowsItAgain) {
    for (const auto& field : api::class_fields()) {
        const auto* const found =
            v1::SkuClass::descriptor()->FindFieldByName(std::string(field.name));
        ASSERT_NE(found, nullptr) << field.name;
        model::SkuClass policy;
        const std::int64_t value = field.get(policy) == field.most ? field.least : field.most;
        field.set(policy, value);
        v1::PutSkuClassRequest message;
        write_class(policy, *message.mutable_sku_class());
        const auto request = to_request(message);
        const auto told = std::ranges::find(request.fields, &field, &api::ClassFieldValue::field);
        ASSERT_NE(told, request.fields.end()) << field.name;
        if (field.kind == api::FieldKind::word) {
            EXPECT_EQ(told->word, field.words[static_cast<std::size_t>(value)]);
        } else {
            EXPECT_EQ(told->number, value) << field.name;
        }
    }
}

TEST(SkuClass, AShareThatIsNoThousandthIsBeyondEveryBound) {
    v1::PutSkuClassRequest message;
    message.mutable_sku_class()->set_safety_share(0.1234);
    EXPECT_GT(to_request(message).fields.front().number, model::kPermille);
}

// The names of an enumeration are those of the model, in upper case behind its own.
template <typename Word, typename ModelEnum>
void expect_words(int count) {
    const auto& type = *google::protobuf::GetEnumDescriptor<Word>();
    EXPECT_EQ(type.value_count(), count + 1) << type.full_name();
    for (int i = 0; i < count; ++i) {
        const auto value = static_cast<ModelEnum>(i);
        EXPECT_EQ(word_text(to_word<Word>(value)), to_string(value));
    }
}

TEST(Words, AreThoseOfTheModel) {
    expect_words<v1::ReservationState, model::ReservationState>(10);
    expect_words<v1::StockStatus, api::StockStatus>(5);
    expect_words<v1::PoolKind, model::PoolKind>(2);
    expect_words<v1::StopScope, model::StopScope>(6);
    expect_words<v1::CaseKind, model::CaseKind>(5);
    expect_words<v1::Resolution, model::Resolution>(6);
    expect_words<v1::PrincipalKind, model::PrincipalKind>(3);
    expect_words<v1::Retry, model::Retry>(4);
    for (int i = 1; i < model::kReasonCount; ++i) {
        const auto reason = static_cast<model::Reason>(i);
        EXPECT_EQ(word_text(to_word(reason)), model::to_string(reason));
    }
    EXPECT_EQ(v1::Reason_descriptor()->value_count(), model::kReasonCount);
}

TEST(Words, OneThatHasNoNameIsPassedOnToBeRefused) {
    EXPECT_EQ(word_text(static_cast<v1::Reason>(99)), "99");
    EXPECT_EQ(word_text(v1::REASON_UNSPECIFIED), std::nullopt);
}

TEST(Times, AreMillisecondsInBothDirections) {
    google::protobuf::Timestamp time;
    set_time(time, base::time_from_ms(1'767'323'045'006));
    EXPECT_EQ(time_text(time), "2026-01-02T03:04:05.006Z");
    time.set_seconds(-1);
    EXPECT_EQ(time_text(time), "-1 s 6000000 ns");
}

TEST(Refusals, EachHasAStatusWithItsDetails) {
    for (const auto& entry : model::refusal_table()) {
        const auto parts = to_status(api::make_problem(entry.code));
        google::rpc::Status status;
        ASSERT_TRUE(status.ParseFromString(parts.details));
        EXPECT_EQ(status_name(parts.code), entry.grpc);
        EXPECT_EQ(status.code(), parts.code);
        google::rpc::ErrorInfo info;
        ASSERT_TRUE(status.details(0).UnpackTo(&info));
        EXPECT_EQ(info.domain(), "holdfast");
        v1::Refusal refusal;
        ASSERT_TRUE(status.details(status.details_size() - 1).UnpackTo(&refusal));
        EXPECT_EQ(refusal.code(), entry.slug);
    }
}

TEST(Refusals, OfAStatusFitIntoATrailerAndSayWhatWasLeftOut) {
    auto problem = api::make_problem(model::RefusalCode::insufficient_stock);
    const std::string sku(128, 's');
    for (std::uint32_t i = 1; i <= 2'000; ++i) {
        problem.lines.push_back({.number = i, .sku = sku, .requested = 2, .sellable = 1});
    }
    const auto parts = to_status(problem);
    EXPECT_LE(parts.details.size(), 4096U);
    google::rpc::Status status;
    ASSERT_TRUE(status.ParseFromString(parts.details));
    v1::Refusal refusal;
    ASSERT_TRUE(status.details(status.details_size() - 1).UnpackTo(&refusal));
    EXPECT_GT(refusal.lines_size(), 0);
    EXPECT_EQ(static_cast<unsigned>(refusal.lines_size()) + refusal.lines_omitted(), 2'000U);
    v1::Refusal whole;
    write_refusal(problem, whole);
    EXPECT_EQ(whole.lines_size(), 2'000);
}

TEST(FieldPath, IsThatOfTheMessage) {
    EXPECT_EQ(field_path({.pointer = "/lines/1/quantity"}), "lines[1].quantity");
    EXPECT_EQ(field_path({.pointer = "/idempotency_key"}), "request_id");
    EXPECT_EQ(field_path({.pointer = ""}), "");
    EXPECT_EQ(field_path({.parameter = "limit", .in_body = false}), "page_size");
}

TEST(UnknownFields, AreSeenAtAnyDepth) {
    v1::CommandBatch known;
    known.add_commands()->mutable_create()->add_lines()->set_sku("a");
    EXPECT_FALSE(has_unknown_fields(known.commands(0)));
    v1::CommandBatch deep = known;
    auto& line = *deep.mutable_commands(0)->mutable_create()->mutable_lines(0);
    line.GetReflection()->MutableUnknownFields(&line)->AddVarint(900, 1);
    EXPECT_TRUE(has_unknown_fields(deep.commands(0)));
}

// One row for each method of each service that the .proto files have, and no other.
TEST(Methods, AreThoseOfTheDescriptors) {
    std::set<std::string> described;
    for (const auto& name : std::set<std::string_view>{
             "holdfast.v1.Reservations", "holdfast.v1.Stock", "holdfast.v1.Policies",
             "holdfast.v1.History", "holdfast.v1.Cases", "holdfast.v1.Commands",
             "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
             "grpc.reflection.v1alpha.ServerReflection"}) {
        const auto* const service =
            google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
                std::string(name));
        ASSERT_NE(service, nullptr) << name;
        for (int i = 0; i < service->method_count(); ++i) {
            described.insert('/' + service->full_name() + '/' + service->method(i)->name());
        }
    }
    std::set<std::string> served;
    for (const auto& method : methods()) {
        served.insert(std::string(method.path));
        EXPECT_NE(method.unary == nullptr, method.stream == nullptr) << method.path;
    }
    EXPECT_EQ(served, described);
}

}  // namespace
}  // namespace holdfast::transport::grpc
