// Which mutant a program built from the zoo's tree is: the one that HOLDFAST_MUTANT names.
//
// Not part of the product: tests/zoo/run puts this file into its copy of the sources and includes
// it where mutants live. Without the variable, or with a name that nobody planted, every mutant
// sleeps and the program is the production one. Read once per process. Thread rule: any thread.
#pragma once

#include <cstdint>
#include <cstdlib>

namespace zoo {

// FNV-1a, as mutants.py computes it for the planted numbers.
constexpr std::uint32_t number_of(const char* name) {
    std::uint32_t hash = 2166136261U;
    for (; *name != '\0'; ++name) {
        hash = (hash ^ static_cast<unsigned char>(*name)) * 16777619U;
    }
    return hash;
}
static_assert(number_of("a") == 0xe40c292cU);

[[gnu::noinline]] inline std::uint32_t chosen() {
    static const std::uint32_t number = [] {
        const char* const name = std::getenv("HOLDFAST_MUTANT");
        return name != nullptr && *name != '\0' ? number_of(name) : 0;
    }();
    return number;
}

inline bool is(std::uint32_t number) { return chosen() == number; }

}  // namespace zoo
