#include "ledger/segment_texts.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "base/check.hpp"
#include "ledger/segment_reader.hpp"

namespace holdfast::ledger {
namespace {

using base::ErrorCode;
using base::failure;
using base::Result;

constexpr std::size_t kTextBytesAtOnce = std::size_t{1} << 20;

std::unexpected<base::Error> damaged(const SegmentFiles& files, const TextSection& section) {
    return failure(ErrorCode::corrupted, "the private texts at byte " +
                                             std::to_string(section.offset) + " of " +
                                             files.path(section.segment) + " are damaged");
}

Result<base::Buffer> read_section(const SegmentFiles& files, const TextSection& section) {
    TRY(const auto file, PosixFile::open(files.path(section.segment), PosixFile::Mode::read));
    base::Buffer bytes(section.bytes);
    TRY(const auto read, file.read_at(section.offset, bytes));
    if (read != bytes.size() || !texts_are_intact(bytes)) {
        return damaged(files, section);
    }
    return bytes;
}

Result<std::uint64_t> end_of(const SegmentFiles& files, const SegmentsEnd& end,
                             std::uint64_t number) {
    if (number == end.active) {
        return end.end;
    }
    TRY(const auto next, files.header(number + 1));
    if (!next) {
        return failure(ErrorCode::corrupted, files.path(number + 1) + " has a damaged header");
    }
    return next->previous_end;
}

Result<void> check_identity(RocksdbStore& store, const SegmentTexts::Place& place) {
    TRY(const auto identity, store.meta(kIdentityName));
    if (!identity || *identity == place.id) {
        return {};
    }
    return failure(ErrorCode::corrupted, place.paths.texts + " belongs to ledger " + *identity +
                                             ", not to " + place.id + "; nothing was changed");
}

}  // namespace

Result<UnmovedTexts> scan_texts(const SegmentFiles& files, const SegmentsEnd& end,
                                const SectionVisitor& visit) {
    UnmovedTexts found;
    for (std::uint64_t number = std::max<std::uint64_t>(end.header.texts_from, 1);
         number <= end.active; ++number) {
        TRY(const auto file, PosixFile::open(files.path(number), PosixFile::Mode::read));
        TRY(const auto stop, end_of(files, end, number));
        const auto look = [&](const Frame& frame) -> Result<void> {
            const TextSection section{number, frame.offset + frame.sizes.texts_at(),
                                      frame.sizes.texts};
            const auto state = texts_state(frame.texts);
            if (frame.texts.empty() || state == kTextsGone) {
                return {};
            }
            if (state == kTextsMoved) {
                found.moved.push_back(section);
                return {};
            }
            if (!texts_are_intact(frame.texts)) {
                return damaged(files, section);
            }
            found.live.push_back(section);
            return visit(section, frame.texts);
        };
        TRY_VOID(each_frame(file, files.salt(number), stop, look));
    }
    return found;
}

Result<std::unique_ptr<RocksdbStore>> look_at_texts(const SegmentTexts::Place& place,
                                                    const ManifestPosition& manifest) {
    if (manifest.number == 0 && !exists(place.paths.texts)) {
        return nullptr;
    }
    if (!exists(place.paths.texts)) {
        return failure(ErrorCode::corrupted, place.paths.texts + " is missing");
    }
    TRY_VOID(check_manifest(place.paths.texts, manifest));
    TRY(auto store, open_rocksdb_store(place.paths.texts, StoreMode::read));
    TRY_VOID(check_identity(*store, place));
    return store;
}

Result<std::unique_ptr<SegmentTexts>> SegmentTexts::open(Place place, UnmovedTexts unmoved,
                                                         std::uint64_t oldest) {
    std::unique_ptr<SegmentTexts> texts(
        new SegmentTexts(std::move(place), std::move(unmoved), oldest));
    if (exists(texts->place_.paths.texts)) {
        TRY_VOID(texts->store_to_write());
    }
    return texts;
}

void SegmentTexts::note(const TextSection& section) {
    const std::scoped_lock lock(noted_mutex_);
    noted_.push_back(section);
}

void SegmentTexts::take_noted() {
    const std::scoped_lock lock(noted_mutex_);
    live_.insert(live_.end(), noted_.begin(), noted_.end());
    noted_.clear();
}

Result<void> SegmentTexts::index() {
    for (; indexed_ < live_.size(); ++indexed_) {
        const TextSection& section = live_[indexed_];
        TRY(const base::Buffer bytes, read_section(*place_.files, section));
        TRY_VOID(each_text(bytes, [&](const PrivateText& text) -> Result<void> {
            const auto skip = std::as_bytes(std::span(text.text)).data() - bytes.data();
            index_.insert_or_assign(
                text.digest,
                Found{section.segment, section.offset + static_cast<std::uint64_t>(skip),
                      text.text.size()});
            return {};
        }));
    }
    return {};
}

Result<std::optional<std::string>> SegmentTexts::find(base::Digest128 digest) {
    {
        const std::scoped_lock lock(mutex_);  // nothing is zeroed before it has left the index
        take_noted();
        TRY_VOID(index());
        const auto found = index_.find(digest);
        if (found != index_.end()) {
            const auto& [segment, offset, size] = found->second;
            TRY(const auto file,
                PosixFile::open(place_.files->path(segment), PosixFile::Mode::read));
            std::string text(size, '\0');
            TRY(const auto read, file.read_at(offset, std::as_writable_bytes(std::span(text))));
            text.resize(read);
            return text;
        }
    }
    const auto moved_to = store();
    return moved_to ? moved_to->private_text(digest)
                    : Result<std::optional<std::string>>(std::nullopt);
}

std::shared_ptr<RocksdbStore> SegmentTexts::store() {
    const std::scoped_lock lock(mutex_);
    return store_;
}

Result<std::shared_ptr<RocksdbStore>> SegmentTexts::store_to_write() {
    if (auto there = store()) {
        return there;
    }
    TRY(auto opened, open_rocksdb_store(place_.paths.texts, StoreMode::create));
    TRY_VOID(sync_directory(place_.paths.format.substr(0, place_.paths.format.rfind('/'))));
    TRY_VOID(check_identity(*opened, place_));
    TRY_VOID(opened->put_meta(kIdentityName, place_.id));
    TRY(watch_, ManifestWatch::open(place_.paths.texts));
    TRY_VOID(remember_manifest());
    const std::scoped_lock lock(mutex_);
    store_ = std::move(opened);
    return store_;
}

Result<void> SegmentTexts::remember_manifest() {
    TRY(const auto position, watch_->position());
    const std::scoped_lock lock(noted_mutex_);
    manifest_ = std::exchange(newest_manifest_, position);
    return {};
}

ManifestPosition SegmentTexts::manifest() {
    const std::scoped_lock lock(noted_mutex_);
    return manifest_;
}

Result<void> SegmentTexts::put(std::span<const TextSection> sections) {
    TRY(const auto target, store_to_write());
    std::vector<std::pair<base::Digest128, std::string>> kept;
    std::size_t waiting = 0;
    const auto flush = [&]() -> Result<void> {
        std::vector<PrivateText> texts;
        for (const auto& [digest, text] : kept) {
            texts.push_back({.digest = digest, .text = text});
        }
        TRY_VOID(texts.empty() ? Result<void>() : target->put_private(texts));
        kept.clear();
        waiting = 0;
        return {};
    };
    for (const TextSection& section : sections) {
        TRY(const base::Buffer bytes, read_section(*place_.files, section));
        TRY_VOID(each_text(bytes, [&](const PrivateText& text) -> Result<void> {
            kept.emplace_back(text.digest, text.text);
            waiting += sizeof text.digest + text.text.size();
            return waiting >= kTextBytesAtOnce ? flush() : Result<void>();
        }));
    }
    return flush();
}

Result<void> SegmentTexts::move(std::uint64_t through,
                                const std::function<Result<void>()>& sync_mark) {
    const std::scoped_lock one_at_a_time(moving_);
    std::vector<TextSection> sections;
    {
        const std::scoped_lock lock(mutex_);
        take_noted();
        std::ranges::copy_if(live_, std::back_inserter(sections),
                             [&](const TextSection& s) { return s.segment <= through; });
    }
    if (!sections.empty()) {
        TRY_VOID(put(sections));
        const std::scoped_lock lock(mutex_);
        // Sections are in the order of the ledger, so those that were moved are the first ones.
        live_.erase(live_.begin(), live_.begin() + static_cast<std::ptrdiff_t>(sections.size()));
        moved_.insert(moved_.end(), sections.begin(), sections.end());
        index_.clear();
        indexed_ = 0;
    }
    TRY_VOID(zero(sync_mark));
    if (through != kAll) {
        oldest_ = std::max(oldest_.load(), through + 1);
    }
    return watch_ ? remember_manifest() : Result<void>();
}

Result<void> SegmentTexts::zero(const std::function<Result<void>()>& sync_mark) {
    std::map<std::uint64_t, std::vector<TextSection>> by_segment;
    {
        const std::scoped_lock lock(mutex_);
        for (const TextSection& section : moved_) {
            by_segment[section.segment].push_back(section);
        }
    }
    TRY_VOID(by_segment.empty() ? Result<void>() : sync_mark());
    const auto state_bytes = [](const std::uint32_t& state) {
        return std::as_bytes(std::span(&state, 1));
    };
    for (const auto& [segment, sections] : by_segment) {
        // A file of its own: a sync that fails here must still be told to whoever appends.
        TRY(auto file, PosixFile::open(place_.files->path(segment), PosixFile::Mode::overwrite));
        for (const TextSection& section : sections) {
            TRY_VOID(file.write_at(section.offset, state_bytes(kTextsMoved)));
        }
        TRY_VOID(file.sync_data());
        for (const TextSection& section : sections) {
            const base::Buffer zeros(section.bytes - sizeof kTextsMoved);
            TRY_VOID(file.write_at(section.offset + sizeof kTextsMoved, zeros));
        }
        TRY_VOID(file.sync_data());
        for (const TextSection& section : sections) {
            TRY_VOID(file.write_at(section.offset, state_bytes(kTextsGone)));
        }
        TRY_VOID(file.sync_data());
    }
    const std::scoped_lock lock(mutex_);
    moved_.clear();
    return {};
}

Result<void> SegmentTexts::erase(std::span<const base::Digest128> digests) {
    const std::scoped_lock one_at_a_time(moving_);
    const auto target = store();
    TRY_VOID(target ? target->erase_private(digests) : Result<void>());
    return watch_ ? remember_manifest() : Result<void>();
}

Result<std::unique_ptr<TextsView>> TextsView::open(const SegmentTexts::Place& place,
                                                   const SegmentsEnd& end) {
    auto view = std::make_unique<TextsView>();
    // First the segments, then the store: what is moved in between is in both.
    const auto collect = [&](const TextSection&, std::span<const std::byte> bytes) {
        return each_text(bytes, [&](const PrivateText& text) -> Result<void> {
            view->unmoved_.insert_or_assign(text.digest, std::string(text.text));
            return {};
        });
    };
    TRY_VOID(scan_texts(*place.files, end, collect));
    TRY(const TailMark mark, TailMark::open(place.paths.tail, PosixFile::Mode::read));
    TRY(view->store_, look_at_texts(place, mark.newest().manifest));
    return view;
}

Result<std::optional<std::string>> TextsView::find(base::Digest128 digest) {
    if (const auto found = unmoved_.find(digest); found != unmoved_.end()) {
        return found->second;
    }
    return store_ ? store_->private_text(digest) : Result<std::optional<std::string>>(std::nullopt);
}

Result<void> TextsView::each(const PrivateTextVisitor& visit) {
    for (const auto& [digest, text] : unmoved_) {
        TRY_VOID(visit({.digest = digest, .text = text}));
    }
    if (!store_) {
        return {};
    }
    return store_->each_private_text([&](const PrivateText& text) {
        return unmoved_.contains(text.digest) ? Result<void>() : visit(text);
    });
}

}  // namespace holdfast::ledger
