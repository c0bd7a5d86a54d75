// Helpers for tests that damage the files of a ledger: what can be read, and what is on disk.
//
// Thread rule: one thread.
#pragma once

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ledger/open_ledger.hpp"
#include "ledger/testing.hpp"

namespace holdfast::ledger::testing {

inline constexpr base::Digest128 kAda{.high = 1, .low = 1};
inline constexpr base::Digest128 kBob{.high = 2, .low = 2};

// Everything that can be read out of a ledger.
struct Content {
    std::vector<std::string> payloads{};
    std::uint64_t last = 0;
    std::uint64_t bytes = 0;
    std::uint64_t epoch = 0;
    base::Sha256 hash{};
    std::optional<std::string> ada{};
    std::optional<std::string> bob{};
    std::optional<std::string> checkpoint{};
    bool operator==(const Content&) const = default;
};

inline base::Result<Content> content_of(Ledger& ledger) {
    TRY(const Tail tail, ledger.tail());
    Content content{.last = tail.last.value(),
                    .bytes = tail.bytes,
                    .epoch = tail.epoch.value(),
                    .hash = tail.hash};
    TRY(content.payloads, payloads(ledger));
    TRY(content.ada, ledger.private_text(kAda));
    TRY(content.bob, ledger.private_text(kBob));
    TRY(content.checkpoint, checkpoint_text(ledger));
    return content;
}

// Opened to read only.
inline base::Result<Content> read_all(const std::string& path, bool& is_warned) {
    TRY(const auto ledger, open_ledger_to_read(path, [&](const auto&) { is_warned = true; }));
    return content_of(*ledger);
}

inline std::vector<std::filesystem::path> files_of(const std::string& path) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
        if (entry.is_regular_file()) {
            files.push_back(entry.path());
        }
    }
    std::ranges::sort(files);
    return files;
}

inline void flip(const std::filesystem::path& path, std::uint64_t at, unsigned bit) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(at));
    const int byte = file.get();
    file.seekp(static_cast<std::streamoff>(at));
    file.put(static_cast<char>(byte ^ (1 << bit)));
}

inline std::string bytes_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// Every file below a directory, by its name there, and what is in it.
using Image = std::map<std::string, std::string>;

inline Image image_of(const std::string& directory) {
    Image image;
    for (const auto& file : files_of(directory)) {
        image[std::filesystem::relative(file, directory)] = bytes_of(file);
    }
    return image;
}

inline void write_image(const std::string& directory, const Image& image) {
    std::filesystem::remove_all(directory);
    for (const auto& [name, bytes] : image) {
        const std::filesystem::path path = directory + "/" + name;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << bytes;
    }
}

inline bool holds(const Image& image, std::string_view text) {
    return std::ranges::any_of(
        image, [&](const auto& file) { return file.second.find(text) != std::string::npos; });
}

}  // namespace holdfast::ledger::testing
