// Helpers for tests of this folder and above: batches that chain, directories that go away.
//
// Thread rule: one thread per object.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/format.hpp"
#include "ledger/ledger.hpp"

namespace holdfast::ledger::testing {

inline constexpr model::PartitionId kPartition{7};

// Seals batches that follow a tail; moves on with `next`.
class BatchMaker {
  public:
    explicit BatchMaker(const Tail& tail) : tail_(tail) {}

    // A batch of `count` events whose payload is `payload`.
    base::Buffer next(std::uint32_t count, std::string_view payload) {
        base::Buffer sealed;
        reserve_header(sealed);
        const auto bytes = base::as_bytes(payload);
        sealed.insert(sealed.end(), bytes.begin(), bytes.end());
        const BatchHeader header{.partition = kPartition,
                                 .first = model::Sequence(tail_.last.value() + 1),
                                 .count = count,
                                 .epoch = tail_.epoch,
                                 .time = tail_.time + base::Duration(5),
                                 .previous = tail_.hash};
        tail_.hash = seal(sealed, header);
        tail_.last = model::Sequence(tail_.last.value() + count);
        tail_.time = header.time;
        tail_.bytes += sealed.size();
        return sealed;
    }

    [[nodiscard]] const Tail& tail() const { return tail_; }

  private:
    Tail tail_;
};

// Appends one batch after the ledger's present tail.
inline base::Result<void> append_one(Ledger& ledger, std::uint32_t count, std::string_view payload,
                                     std::span<const PrivateText> texts = {}) {
    TRY(const Tail tail, ledger.tail());
    BatchMaker maker(tail);
    const base::Buffer sealed = maker.next(count, payload);
    return ledger.append({.expected_last = tail.last,
                          .epoch = tail.epoch,
                          .batch = sealed,
                          .private_texts = texts,
                          .hash = maker.tail().hash});
}

// The payloads of all batches from `first` on, read through the chain check.
inline base::Result<std::vector<std::string>> payloads(Ledger& ledger, std::uint64_t first = 1,
                                                       std::size_t batches = SIZE_MAX) {
    std::vector<std::string> found;
    ChainReader chain;
    const auto visit = [&](std::span<const std::byte> sealed) -> base::Result<void> {
        TRY(const Batch batch, chain.next(sealed));
        found.emplace_back(base::as_text(batch.payload));
        return {};
    };
    TRY_VOID(ledger.read_from(model::Sequence(first), batches, visit));
    return found;
}

inline base::Result<std::optional<std::string>> checkpoint_text(
    Ledger& ledger, model::Sequence* at = nullptr,
    model::Sequence before = model::Sequence(UINT64_MAX)) {
    std::string text;
    const auto visit = [&](std::span<const std::byte> chunk) -> base::Result<void> {
        text += base::as_text(chunk);
        return {};
    };
    TRY(const auto found, ledger.read_newest_checkpoint(before, visit));
    if (!found) {
        return std::nullopt;
    }
    if (at != nullptr) {
        *at = *found;
    }
    return text;
}

inline base::Result<void> save_checkpoint(Ledger& ledger, std::uint64_t at,
                                          const std::vector<std::string>& chunks) {
    TRY(const auto writer, ledger.begin_checkpoint(model::Sequence(at)));
    for (const std::string& chunk : chunks) {
        TRY_VOID(writer->add(base::as_bytes(chunk)));
    }
    return writer->commit();
}

// A new directory that is removed with its content.
class TemporaryDirectory {
  public:
    TemporaryDirectory() : TemporaryDirectory(std::filesystem::temp_directory_path()) {}
    explicit TemporaryDirectory(const std::filesystem::path& parent) {
        std::string pattern = (parent / "holdfast.XXXXXX").string();
        EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
        path_ = pattern;
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string operator/(std::string_view name) const {
        return path_ + "/" + std::string(name);
    }

  private:
    std::string path_;
};

// For tests that make thousands of ledgers and play the disk's part themselves: in memory where
// the system has such a place, so that nobody waits for the real one.
inline std::filesystem::path fast_directory() {
    const std::filesystem::path in_memory = "/dev/shm";
    return std::filesystem::is_directory(in_memory) ? in_memory
                                                    : std::filesystem::temp_directory_path();
}

// Success, or a test failure that says what was wrong.
template <typename T>
::testing::AssertionResult succeeded(const base::Result<T>& result) {
    if (result) {
        return ::testing::AssertionSuccess();
    }
    return ::testing::AssertionFailure()
           << base::to_string(result.error().code) << ": " << result.error().message;
}

// That failure, or a test failure that says what happened instead.
template <typename T>
::testing::AssertionResult failed_with(const base::Result<T>& result, base::ErrorCode code) {
    if (!result && result.error().code == code) {
        return ::testing::AssertionSuccess();
    }
    if (result) {
        return ::testing::AssertionFailure() << "it succeeded";
    }
    return succeeded(result);
}

}  // namespace holdfast::ledger::testing
