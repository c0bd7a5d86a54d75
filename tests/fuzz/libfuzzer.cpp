// libFuzzer's door to the targets: HOLDFAST_FUZZ_TARGET names the one to feed.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/fuzz/target.hpp"

namespace {

const holdfast::fuzz::Target* chosen = nullptr;

}  // namespace

// Before the words of the command line are looked at: the target's size is one more.
extern "C" int LLVMFuzzerInitialize(int* count, char*** words) {
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
    static std::string limit = "-max_len=" + std::to_string(chosen->size_max);
    static std::vector<char*> more(*words, *words + *count);
    more.push_back(limit.data());
    more.push_back(nullptr);
    *words = more.data();
    ++*count;
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    chosen->run(std::as_bytes(std::span(data, size)));
    return 0;
}
