#include "ledger/manifest_guard.hpp"

#include <algorithm>
#include <charconv>

#include "ledger/rocksdb_log_format.hpp"

namespace holdfast::ledger {
namespace {

using base::ErrorCode;
using base::Result;

std::unexpected<base::Error> damaged(const std::string& path, const std::string& what) {
    return base::failure(ErrorCode::corrupted, path + " " + what + "; nothing was changed");
}

Result<std::uint64_t> current_number(const std::string& database) {
    constexpr std::string_view kPrefix = "MANIFEST-";
    const std::string path = database + "/CURRENT";
    auto bytes = read_file(path);
    if (!bytes && bytes.error().code == ErrorCode::not_found) {
        return damaged(path, "is missing");
    }
    if (!bytes) {
        return std::unexpected(bytes.error());
    }
    const std::string_view text = base::as_text(*bytes);
    std::uint64_t number = 0;
    if (!text.starts_with(kPrefix) || !text.ends_with('\n')) {
        return damaged(path, "does not name a MANIFEST");
    }
    const char* end = text.data() + text.size() - 1;
    const auto parsed = std::from_chars(text.data() + kPrefix.size(), end, number);
    if (parsed.ec != std::errc{} || parsed.ptr != end) {
        return damaged(path, "does not name a MANIFEST");
    }
    return number;
}

std::string manifest_path(const std::string& database, std::uint64_t number) {
    std::string digits = std::to_string(number);
    digits.insert(0, 6 - std::min<std::size_t>(digits.size(), 6), '0');
    return database + "/MANIFEST-" + digits;
}

// Where the whole records end.
std::size_t whole_until(std::span<const std::byte> log) {
    std::size_t at = 0;
    while (at < log.size()) {
        const std::size_t place = next_fragment_place(at);
        if (place == at) {
            const auto fragment = fragment_at(log, at);
            if (!fragment) {
                return at;
            }
            at += fragment->size;
        } else {
            at = place;
        }
    }
    return at;
}

}  // namespace

Result<ManifestWatch> ManifestWatch::open(const std::string& database) {
    TRY(const auto number, current_number(database));
    TRY(auto file, PosixFile::open(manifest_path(database, number), PosixFile::Mode::read));
    return ManifestWatch(database, number, std::move(file));
}

Result<ManifestPosition> ManifestWatch::position() {
    TRY(auto status, file_.status());
    if (status.is_removed) {
        TRY(auto newer, open(database_));
        *this = std::move(newer);
        TRY(status, file_.status());
    }
    if (status.size != synced_) {
        TRY_VOID(file_.sync_data());
        synced_ = status.size;
    }
    return ManifestPosition{number_, status.size};
}

Result<void> check_manifest(const std::string& database, const ManifestPosition& remembered) {
    if (remembered.number == 0) {
        return {};
    }
    TRY(const auto number, current_number(database));
    const std::string path = manifest_path(database, number);
    if (number < remembered.number) {
        return damaged(path, "is older than the one the tail mark remembers");
    }
    if (number > remembered.number) {
        return {};
    }
    const auto bytes = read_file(path);
    if (!bytes && bytes.error().code == ErrorCode::not_found) {
        return damaged(path, "is missing");
    }
    if (!bytes) {
        return std::unexpected(bytes.error());
    }
    const std::size_t whole = whole_until(*bytes);
    if (whole < remembered.size) {
        return damaged(path, "is damaged at byte " + std::to_string(whole) + " of " +
                                 std::to_string(remembered.size) + " that the tail mark remembers");
    }
    return {};
}

}  // namespace holdfast::ledger
