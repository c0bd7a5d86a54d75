// Shop: a service over a partition in memory, with something in stock, for targets that ask it.
//
// An input may leave something behind that the next one meets, as clients do; a new shop every few
// hundred inputs keeps the state small, and begins with the same ids every time.
// Thread rule: one thread.
#pragma once

#include <functional>
#include <memory>

#include "api/testing.hpp"

namespace holdfast::fuzz {

class Shop {
  public:
    Shop();

    // Steps, and if nothing came lets two minutes pass: no answer waits longer.
    void settle_until(const std::function<bool()>& answered);

    api::testing::World world;
};

// Opens a database and closes it: its library's statics then outlive shops that are statics.
bool start_database_library();

// The shop for the next input; `T` has a Shop in it.
template <typename T>
T& next_shop() {
    constexpr int kInputs = 400;
    static const bool started = start_database_library();
    static std::unique_ptr<T> shop;
    static int inputs = 0;
    if (started && inputs++ % kInputs == 0) {
        shop = std::make_unique<T>();
    }
    return *shop;
}

}  // namespace holdfast::fuzz
