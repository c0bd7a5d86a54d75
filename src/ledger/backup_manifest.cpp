#include "ledger/backup_manifest.hpp"

#include <charconv>
#include <cstring>
#include <optional>
#include <sstream>

#include "ledger/posix_file.hpp"

namespace holdfast::ledger {
namespace {

using base::ErrorCode;
using base::failure;
using base::Result;

constexpr std::string_view kFirstLine = "holdfast backup\n";
constexpr std::uint32_t kFormat = 1;
constexpr std::uint32_t kSegmentMagic = 0x31534648;  // "HFS1"
constexpr std::size_t kNameDigits = 20;

std::string crc_line(std::string_view text) {
    const std::uint32_t crc = base::crc32c(base::as_bytes(text));
    return "crc " + base::to_hex(std::as_bytes(std::span(&crc, 1))) + "\n";
}

std::optional<base::Sha256> hash_from_hex(std::string_view text) {
    base::Sha256 out{};
    if (text.size() != out.size() * 2) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < out.size(); ++i) {
        unsigned value = 0;
        const char* const at = text.data() + i * 2;
        if (std::from_chars(at, at + 2, value, 16).ptr != at + 2) {
            return std::nullopt;
        }
        out[i] = static_cast<std::byte>(value);
    }
    return out;
}

std::string to_text(const BackupManifest& m) {
    std::ostringstream out;
    out << kFirstLine << "format " << kFormat << "\nledger " << m.id << "\npartition "
        << m.partition.value() << "\nposition " << m.tail.last.value() << "\nhash "
        << base::to_hex(m.tail.hash) << "\ntime " << base::to_ms(m.tail.time) << "\nepoch "
        << m.tail.epoch.value() << "\nbytes " << m.tail.bytes << '\n';
    for (const BackupSegment& s : m.segments) {
        out << "segment " << s.first.value() << ' ' << s.last.value() << ' ' << s.bytes << '\n';
    }
    if (!m.texts.empty()) {
        out << "texts " << m.texts << ' ' << m.text_count << ' ' << m.text_bytes << ' '
            << base::to_hex(m.text_hash) << '\n';
    }
    out << (m.has_key ? "key private.key\n" : "");
    const std::string text = out.str();
    return text + crc_line(text);
}

// One line of the manifest; false if it makes no sense.
bool take(BackupManifest& m, std::uint32_t& format, const std::string& line) {
    std::istringstream in(line);
    std::string word;
    std::string hash;
    std::uint64_t a = 0;
    std::uint64_t b = 0;
    std::int64_t ms = 0;
    in >> word;
    if (word == "format") {
        return !!(in >> format);
    }
    if (word == "ledger") {
        return !!(in >> m.id);
    }
    if (word == "hash" && in >> hash) {
        const auto read = hash_from_hex(hash);
        m.tail.hash = read.value_or(base::Sha256{});
        return read.has_value();
    }
    if (word == "segment") {
        BackupSegment& s = m.segments.emplace_back();
        const bool sound = !!(in >> a >> b >> s.bytes);
        s.first = model::Sequence(a);
        s.last = model::Sequence(b);
        return sound;
    }
    if (word == "texts" && in >> m.texts >> m.text_count >> m.text_bytes >> hash) {
        const auto read = hash_from_hex(hash);
        m.text_hash = read.value_or(base::Sha256{});
        return read.has_value() && m.texts.find('/') == std::string::npos;
    }
    if (word == "time") {
        const bool sound = !!(in >> ms);
        m.tail.time = base::time_from_ms(ms);
        return sound;
    }
    if (word == "key") {
        m.has_key = true;
        return true;
    }
    if (!(in >> a)) {
        return false;
    }
    if (word == "partition") {
        m.partition = model::PartitionId(static_cast<std::uint16_t>(a));
    } else if (word == "position") {
        m.tail.last = model::Sequence(a);
    } else if (word == "epoch") {
        m.tail.epoch = model::Epoch(a);
    } else if (word == "bytes") {
        m.tail.bytes = a;
    } else {
        return false;
    }
    return true;
}

Result<BackupManifest> parse(std::string_view text, const std::string& path) {
    const auto damaged = [&](const std::string& what) {
        return failure(ErrorCode::corrupted, path + " is damaged: " + what);
    };
    const auto crc_at = text.rfind("crc ");
    if (!text.starts_with(kFirstLine) || crc_at == std::string_view::npos ||
        text.substr(crc_at) != crc_line(text.substr(0, crc_at))) {
        return damaged("its checksum does not match");
    }
    BackupManifest out;
    std::uint32_t format = 0;
    std::istringstream lines(
        std::string(text.substr(kFirstLine.size(), crc_at - kFirstLine.size())));
    for (std::string line; std::getline(lines, line);) {
        const bool sound = take(out, format, line);
        if (format > kFormat) {
            return failure(ErrorCode::newer_format,
                           path + " says format " + std::to_string(format) +
                               "; this program knows up to " + std::to_string(kFormat));
        }
        if (!sound) {
            return damaged("line \"" + line + "\"");
        }
    }
    model::Sequence last;
    for (const BackupSegment& segment : out.segments) {
        if (segment.first.value() != last.value() + 1 || segment.last < segment.first) {
            return damaged("its segments do not follow one another");
        }
        last = segment.last;
    }
    return last == out.tail.last ? Result<BackupManifest>(out)
                                 : damaged("its segments do not end at its position");
}

}  // namespace

std::string BackupPaths::segment(model::Sequence first) const {
    const std::string digits = std::to_string(first.value());
    return batches + "/" + std::string(kNameDigits - digits.size(), '0') + digits + ".batches";
}

base::Buffer encode_segment_header(model::Sequence first) {
    base::Buffer out;
    base::ByteWriter writer(out);
    writer.fixed(kSegmentMagic);
    writer.fixed(kFormat);
    writer.fixed(first.value());
    return out;
}

Result<BackupManifest> read_backup_manifest(const std::string& directory) {
    const BackupPaths paths(directory);
    const auto bytes = read_file(paths.manifest);
    if (!bytes && bytes.error().code == ErrorCode::not_found) {
        return failure(ErrorCode::not_found, "there is no whole backup in " + directory);
    }
    if (!bytes) {
        return std::unexpected(bytes.error());
    }
    return parse(base::as_text(*bytes), paths.manifest);
}

Result<void> write_backup_manifest(const std::string& directory, const BackupManifest& manifest) {
    return replace_file(BackupPaths(directory).manifest, base::as_bytes(to_text(manifest)));
}

}  // namespace holdfast::ledger
