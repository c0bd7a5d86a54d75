#include "app/service_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <cstring>
#include <fstream>
#include <iterator>

#include "base/digest.hpp"
#include "base/log.hpp"
#include "ledger/posix_file.hpp"

namespace holdfast::app {

using base::ErrorCode;
using base::Result;

namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kNumberWidth = 20;

std::string key_path(const std::string& directory) { return directory + "/private.key"; }

std::string read_text(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string checksum_line(std::string_view digits) {
    const std::uint32_t sum = base::crc32c(base::as_bytes(digits));
    return fmt::format("crc {:08x}\n", sum);
}

std::string key_text(const base::Buffer& key) {
    const std::string digits = base::to_hex(key);
    return digits + '\n' + checksum_line(digits);
}

// A key with a wrong digit would still be a key: of somebody else's customers.
Result<base::Buffer> parse_key(const std::string& path, std::string_view text) {
    base::Buffer key;
    for (std::size_t i = 0; i + 1 < text.size() && key.size() < kKeyBytes; i += 2) {
        unsigned value = 0;
        const char* const begin = text.data() + i;
        const auto parsed = std::from_chars(begin, begin + 2, value, 16);
        if (parsed.ptr != begin + 2) {
            break;
        }
        key.push_back(static_cast<std::byte>(value));
    }
    if (key.size() != kKeyBytes || text != key_text(key)) {
        return base::failure(ErrorCode::corrupted,
                             path + " is damaged; restore it from a copy. Nothing was changed");
    }
    return key;
}

// Of fixed width: a beat overwrites the one before without ever being shorter.
std::string alive_text(const partition::SignOfLife& beat) {
    const std::string numbers = fmt::format("{:<{}}{:<{}}", base::to_ms(beat.wall), kNumberWidth,
                                            base::to_ms(beat.time), kNumberWidth);
    return numbers + checksum_line(numbers);
}

// Durable before it is used, and whole or not there: a key that a crash loses, or cuts short, loses
// what it keyed.
Result<void> write_durably(const std::string& path, std::string_view text) {
    const std::string temporary = path + ".tmp";
    const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) {
        return base::failure(ErrorCode::permission_denied,
                             temporary + " cannot be made: " + std::strerror(errno));
    }
    const bool written =
        ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
        ::fsync(file) == 0;
    ::close(file);
    if (!written) {
        return base::failure(ErrorCode::unavailable, temporary + " cannot be written");
    }
    return ledger::rename_durably(temporary, path);
}

}  // namespace

Result<base::Buffer> read_or_make_private_key(const std::string& directory, bool is_expected) {
    const std::string path = key_path(directory);
    if (::access(path.c_str(), F_OK) == 0) {
        return parse_key(path, read_text(path));
    }
    if (is_expected) {
        base::log_warning(
            "the key for personal data is lost; what it keyed cannot be found any more",
            {{"file", path}});
    }
    base::log_info("making a key for personal data", {{"file", path}});
    base::Buffer key(kKeyBytes);
    base::fill_random(key);
    TRY_VOID(write_durably(path, key_text(key)));
    return key;
}

// Partition time goes on from here, so a digit that is wrong must not be believed.
partition::SignOfLife read_alive(const std::string& directory) {
    const std::string text = read_text(directory + "/alive");
    const auto number_at = [&](std::size_t at) {
        std::int64_t ms = 0;
        if (at < text.size()) {
            std::from_chars(text.data() + at, text.data() + text.size(), ms);
        }
        return base::time_from_ms(ms);
    };
    const partition::SignOfLife beat{.wall = number_at(0), .time = number_at(kNumberWidth)};
    return text == alive_text(beat) ? beat : partition::SignOfLife{.wall = beat.wall};
}

void write_alive(const std::string& directory, const partition::SignOfLife& beat) {
    const std::string text = alive_text(beat);
    const int file = ::open((directory + "/alive").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (file >= 0) {
        static_cast<void>(::pwrite(file, text.data(), text.size(), 0));
        ::close(file);
    }
}

}  // namespace holdfast::app
