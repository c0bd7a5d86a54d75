// Prng: repeatable dice (xoshiro256**, integers only) for simulation, tests and load tools.
//
// Never for keys or ids: see fill_random in digest.hpp. Decisions use no dice at all.
// Source of the generator: Blackman, Vigna, "Scrambled linear pseudorandom number generators",
// 2021. Thread rule: one thread per object.
#pragma once

#include <array>
#include <cstdint>

namespace holdfast::base {

class Prng {
  public:
    explicit Prng(std::uint64_t seed);

    [[nodiscard]] std::uint64_t next();
    // Uniform in [0, bound); bound > 0.
    [[nodiscard]] std::uint64_t below(std::uint64_t bound);
    // Uniform in [low, high], both included.
    [[nodiscard]] std::int64_t between(std::int64_t low, std::int64_t high);
    // True in `numerator` of `denominator` cases.
    [[nodiscard]] bool chance(std::uint64_t numerator, std::uint64_t denominator);

  private:
    std::array<std::uint64_t, 4> state_;
};

}  // namespace holdfast::base
