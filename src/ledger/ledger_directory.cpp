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

std::string hex(std::uint32_t value) { return base::to_hex(std::as_bytes(std::span(&value, 1))); }

std::string to_text(const LedgerInfo& info) {
    std::string text(kFirstLine);
    text += "format " + std::to_string(info.format) + "\n";
    text += "partition " + std::to_string(info.partition.value()) + "\n";
    text += "id " + info.id + "\n";
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
    if (format && *format > kFormatVersion) {
        return failure(ErrorCode::newer_format, path + " says format " + std::to_string(*format) +
                                                    "; this program knows up to " +
                                                    std::to_string(kFormatVersion) +
                                                    ": use the newer program. Nothing was changed");
    }
    const auto partition = to_number(take_line(text, "partition "));
    const auto id = take_line(text, "id ");
    if (!format || *format == 0 || !partition || !id) {
        return failure(ErrorCode::corrupted, path + " makes no sense");
    }
    return LedgerInfo{*format, model::PartitionId(*partition), std::string(*id)};
}

// What a creation that was interrupted before its FORMAT may leave; also a mount point's own.
bool counts_as_empty(const std::vector<std::string>& names) {
    return std::ranges::all_of(names, [](const std::string& name) {
        return name == "tail" || name == "tail.tmp" || name == "FORMAT.tmp" || name == "lost+found";
    });
}

}  // namespace

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
                                           model::PartitionId partition) {
    TRY_VOID(make_directory(directory));
    TRY(const auto names, list_directory(directory));
    if (!counts_as_empty(names)) {
        return failure(ErrorCode::invalid_input, directory + " is not empty");
    }
    const LedgerPaths paths(directory);
    TRY_VOID(TailMark::create(paths.tail, partition, Mark{}));
    std::array<std::byte, 16> random{};
    base::fill_random(random);
    const LedgerInfo info{kFormatVersion, partition, base::to_hex(random)};
    TRY_VOID(replace_file(paths.format, base::as_bytes(to_text(info))));
    return info;
}

}  // namespace holdfast::ledger
