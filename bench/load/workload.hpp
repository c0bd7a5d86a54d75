// Which SKU, which key, what next: the dice of the load, the same for every technique and seed.
//
// Thread rule: one thread.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/prng.hpp"
#include "bench/load/operation.hpp"

namespace holdfast::bench {

enum class Distribution : std::uint8_t { hot, zipf, uniform };

// Zipf with exponent 1: the first of 100,000 gets 8 % of all requests.
class SkuChooser {
  public:
    SkuChooser(Distribution distribution, std::uint32_t skus)
        : distribution_(distribution), skus_(distribution == Distribution::hot ? 1 : skus) {
        if (distribution == Distribution::zipf) {
            double sum = 0;
            for (std::uint32_t i = 0; i < skus_; ++i) {
                sum += 1.0 / (i + 1.0);
                below_.push_back(sum);
            }
        }
    }
    [[nodiscard]] std::uint32_t choose(base::Prng& dice) const {
        if (distribution_ != Distribution::zipf) {
            return static_cast<std::uint32_t>(dice.below(skus_));
        }
        const double share = static_cast<double>(dice.next() >> 11) * 0x1.0p-53;
        const auto found = std::ranges::upper_bound(below_, share * below_.back());
        return static_cast<std::uint32_t>(std::min<std::ptrdiff_t>(
            found - below_.begin(), static_cast<std::ptrdiff_t>(below_.size()) - 1));
    }
    [[nodiscard]] std::uint32_t skus() const { return skus_; }

  private:
    Distribution distribution_;
    std::uint32_t skus_;
    std::vector<double> below_;
};

class Workload {
  public:
    Workload(Distribution distribution, std::uint32_t skus, bool carts, std::uint64_t seed)
        : chooser_(distribution, skus), carts_(carts), dice_(seed) {}

    void fill_reserve(Operation& operation) {
        operation = {};
        operation.sku = chooser_.choose(dice_);
        operation.key = {.high = dice_.next(), .low = dice_.next()};
    }
    // Of each hundred carts seventy commit, twenty release, ten expire. False: it expires.
    [[nodiscard]] bool turn_into_end(Operation& reserved) {
        if (!carts_ || !dice_.chance(90, 100)) {
            return false;
        }
        reserved.verb = dice_.chance(70, 90) ? Verb::commit : Verb::release;
        reserved.outcome = Outcome::pending;
        reserved.attempts = 0;
        return true;
    }
    [[nodiscard]] bool repeat(std::uint32_t percent) { return dice_.chance(percent, 100); }
    [[nodiscard]] std::uint32_t skus() const { return chooser_.skus(); }
    // Commands per reserve: an end for nine in ten.
    [[nodiscard]] double commands_per_reserve() const { return carts_ ? 1.9 : 1.0; }

  private:
    SkuChooser chooser_;
    bool carts_;
    base::Prng dice_;
};

}  // namespace holdfast::bench
