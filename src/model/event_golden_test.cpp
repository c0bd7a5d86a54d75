// The bytes of every version of every event, kept for ever in tests/golden/events/.
// UPDATE=1 writes the files of the newest version anew; a file of a written version that changes
// is a ledger that can no longer be read.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "base/digest.hpp"
#include "model/event_codec.hpp"
#include "model/event_samples_test.hpp"

namespace holdfast::model {
namespace {

const std::filesystem::path kFolder = "tests/golden/events/v1";

std::filesystem::path file_of(const EventSample& sample) {
    return kFolder / (std::string(sample.name) + ".hex");
}

// Lines of 32 bytes.
std::string to_lines(const base::Buffer& bytes) {
    constexpr std::size_t kDigitsPerLine = 64;
    const auto hex = base::to_hex(bytes);
    std::string out;
    for (std::size_t at = 0; at < hex.size(); at += kDigitsPerLine) {
        out += hex.substr(at, kDigitsPerLine) + "\n";
    }
    return out;
}

unsigned digit(char letter) {
    return static_cast<unsigned>(letter <= '9' ? letter - '0' : letter - 'a' + 10);
}

base::Buffer from_lines(const std::string& text) {
    std::string digits;
    std::ranges::copy_if(text, std::back_inserter(digits), [](char c) { return c != '\n'; });
    base::Buffer out;
    for (std::size_t at = 0; at + 1 < digits.size(); at += 2) {
        out.push_back(static_cast<std::byte>(digit(digits[at]) << 4 | digit(digits[at + 1])));
    }
    return out;
}

std::string read_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

TEST(EventGolden, TheNewestVersionIsWrittenAsItWasWrittenBefore) {
    for (const auto& sample : event_samples()) {
        const auto text = to_lines(encoded(sample.event));
        if (std::getenv("UPDATE") != nullptr) {
            std::filesystem::create_directories(kFolder);
            std::ofstream(file_of(sample), std::ios::binary) << text;
        }
        EXPECT_EQ(read_file(file_of(sample)), text) << file_of(sample);
    }
}

TEST(EventGolden, WhatVersionOneWroteIsReadAsItWasMeant) {
    for (const auto& sample : event_samples()) {
        const auto bytes = from_lines(read_file(file_of(sample)));
        const auto event = decode(bytes);
        ASSERT_TRUE(event) << file_of(sample) << ": " << event.error().message;
        EXPECT_TRUE(same(*event, sample.event)) << file_of(sample);
    }
}

TEST(EventGolden, EveryFileHasItsSample) {
    std::set<std::filesystem::path> expected;
    std::set<std::filesystem::path> found;
    for (const auto& sample : event_samples()) {
        expected.insert(file_of(sample));
    }
    for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
        found.insert(entry.path());
    }
    EXPECT_EQ(found, expected);
}

}  // namespace
}  // namespace holdfast::model
