#include "client/explanation.hpp"

#include <algorithm>

namespace holdfast::client {
namespace {

std::int64_t sum_of(const Json& terms) {
    std::int64_t sum = 0;
    for (const Json& term : terms.items()) {
        sum += term["units"].number();
    }
    return sum;
}

class Sums {
  public:
    Sums(const Json& pool, std::vector<std::string>& out) : pool_(pool), out_(out) {}

    void compare(const char* figure, std::int64_t sum) {
        if (pool_[figure].number() != sum) {
            out_.push_back("pool " + pool_["pool"].display() + ": " + figure + " is " +
                           pool_[figure].display() + ", its terms come to " + std::to_string(sum));
        }
    }

  private:
    const Json& pool_;
    std::vector<std::string>& out_;
};

}  // namespace

std::int64_t promised(const Json& pool, const std::vector<std::string_view>& kinds) {
    std::int64_t sum = 0;
    for (const Json& term : pool["promise_terms"].items()) {
        const bool asked = std::ranges::find(kinds, term["kind"].text()) != kinds.end();
        sum += asked ? term["units"].number() : 0;
    }
    return sum;
}

std::vector<std::string> unexplained(const Json& explanation) {
    std::vector<std::string> out;
    for (const Json& pool : explanation["pools"].items()) {
        Sums sums(pool, out);
        const std::int64_t left = pool["on_hand"].number() - pool["committed"].number() -
                                  pool["held"].number() - pool["unavailable"].number() -
                                  pool["safety_stock"].number();
        sums.compare("sellable", std::max<std::int64_t>(left, 0));
        sums.compare("deficit", std::max<std::int64_t>(-left, 0));
        if (explanation["partial"].flag()) {
            continue;
        }
        sums.compare("on_hand", sum_of(pool["on_hand_terms"]));
        sums.compare("unavailable", sum_of(pool["unavailable_terms"]));
        sums.compare("committed", promised(pool, {"committed"}));
        sums.compare("held", promised(pool, {"held", "payment_pending", "review"}));
        sums.compare("soft_held", promised(pool, {"soft_held"}));
    }
    return out;
}

}  // namespace holdfast::client
