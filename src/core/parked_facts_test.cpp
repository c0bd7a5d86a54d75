// Facts that come before what they are about: they settle when their partner arrives, wherever it
// is.
#include "core/testing.hpp"

namespace holdfast::core {
namespace {

using namespace model;
using namespace std::chrono_literals;
using enum RefusalCode;
using testing::World;

class ParkedShipment : public ::testing::Test {
  protected:
    ParkedShipment() { world_.receive("A", 10); }

    [[nodiscard]] std::size_t open() { return world_.cases(CaseKind::unexpected_fact).size(); }

    World world_;
};

TEST_F(ParkedShipment, OfAllOfItIsAboutWhatMayYetBeSold) {
    const auto id = world_.held("A", 5);
    world_.release(id, {.lines = {{"A", 2}}});
    world_.ship(id);
    EXPECT_EQ(world_.cases(CaseKind::unexpected_fact).at(0).units, 3);
    world_.commit(id);
    EXPECT_EQ(world_.state(id), ReservationState::fulfilled);
    EXPECT_EQ(world_.cell("A"), CellImage{.on_hand = 7});
    EXPECT_EQ(open(), 0u);
}

TEST_F(ParkedShipment, OfTheRestIsNotAboutWhatHasLeft) {
    const auto id = world_.held("A", 5);
    world_.commit(id, {.lines = {{"A", 2}}});
    world_.ship(id);
    world_.ship(id);
    EXPECT_EQ(world_.cases(CaseKind::unexpected_fact).at(0).units, 3);
    world_.commit(id);
    EXPECT_EQ(world_.line(id), (LineQuantities{.accepted = 5, .shipped = 5}));
    EXPECT_EQ(open(), 0u);
}

TEST_F(ParkedShipment, OfWhatWasGivenUpStaysForAPerson) {
    const auto id = world_.held("A", 5);
    world_.release(id);
    world_.ship(id);
    EXPECT_EQ(world_.cases(CaseKind::unexpected_fact).at(0).units, 5);
}

TEST_F(ParkedShipment, SettlesOnWhatLateMoneyReplacedItWith) {
    const auto old = world_.held({.lines = {{"A", 2}}, .ttl_seconds = 60});
    world_.ship(old, {.document = "parcel 1"});
    world_.wait(61s);
    const auto fresh = world_.commit(old).id();
    EXPECT_NE(fresh, old);
    EXPECT_EQ(world_.state(fresh), ReservationState::fulfilled);
    EXPECT_EQ(world_.cell("A"), CellImage{.on_hand = 8});
    EXPECT_EQ(open(), 0u);
    EXPECT_EQ(world_.core_state().totals.parked_facts, 0u);
}

TEST_F(ParkedShipment, MadeAfterTheExpirySettlesOnItToo) {
    const auto old = world_.held({.lines = {{"A", 2}}, .ttl_seconds = 60});
    world_.wait(61s);
    world_.expire_due();
    world_.ship(old);
    EXPECT_EQ(world_.cases(CaseKind::unexpected_fact).at(0).units, 2);
    EXPECT_EQ(world_.state(world_.commit(old).id()), ReservationState::fulfilled);
    EXPECT_EQ(open(), 0u);
}

TEST_F(ParkedShipment, AfterARestartToo) {
    const auto old = world_.held({.lines = {{"A", 2}}, .ttl_seconds = 60});
    world_.ship(old);
    world_.wait(61s);
    world_.restore_from_snapshot();
    EXPECT_EQ(world_.state(world_.commit(old).id()), ReservationState::fulfilled);
    EXPECT_EQ(open(), 0u);
}

TEST_F(ParkedShipment, OfTheOldOneIsJudgedByTheVersionThatWasNamed) {
    const auto old = world_.held({.lines = {{"A", 2}}, .ttl_seconds = 60});
    world_.wait(61s);
    world_.commit(old);
    const auto version = world_.read(old).image().version;
    const auto stale = world_.ship(old, {.version = 1});
    EXPECT_EQ(stale.code(), RefusalCode::version_mismatch) << "the successor's, not its own";
    EXPECT_EQ(stale.refusal.version, version);
    EXPECT_EQ(world_.ship(old, {.version = version}).state(), ReservationState::fulfilled);
}

TEST_F(ParkedShipment, OfTheOldOneIsASuccessOnceLateMoneyCame) {
    const auto old = world_.held({.lines = {{"A", 2}}, .ttl_seconds = 60});
    world_.wait(61s);
    const auto fresh = world_.commit(old).id();
    EXPECT_EQ(world_.ship(old).id(), fresh);
    EXPECT_EQ(world_.state(fresh), ReservationState::fulfilled);
    EXPECT_EQ(world_.return_units(old, {.lines = {{"A", 1}}}).id(), fresh);
    EXPECT_EQ(world_.line(fresh).returned, 1);
    EXPECT_EQ(world_.state(old), ReservationState::expired);
    EXPECT_EQ(open(), 0u);
}

TEST_F(ParkedShipment, AReturnOfTheOldOneWaitsForTheSuccessorsShipment) {
    const auto old = world_.held({.lines = {{"A", 2}}, .ttl_seconds = 60});
    world_.wait(61s);
    world_.return_units(old, {.lines = {{"A", 2}}});
    const auto fresh = world_.commit(old).id();
    EXPECT_EQ(open(), 1u);
    world_.ship(fresh);
    EXPECT_EQ(world_.line(fresh).returned, 2);
    EXPECT_EQ(open(), 0u);
}

TEST_F(ParkedShipment, WhatWasToldOfTheOldOneSettlesFirst) {
    const auto old = world_.held({.lines = {{"A", 2}}, .ttl_seconds = 60});
    world_.wait(61s);
    world_.return_units(old, {.lines = {{"A", 2}}});
    const auto fresh = world_.commit(old).id();
    world_.return_units(fresh, {.lines = {{"A", 1}}});
    world_.ship(fresh);
    EXPECT_EQ(world_.line(fresh).returned, 2);
    EXPECT_EQ(world_.cases(CaseKind::unexpected_fact).at(0).units, 1) << "the later one waits";
}

TEST_F(ParkedShipment, OfTheOldOneFindsItsSuccessorInTheArchiveToo) {
    world_.forget_everything();
    const auto old = world_.held({.lines = {{"A", 2}}, .ttl_seconds = 60});
    world_.wait(61s);
    const auto fresh = world_.commit(old).id();
    EXPECT_EQ(world_.ship(old).id(), fresh);
    EXPECT_EQ(world_.return_units(old, {.lines = {{"A", 2}}}).id(), fresh);
    EXPECT_EQ(world_.cell("A"), CellImage{.on_hand = 10});
}

}  // namespace
}  // namespace holdfast::core
