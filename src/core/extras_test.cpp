#include "core/extras.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace holdfast::core {
namespace {

using model::ReservationId;
using model::ReservationImage;

ReservationImage plain_image() {
    ReservationImage image;
    image.lines.resize(2);
    return image;
}

ReservationImage full_image() {
    ReservationImage image = plain_image();
    image.texts = {.reference = "reference",
                   .agent_id = "agent",
                   .operator_id = "operator",
                   .channel = "channel",
                   .payment_reference = "payment",
                   .payment_provider = "provider",
                   .order_reference = "order"};
    image.committed_late = true;
    image.replaces = ReservationId{1};
    image.replaced_by = ReservationId{1ULL << 40};
    image.superseded_by = ReservationId{3};
    image.customer = {.high = 4, .low = 5};
    image.metadata = {.high = 6, .low = 7};
    image.lines[0].line_id = "first";
    image.lines[1].group = "kit";
    return image;
}

void expect_same(const ReservationImage& a, const ReservationImage& b) {
    EXPECT_EQ(a.texts.reference, b.texts.reference);
    EXPECT_EQ(a.texts.agent_id, b.texts.agent_id);
    EXPECT_EQ(a.texts.operator_id, b.texts.operator_id);
    EXPECT_EQ(a.texts.channel, b.texts.channel);
    EXPECT_EQ(a.texts.payment_reference, b.texts.payment_reference);
    EXPECT_EQ(a.texts.payment_provider, b.texts.payment_provider);
    EXPECT_EQ(a.texts.order_reference, b.texts.order_reference);
    EXPECT_EQ(a.committed_late, b.committed_late);
    EXPECT_EQ(a.replaces, b.replaces);
    EXPECT_EQ(a.replaced_by, b.replaced_by);
    EXPECT_EQ(a.superseded_by, b.superseded_by);
    EXPECT_EQ(a.customer, b.customer);
    EXPECT_EQ(a.metadata, b.metadata);
    for (std::size_t i = 0; i < a.lines.size(); ++i) {
        EXPECT_EQ(a.lines[i].line_id, b.lines[i].line_id);
        EXPECT_EQ(a.lines[i].group, b.lines[i].group);
    }
}

ReservationImage unpacked(const Extras& extras) {
    ReservationImage image = plain_image();
    unpack_extras(extras, image);
    return image;
}

TEST(Extras, MostReservationsHaveNone) {
    Extras extras;
    pack_extras(plain_image(), extras);
    EXPECT_EQ(extras, nullptr);
    EXPECT_TRUE(extras_bytes(extras).empty());
    expect_same(unpacked(extras), plain_image());
}

TEST(Extras, EveryPartComesBack) {
    Extras extras;
    pack_extras(full_image(), extras);
    expect_same(unpacked(extras), full_image());
    const Extras copy = copy_extras(extras);
    extras.reset();
    expect_same(unpacked(copy), full_image());
    EXPECT_EQ(copy_extras({}), nullptr);
}

TEST(Extras, EachPartAloneIsKept) {
    const std::function<void(ReservationImage&)> parts[] = {
        [](auto& i) { i.texts.reference = "x"; },
        [](auto& i) { i.texts.agent_id = "x"; },
        [](auto& i) { i.texts.operator_id = "x"; },
        [](auto& i) { i.texts.channel = "x"; },
        [](auto& i) { i.texts.payment_reference = "x"; },
        [](auto& i) { i.texts.payment_provider = "x"; },
        [](auto& i) { i.texts.order_reference = "x"; },
        [](auto& i) { i.committed_late = true; },
        [](auto& i) { i.replaces = ReservationId{1}; },
        [](auto& i) { i.replaced_by = ReservationId{1}; },
        [](auto& i) { i.superseded_by = ReservationId{1}; },
        [](auto& i) { i.customer = {.high = 0, .low = 1}; },
        [](auto& i) { i.metadata = {.high = 1, .low = 0}; },
        [](auto& i) { i.lines[0].line_id = "x"; },
        [](auto& i) { i.lines[1].group = "x"; },
    };
    for (const auto& part : parts) {
        ReservationImage image = plain_image();
        part(image);
        Extras extras;
        pack_extras(image, extras);
        EXPECT_NE(extras, nullptr);
        expect_same(unpacked(extras), image);
    }
}

TEST(Extras, EqualImagesHaveEqualBytesAndStayWhereTheyAre) {
    Extras extras;
    pack_extras(full_image(), extras);
    const auto* const place = extras.get();
    pack_extras(full_image(), extras);
    EXPECT_EQ(extras.get(), place) << "views into them stay good";
    pack_extras(unpacked(extras), extras);
    EXPECT_EQ(extras.get(), place);
    pack_extras(plain_image(), extras);
    EXPECT_EQ(extras, nullptr);
}

TEST(Extras, AnImageMayViewTheVeryBytesThatItReplaces) {
    Extras extras;
    pack_extras(full_image(), extras);
    ReservationImage image = unpacked(extras);
    image.replaced_by = ReservationId{99};
    pack_extras(image, extras);
    ReservationImage expected = full_image();
    expected.replaced_by = ReservationId{99};
    expect_same(unpacked(extras), expected);
}

}  // namespace
}  // namespace holdfast::core
