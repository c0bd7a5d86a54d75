// How RocksDB's logs are laid out, as far as judging damage needs it: blocks of 32 KiB that hold
// fragments of records, each with its checksum, length and type. A MANIFEST is such a log too.
// Internal to this folder. Thread rule: free functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace holdfast::ledger {

// Persisted by RocksDB.
enum class FragmentType : std::uint8_t { none = 0, full = 1, first = 2, middle = 3, last = 4 };

struct Fragment {
    FragmentType type;
    std::size_t size;  // with its header
};

// The intact fragment that begins at `at`; none if its checksum does not match or it does not end
// within the log.
[[nodiscard]] std::optional<Fragment> fragment_at(std::span<const std::byte> log, std::size_t at);

// Where a fragment may begin: `at`, or the next block if no header fits into this one.
[[nodiscard]] std::size_t next_fragment_place(std::size_t at);

// Whether a fragment that ends a record; one that begins one.
[[nodiscard]] constexpr bool ends_record(FragmentType type) {
    return type == FragmentType::full || type == FragmentType::last;
}
[[nodiscard]] constexpr bool begins_record(FragmentType type) {
    return type == FragmentType::full || type == FragmentType::first;
}

}  // namespace holdfast::ledger
