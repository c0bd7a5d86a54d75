// libFuzzer's door to the targets: HOLDFAST_FUZZ_TARGET names the one to feed.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/target.hpp"

namespace {

const holdfast::fuzz::Target* chosen = nullptr;

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    const char* const name = std::getenv("HOLDFAST_FUZZ_TARGET");
    for (const auto& target : holdfast::fuzz::targets()) {
        if (name != nullptr && target.name == name) {
            chosen = &target;
        }
    }
    if (chosen == nullptr) {
        std::fprintf(stderr, "HOLDFAST_FUZZ_TARGET names no target\n");
        std::exit(2);
    }
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    chosen->run(std::as_bytes(std::span(data, size)));
    return 0;
}
