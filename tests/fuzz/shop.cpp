#include "tests/fuzz/shop.hpp"

#include <google/protobuf/stubs/logging.h>

#include "base/check.hpp"

namespace holdfast::fuzz {

namespace {

constexpr int kReservations = 12;
constexpr auto kLongestWait = std::chrono::minutes(2);

}  // namespace

Shop::Shop() {
    // As the service does it.
    google::protobuf::SetLogHandler(nullptr);
    // What a test would have reported ends the process here.
    GTEST_FLAG_SET(break_on_failure, true);
    world.receive("tea", 100);
    world.receive("mug", 3);
    for (int i = 0; i < kReservations; ++i) {
        api::CreateRequest request = hold(world, i % 3 == 0 ? "mug" : "tea", 1);
        request.reference = "order-" + std::to_string(i % 4);
        CHECK(world.create(request).problem() == nullptr || i >= 9, "the shop cannot sell");
    }
}

void Shop::settle_until(const std::function<bool()>& answered) {
    world.settle();
    if (!answered()) {
        world.advance(kLongestWait);
    }
    CHECK(answered(), "no answer came");
}

bool start_database_library() {
    Shop shop;
    return shop.world.history.position() > model::Sequence(0);
}

}  // namespace holdfast::fuzz
