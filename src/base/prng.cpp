#include "base/prng.hpp"

#include <bit>

#include "base/check.hpp"

namespace holdfast::base {
namespace {

// SplitMix64 spreads a small seed over the whole state (same paper, section 7).
std::uint64_t split_mix(std::uint64_t& state) {
    state += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

}  // namespace

Prng::Prng(std::uint64_t seed) : state_{} {
    for (auto& word : state_) {
        word = split_mix(seed);
    }
}

std::uint64_t Prng::next() {
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
}

std::uint64_t Prng::below(std::uint64_t bound) {
    CHECK(bound > 0);
    return static_cast<std::uint64_t>((static_cast<unsigned __int128>(next()) * bound) >> 64);
}

std::int64_t Prng::between(std::int64_t low, std::int64_t high) {
    CHECK(low <= high);
    // Unsigned, because the whole range does not fit a signed difference.
    const auto first = static_cast<std::uint64_t>(low);
    const std::uint64_t count = static_cast<std::uint64_t>(high) - first + 1;  // 0: all there are
    return static_cast<std::int64_t>(first + (count == 0 ? next() : below(count)));
}

bool Prng::chance(std::uint64_t numerator, std::uint64_t denominator) {
    return below(denominator) < numerator;
}

}  // namespace holdfast::base
