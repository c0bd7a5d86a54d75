// The short run: every target over its corpus and over mutations of it, with dice instead of
// coverage, so that it needs no special build. `tests/fuzz/run` is the long one.
//
//   fuzz_smoke CORPUS_DIR [--runs N] [--seed N] [TARGET]...
//
// Without targets: all but the canary. An input that fails is printed in hexadecimal with its seed.
#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/prng.hpp"
#include "tests/fuzz/target.hpp"

namespace holdfast::fuzz {
namespace {

using Bytes = std::vector<std::byte>;

constexpr std::uint64_t kRuns = 20'000;

// What the signal handler prints.
struct Running {
    const char* target = "";
    std::uint64_t seed = 0;
    const Bytes* input = nullptr;
};
Running running;

extern "C" void print_input(int signal) {
    std::fprintf(stderr, "\ntarget %s, seed %llu, %zu bytes: ", running.target,
                 static_cast<unsigned long long>(running.seed), running.input->size());
    for (const std::byte byte : *running.input) {
        std::fprintf(stderr, "%02x", static_cast<unsigned>(byte));
    }
    std::fprintf(stderr, "\n");
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

std::vector<Bytes> read_corpus(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    if (std::filesystem::is_directory(folder)) {
        for (const auto& entry : std::filesystem::directory_iterator(folder)) {
            files.push_back(entry.path());
        }
    }
    std::ranges::sort(files);
    std::vector<Bytes> out;
    for (const auto& file : files) {
        std::ifstream in(file, std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(in), {}};
        const auto bytes = std::as_bytes(std::span(text));
        out.emplace_back(bytes.begin(), bytes.end());
    }
    return out;
}

void mutate(Bytes& bytes, const std::vector<Bytes>& corpus, std::size_t size_max,
            base::Prng& dice) {
    const auto place = [&] { return static_cast<std::ptrdiff_t>(dice.below(bytes.size())); };
    switch (bytes.empty() ? 4 : dice.below(6)) {
        case 0: bytes[static_cast<std::size_t>(place())] ^= std::byte{1} << dice.below(8); break;
        case 1: bytes[static_cast<std::size_t>(place())] = std::byte(dice.below(256)); break;
        case 2: bytes.erase(bytes.begin() + place()); break;
        case 3: bytes.resize(dice.below(bytes.size()) + 1); break;
        case 4:
            bytes.insert(bytes.begin() + (bytes.empty() ? 0 : place()), std::byte(dice.below(256)));
            break;
        default: {  // a part of another one
            const Bytes& other = corpus[dice.below(corpus.size())];
            if (!other.empty()) {
                const auto from = static_cast<std::ptrdiff_t>(dice.below(other.size()));
                bytes.insert(bytes.begin() + place(), other.begin() + from, other.end());
            }
        }
    }
    if (bytes.size() > size_max) {
        bytes.resize(size_max);
    }
}

void run(const Target& target, const std::filesystem::path& corpora, std::uint64_t runs,
         std::uint64_t seed) {
    std::vector<Bytes> corpus = read_corpus(corpora / target.name);
    base::Prng dice(seed);
    running = {.target = target.name.data(), .seed = seed};
    for (const Bytes& input : corpus) {
        running.input = &input;
        target.run(input);
    }
    corpus.emplace_back();  // something to begin with where there is nothing
    Bytes input;
    running.input = &input;
    for (std::uint64_t i = 0; i < runs; ++i) {
        input = corpus[dice.below(corpus.size())];
        for (std::uint64_t times = dice.below(6) + 1; times > 0; --times) {
            mutate(input, corpus, target.size_max, dice);
        }
        target.run(input);
    }
    std::printf("%.*s: %llu inputs\n", static_cast<int>(target.name.size()), target.name.data(),
                static_cast<unsigned long long>(runs + corpus.size() - 1));
    std::printf("counts: {\"%.*s\": %llu}\n", static_cast<int>(target.name.size()),
                target.name.data(), static_cast<unsigned long long>(runs + corpus.size() - 1));
    std::fflush(stdout);
}

int main_of(std::span<char*> words) {
    std::uint64_t runs = kRuns;
    auto seed = static_cast<std::uint64_t>(base::to_ms(base::SystemClock().now().wall));
    std::vector<std::string_view> names;
    for (std::size_t i = 2; i < words.size(); ++i) {
        const std::string_view word = words[i];
        if ((word == "--runs" || word == "--seed") && i + 1 < words.size()) {
            (word == "--runs" ? runs : seed) = std::strtoull(words[++i], nullptr, 10);
        } else {
            names.push_back(word);
        }
    }
    std::signal(SIGABRT, print_input);
    std::signal(SIGSEGV, print_input);
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
    for (const Target& target : targets()) {
        const bool named = std::ranges::find(names, target.name) != names.end();
        if (named || (names.empty() && target.run != fuzz_canary)) {
            run(target, words[1], runs, seed);
        }
    }
    return 0;
}

}  // namespace
}  // namespace holdfast::fuzz

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: fuzz_smoke CORPUS_DIR [--runs N] [--seed N] [TARGET]...\n");
        return 2;
    }
    return holdfast::fuzz::main_of({argv, static_cast<std::size_t>(argc)});
}
