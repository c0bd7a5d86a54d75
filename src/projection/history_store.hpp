// HistoryStore: the database under the history: sorted keys, atomic batches, snapshots.
//
// Std types only; history_store.cpp is the only file of the history that sees RocksDB. There is no
// write-ahead log: rows and cursor are one batch of one column family, so a crash leaves an earlier
// commit, whole, and the ledger is read on from there. Closing flushes.
// Internal to this folder. Thread rule: one thread writes; views and walks belong to one thread
// each, any number at a time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace holdfast::projection {

// Changes to be written at once.
class HistoryBatch {
  public:
    HistoryBatch();
    ~HistoryBatch();
    HistoryBatch(const HistoryBatch&) = delete;
    HistoryBatch& operator=(const HistoryBatch&) = delete;

    void put(std::string_view key, std::span<const std::byte> value);
    void remove(std::string_view key);
    // Of a key that was put once since it was absent.
    void remove_single(std::string_view key);

  private:
    friend class HistoryStore;
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// Moves over the keys from `begin` to before `end`.
class HistoryWalk {
  public:
    ~HistoryWalk();
    HistoryWalk(HistoryWalk&&) noexcept;
    HistoryWalk& operator=(HistoryWalk&&) = delete;

    void seek(std::string_view key);       // the first at or behind it
    void seek_back(std::string_view key);  // the last at or before it
    void next();
    void previous();
    [[nodiscard]] bool valid() const;
    // Good until the next move.
    [[nodiscard]] std::string_view key() const;
    [[nodiscard]] std::span<const std::byte> value() const;
    // Ask when no longer valid: whether that was the end or a failure.
    [[nodiscard]] base::Result<void> status() const;

  private:
    friend class HistoryView;
    struct Impl;
    explicit HistoryWalk(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

// The database as it was when the view was made.
class HistoryView {
  public:
    ~HistoryView();
    HistoryView(const HistoryView&) = delete;
    HistoryView& operator=(const HistoryView&) = delete;

    [[nodiscard]] base::Result<std::optional<std::string>> get(std::string_view key) const;
    [[nodiscard]] HistoryWalk walk(std::string begin, std::string end) const;
    [[nodiscard]] std::unexpected<base::Error> damaged(std::string_view what) const;

  private:
    friend class HistoryStore;
    struct Impl;
    explicit HistoryView(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

class HistoryStore {
  public:
    // Errors: as open_history.
    [[nodiscard]] static base::Result<std::unique_ptr<HistoryStore>> open(
        const std::string& directory);
    ~HistoryStore();
    HistoryStore(const HistoryStore&) = delete;
    HistoryStore& operator=(const HistoryStore&) = delete;

    // The newest; without a snapshot.
    [[nodiscard]] base::Result<std::optional<std::string>> get(std::string_view key) const;
    [[nodiscard]] base::Result<void> write(HistoryBatch& batch);
    [[nodiscard]] std::unique_ptr<HistoryView> view() const;
    [[nodiscard]] std::unexpected<base::Error> damaged(std::string_view what) const;

  private:
    struct Impl;
    explicit HistoryStore(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace holdfast::projection
