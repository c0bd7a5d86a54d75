#include "ledger/ledger_directory.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/bytes.hpp"
#include "ledger/format.hpp"
#include "ledger/tail_mark.hpp"

namespace holdfast::ledger {
namespace {

using base::ErrorCode;
using base::failure;
using base::Result;

constexpr std::string_view kFirstLine = "holdfast ledger\n";
// Of directories, not of batches: 2 has a line that says of what kind the ledger is, and before
// there was only one kind. A ledger of that kind is still written as 1.
constexpr std::uint16_t kWithKind = 2;
constexpr std::uint16_t kNewest = kWithKind;

std::string hex(std::uint32_t value) { return base::to_hex(std::as_bytes(std::span(&value, 1))); }

std::string to_text(const LedgerInfo& info) {
    std::string text(kFirstLine);
    text += "format " + std::to_string(info.format) + "\n";
    text += "partition " + std::to_string(info.partition.value()) + "\n";
    text += "id " + info.id + "\n";
    if (info.format >= kWithKind) {
        text += "kind " + std::string(to_string(info.kind)) + "\n";
    }
    return text + "crc " + hex(base::crc32c(base::as_bytes(text))) + "\n";
}

std::optional<std::string_view> take_line(std::string_view& text, std::string_view name) {
    const auto end = text.find('\n');
    if (!text.starts_with(name) || end == std::string_view::npos) {
        return std::nullopt;
    }
    const auto value = text.substr(name.size(), end - name.size());
    text.remove_prefix(end + 1);
    return value;
}

std::optional<std::uint16_t> to_number(std::optional<std::string_view> text) {
    std::uint16_t number = 0;
    if (!text) {
        return std::nullopt;
    }
    const char* end = text->data() + text->size();
    const auto parsed = std::from_chars(text->data(), end, number);
    return parsed.ec == std::errc{} && parsed.ptr == end ? std::optional(number) : std::nullopt;
}

std::optional<LedgerKind> to_kind(std::optional<std::string_view> text) {
    for (const LedgerKind kind : {LedgerKind::rocksdb, LedgerKind::segments}) {
        if (text == to_string(kind)) {
            return kind;
        }
    }
    return std::nullopt;
}

// Every version begins with the first two lines and ends with the crc line.
bool is_intact(std::string_view text) {
    const auto crc_at = text.rfind("crc ");
    return text.starts_with(kFirstLine) && crc_at != std::string_view::npos &&
           text.substr(crc_at) ==
               "crc " + hex(base::crc32c(base::as_bytes(text.substr(0, crc_at)))) + "\n";
}

Result<LedgerInfo> parse(std::string_view text, const std::string& path) {
    if (!is_intact(text)) {
        return failure(ErrorCode::corrupted, path + " is damaged: its checksum does not match");
    }
    text.remove_prefix(kFirstLine.size());
    const auto format = to_number(take_line(text, "format "));
    if (format && *format > kNewest) {
        return failure(ErrorCode::newer_format, path + " says format " + std::to_string(*format) +
                                                    "; this program knows up to " +
                                                    std::to_string(kNewest) +
                                                    ": use the newer program. Nothing was changed");
    }
    const auto partition = to_number(take_line(text, "partition "));
    const auto id = take_line(text, "id ");
    const auto kind = format == kWithKind ? to_kind(take_line(text, "kind ")) : LedgerKind::rocksdb;
    if (!format || *format == 0 || !partition || !id || !kind) {
        return failure(ErrorCode::corrupted, path + " makes no sense");
    }
    return LedgerInfo{*format, model::PartitionId(*partition), *kind, std::string(*id)};
}

// What a creation that was interrupted before its FORMAT may leave; also a mount point's own.
bool counts_as_empty(const std::vector<std::string>& names) {
    return std::ranges::all_of(names, [](const std::string& name) {
        return name == "tail" || name == "tail.tmp" || name == "FORMAT.tmp" || name == "lost+found";
    });
}

}  // namespace

std::string_view to_string(LedgerKind kind) {
    return kind == LedgerKind::segments ? "segments" : "rocksdb";
}

Result<LedgerInfo> read_ledger_info(const std::string& directory) {
    const LedgerPaths paths(directory);
    const auto bytes = read_file(paths.format);
    if (bytes) {
        return parse(base::as_text(*bytes), paths.format);
    }
    if (bytes.error().code != ErrorCode::not_found) {
        return std::unexpected(bytes.error());
    }
    TRY(const auto names, list_directory(directory));
    if (counts_as_empty(names)) {
        return failure(ErrorCode::not_found, "there is no ledger in " + directory);
    }
    return failure(ErrorCode::corrupted, directory + " is not a ledger directory, or lost its " +
                                             paths.format + "; nothing was changed");
}

Result<LedgerInfo> create_ledger_directory(const std::string& directory,
                                           model::PartitionId partition, LedgerKind kind) {
    TRY_VOID(make_directory(directory));
    TRY(const auto names, list_directory(directory));
    if (!counts_as_empty(names)) {
        return failure(ErrorCode::invalid_input, directory + " is not empty");
    }
    const LedgerPaths paths(directory);
    TRY_VOID(TailMark::create(paths.tail, partition, Mark{}));
    std::array<std::byte, 16> random{};
    base::fill_random(random);
    const std::uint16_t format = kind == LedgerKind::rocksdb ? 1 : kWithKind;
    const LedgerInfo info{format, partition, kind, base::to_hex(random)};
    TRY_VOID(replace_file(paths.format, base::as_bytes(to_text(info))));
    return info;
}

Result<LedgerInfo> find_or_create_ledger(const LedgerOptions& options, LedgerKind kind) {
    auto info = read_ledger_info(options.path);
    const bool is_absent = !info && info.error().code == ErrorCode::not_found;
    if (is_absent && options.create_if_missing && !options.read_only) {
        return create_ledger_directory(options.path, options.partition, kind);
    }
    if (info && info->kind != kind) {
        return failure(ErrorCode::invalid_input, "the ledger " + options.path + " is of the kind " +
                                                     std::string(to_string(info->kind)) + ", not " +
                                                     std::string(to_string(kind)) +
                                                     "; nothing was changed");
    }
    if (info && info->partition != options.partition) {
        return failure(ErrorCode::invalid_input,
                       "the ledger " + options.path + " belongs to partition " +
                           std::to_string(info->partition.value()) + ", not to " +
                           std::to_string(options.partition.value()));
    }
    return info;
}

}  // namespace holdfast::ledger
