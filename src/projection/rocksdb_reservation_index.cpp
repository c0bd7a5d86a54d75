#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/snapshot.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/table_properties_collectors.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <filesystem>
#include <map>
#include <utility>

#include "base/log.hpp"
#include "ledger/rocksdb_errors.hpp"
#include "model/event_codec.hpp"
#include "model/limits.hpp"
#include "projection/reservation_index.hpp"
#include "projection/reservation_keys.hpp"

namespace holdfast::projection {
namespace {

using base::ErrorCode;
using base::failure;
using base::Result;

constexpr std::size_t kMiB = std::size_t{1} << 20;

// Capital letters: the kinds of reservation keys are small ones.
constexpr std::string_view kFormatKey = "Format";
constexpr std::string_view kPositionKey = "Position";
constexpr std::string_view kFormatWords = "holdfast reservation index ";
constexpr std::string_view kFormat = "holdfast reservation index 1";

// What is read for one page, whatever was asked: a list that finds little, or large reservations,
// answers with a short page instead of keeping a thread and its memory busy.
constexpr std::size_t kPageScansMax = 4'000;
constexpr std::size_t kPageBytesMax = 4 * kMiB;

rocksdb::Options database_options() {
    rocksdb::BlockBasedTableOptions table;
    table.block_cache = rocksdb::NewLRUCache(16 * kMiB);
    table.format_version = 5;
    // Indexes and filters of a large database are large themselves: they come in parts and live in
    // the cache, so that memory stays bounded.
    table.cache_index_and_filter_blocks = true;
    table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
    table.partition_filters = true;
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));

    rocksdb::Options options;
    options.create_if_missing = true;
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    options.compression = rocksdb::kNoCompression;
    // Most keys of a hold's life are gone again minutes later: what meets in memory is never
    // written, and what is written is merged with no more than there is of it in one level.
    options.write_buffer_size = 32 * kMiB;
    options.max_write_buffer_number = 3;
    options.max_bytes_for_level_base = 128 * kMiB;
    // A commit comes sorted by kind: each key is looked for from where the one before went.
    options.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(1));
    options.max_open_files = 256;
    options.max_background_jobs = 2;
    options.max_log_file_size = kMiB;
    options.keep_log_file_num = 2;
    options.stats_dump_period_sec = 0;
    options.stats_persist_period_sec = 0;
    // Closing keeps everything that was committed, although the write-ahead log is off.
    options.avoid_flush_during_shutdown = false;
    // Deadlines and waiting states leave deleted keys where lists begin to read; files full of
    // them are rewritten early.
    options.table_properties_collector_factories = {
        rocksdb::NewCompactOnDeletionCollectorFactory(/*sliding_window_size=*/1'024,
                                                      /*deletion_trigger=*/256)};
    return options;
}

// Without the write-ahead log a crash loses the memory table: whole commits, the newest ones, with
// their positions. The replayer reads them from the ledger again, and nothing is written twice.
rocksdb::WriteOptions write_options() {
    rocksdb::WriteOptions options;
    options.disableWAL = true;
    return options;
}

rocksdb::Slice slice(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
std::span<const std::byte> bytes_of(const rocksdb::Slice& value) {
    return base::as_bytes(value.ToStringView());
}

std::unexpected<base::Error> failed(const rocksdb::Status& status, const std::string& directory) {
    return ledger::rocksdb_failure(status, "the reservation index", directory);
}

std::unexpected<base::Error> damaged(const std::string& directory, std::string_view what) {
    return failure(ErrorCode::corrupted,
                   "the reservation index in " + directory + " is damaged: " + std::string(what) +
                       "; with the service stopped, delete the directory: it is rebuilt");
}

struct Progress {
    model::Sequence position{};
    base::Time as_of{};
};

base::Buffer to_bytes(const Progress& progress) {
    base::Buffer bytes;
    base::ByteWriter out(bytes);
    out.fixed(progress.position.value());
    out.fixed(base::to_ms(progress.as_of));
    return bytes;
}

Result<Progress> read_progress(rocksdb::DB& database, const rocksdb::ReadOptions& options,
                               const std::string& directory) {
    std::string value;
    const auto status = database.Get(options, rocksdb::Slice(kPositionKey), &value);
    if (status.IsNotFound()) {
        return Progress{};
    }
    if (!status.ok()) {
        return failed(status, directory);
    }
    base::ByteReader in(base::as_bytes(value));
    const model::Sequence position(in.fixed<std::uint64_t>());
    const base::Time as_of = base::time_from_ms(in.fixed<std::int64_t>());
    if (in.failed() || in.left() != 0) {
        return damaged(directory, "its position makes no sense");
    }
    return Progress{position, as_of};
}

// One `list`, on one snapshot.
class Listing {
  public:
    Listing(rocksdb::DB& database, const std::string& directory, const ReservationFilter& filter,
            std::size_t limit)
        : database_(database),
          directory_(directory),
          filter_(filter),
          order_(order_of(filter)),
          limit_(limit),
          snapshot_(&database) {
        options_.snapshot = snapshot_.snapshot();
    }

    Result<ReservationPage> run(std::string_view resume_after);

  private:
    struct Row {
        model::ReservationId id;
        rocksdb::PinnableSlice stored;
        Facets facets;
        std::span<const std::byte> event;  // part of `stored`
    };

    Result<void> read(Order order, std::string_view place, Row& row) const;
    [[nodiscard]] bool is_full() const {
        return page_.rows.size() == limit_ || bytes_ >= kPageBytesMax;
    }
    void add(const Row& row);

    // Reads the keys of a range in their order, which is that of the page.
    Result<void> walk(const Range& range);
    // Reads all that a reference or an owner has, and sorts it. False: it has too much.
    Result<bool> gather(std::string_view after);
    Result<void> take_first(std::vector<Place>& places);

    rocksdb::DB& database_;
    const std::string& directory_;
    const ReservationFilter& filter_;
    const Order order_;
    const std::size_t limit_;
    rocksdb::ManagedSnapshot snapshot_;
    rocksdb::ReadOptions options_;
    ReservationPage page_;
    std::size_t bytes_ = 0;
};

Result<void> Listing::read(Order order, std::string_view place, Row& row) const {
    row.stored.Reset();
    const auto id = id_at(order, place);
    if (!id) {
        return damaged(directory_, "a key makes no sense");
    }
    const std::string key = row_key(filter_.tenant, *id);
    const auto status = database_.Get(options_, database_.DefaultColumnFamily(), key, &row.stored);
    if (status.IsNotFound()) {
        return damaged(directory_, "a key leads to no reservation");
    }
    if (!status.ok()) {
        return failed(status, directory_);
    }
    row.event = bytes_of(row.stored);
    const auto facets = take_facets(row.event);
    if (!facets) {
        return damaged(directory_, "a reservation does not parse");
    }
    row.id = *id;
    row.facets = *facets;
    return {};
}

void Listing::add(const Row& row) {
    page_.rows.emplace_back(row.event.begin(), row.event.end());
    bytes_ += row.event.size();
}

Result<void> Listing::walk(const Range& range) {
    const rocksdb::Slice end(range.end);
    rocksdb::ReadOptions options = options_;
    options.iterate_upper_bound = &end;
    const std::unique_ptr<rocksdb::Iterator> at(database_.NewIterator(options));
    Row row;
    Place last;
    std::size_t scanned = 0;
    for (at->Seek(range.from); at->Valid(); at->Next(), ++scanned) {
        if (is_full() || scanned == kPageScansMax) {
            page_.resume_after = to_resume(order_, last);
            break;
        }
        last = range.place(at->key().ToStringView());
        TRY_VOID(read(order_, last, row));
        if (matches(row.facets, filter_)) {
            add(row);
        }
    }
    return at->status().ok() ? Result<void>() : failed(at->status(), directory_);
}

Result<bool> Listing::gather(std::string_view after) {
    const Range range = range_by_id(filter_, "");
    const rocksdb::Slice end(range.end);
    rocksdb::ReadOptions options = options_;
    options.iterate_upper_bound = &end;
    const std::unique_ptr<rocksdb::Iterator> at(database_.NewIterator(options));
    Row row;
    std::vector<Place> places;
    std::size_t scanned = 0;
    for (at->Seek(range.from); at->Valid(); at->Next()) {
        if (++scanned > kPageScansMax) {
            return false;
        }
        const auto by_id = range.place(at->key().ToStringView());
        TRY_VOID(read(Order::newest_first, by_id, row));
        if (matches(row.facets, filter_)) {
            places.push_back(place_of(order_, row.id, row.facets));
        }
    }
    if (!at->status().ok()) {
        return failed(at->status(), directory_);
    }
    std::erase_if(places, [&](const Place& place) { return place <= after; });
    TRY_VOID(take_first(places));
    return true;
}

Result<void> Listing::take_first(std::vector<Place>& places) {
    std::ranges::sort(places);
    Row row;
    for (std::size_t i = 0; i < places.size(); ++i) {
        if (is_full()) {
            page_.resume_after = to_resume(order_, places[i - 1]);
            break;
        }
        TRY_VOID(read(order_, places[i], row));
        add(row);
    }
    return {};
}

Result<ReservationPage> Listing::run(std::string_view resume_after) {
    const auto after = from_resume(order_, resume_after);
    if (!after) {
        return failure(ErrorCode::invalid_input, "the cursor does not belong to this list");
    }
    TRY(const Progress progress, read_progress(database_, options_, directory_));
    page_.position = progress.position;
    page_.as_of = progress.as_of;
    if (order_ == Order::newest_first) {
        TRY_VOID(walk(range_by_id(filter_, *after)));
        return std::move(page_);
    }
    bool done = false;
    if (filter_.reference || filter_.owner) {
        TRY(done, gather(*after));
    }
    if (!done) {
        TRY_VOID(walk(range_by_deadline(filter_, *after)));
    }
    return std::move(page_);
}

class Index final : public ReservationIndex {
  public:
    explicit Index(std::string directory) : directory_(std::move(directory)) {}

    Result<void> open();

    Result<void> put(const model::ReservationImage& image) override;
    Result<void> commit(model::Sequence position, base::Time as_of) override;
    [[nodiscard]] model::Sequence position() const override {
        return model::Sequence(position_.load(std::memory_order_acquire));
    }
    Result<ReservationPage> list(const ReservationFilter& filter, std::string_view resume_after,
                                 std::size_t limit) override;

  private:
    using Name = std::pair<model::TenantId, model::ReservationId>;
    // Several images of one reservation between two commits are written as one.
    struct Pending {
        Facets facets;
        base::Buffer row;
    };

    [[nodiscard]] Result<void> check(const rocksdb::Status& status) const {
        return status.ok() ? Result<void>() : failed(status, directory_);
    }
    Result<void> open_database();
    Result<std::string> stored_format();
    Result<void> drop_other_format();
    Result<std::optional<Facets>> committed_facets(const std::string& key);
    Result<void> add(rocksdb::WriteBatch& batch, const Name& name, const Pending& pending);

    std::string directory_;
    std::unique_ptr<rocksdb::DB> database_;
    std::map<Name, Pending> pending_;
    bool failed_ = false;  // the last commit
    std::atomic<std::uint64_t> position_{0};
};

Result<void> Index::open_database() {
    rocksdb::DB* opened = nullptr;
    TRY_VOID(check(rocksdb::DB::Open(database_options(), directory_, &opened)));
    database_.reset(opened);
    return {};
}

// Empty: nothing was ever written here.
Result<std::string> Index::stored_format() {
    std::string format;
    const auto status = database_->Get({}, rocksdb::Slice(kFormatKey), &format);
    if (!status.IsNotFound()) {
        TRY_VOID(check(status));
    }
    if (format.starts_with(kFormatWords)) {
        return format;
    }
    const std::unique_ptr<rocksdb::Iterator> any(database_->NewIterator({}));
    any->SeekToFirst();
    TRY_VOID(check(any->status()));
    if (any->Valid()) {
        return failure(
            ErrorCode::invalid_input,
            directory_ + " holds a database that is no reservation index; nothing was changed");
    }
    return std::string();
}

Result<void> Index::drop_other_format() {
    TRY(const std::string format, stored_format());
    if (format == kFormat) {
        return {};
    }
    if (!format.empty()) {
        base::log_info("reservation index of another format is rebuilt",
                       {{"directory", directory_}, {"format", format}});
        database_.reset();
        TRY_VOID(check(rocksdb::DestroyDB(directory_, database_options())));
        TRY_VOID(open_database());
    }
    return check(
        database_->Put(write_options(), rocksdb::Slice(kFormatKey), rocksdb::Slice(kFormat)));
}

Result<void> Index::open() {
    std::error_code error;
    std::filesystem::create_directories(directory_, error);
    if (error) {
        const bool is_denied = error == std::errc::permission_denied;
        return failure(is_denied ? ErrorCode::permission_denied : ErrorCode::unavailable,
                       "cannot make the directory " + directory_ + ": " + error.message());
    }
    TRY_VOID(open_database());
    TRY_VOID(drop_other_format());
    TRY(const Progress progress, read_progress(*database_, {}, directory_));
    position_.store(progress.position.value(), std::memory_order_release);
    return {};
}

Result<void> Index::put(const model::ReservationImage& image) {
    Pending& pending = pending_[{image.tenant, image.id}];
    pending.facets = facets_of(image);
    pending.row.clear();
    write_facets(pending.facets, pending.row);
    model::encode(model::ReservationChanged{.image = image}, pending.row);
    return {};
}

Result<std::optional<Facets>> Index::committed_facets(const std::string& key) {
    rocksdb::PinnableSlice stored;
    const auto status = database_->Get({}, database_->DefaultColumnFamily(), key, &stored);
    if (status.IsNotFound()) {
        return std::nullopt;
    }
    TRY_VOID(check(status));
    auto row = bytes_of(stored);
    const auto facets = take_facets(row);
    if (!facets) {
        return damaged(directory_, "a reservation does not parse");
    }
    return facets;
}

// A key is put only while it is absent and deleted only while it is there, which is what
// SingleDelete asks for; in return both vanish as soon as they meet.
Result<void> Index::add(rocksdb::WriteBatch& batch, const Name& name, const Pending& pending) {
    const std::string key = row_key(name.first, name.second);
    TRY(const auto before, committed_facets(key));
    TRY_VOID(check(batch.Put(key, slice(pending.row))));
    if (before == pending.facets) {
        return {};
    }
    const auto wanted = index_keys(name.first, name.second, pending.facets);
    const auto present =
        before ? index_keys(name.first, name.second, *before) : std::vector<std::string>();
    for (const std::string& gone : present) {
        if (!std::ranges::binary_search(wanted, gone)) {
            TRY_VOID(check(batch.SingleDelete(gone)));
        }
    }
    for (const std::string& added : wanted) {
        if (!std::ranges::binary_search(present, added)) {
            TRY_VOID(check(batch.Put(added, rocksdb::Slice())));
        }
    }
    return {};
}

// After a failed commit a row that changes nothing goes first: while the disk takes nothing, a try
// costs no more than that, however much has gathered.
Result<void> Index::commit(model::Sequence position, base::Time as_of) {
    if (std::exchange(failed_, true)) {
        TRY_VOID(check(
            database_->Put(write_options(), rocksdb::Slice(kFormatKey), rocksdb::Slice(kFormat))));
    }
    rocksdb::WriteBatch batch;
    for (const auto& [name, pending] : pending_) {
        TRY_VOID(add(batch, name, pending));
    }
    const base::Buffer progress = to_bytes({position, as_of});
    TRY_VOID(check(batch.Put(rocksdb::Slice(kPositionKey), slice(progress))));
    TRY_VOID(check(database_->Write(write_options(), &batch)));
    failed_ = false;
    pending_.clear();
    position_.store(position.value(), std::memory_order_release);
    return {};
}

Result<ReservationPage> Index::list(const ReservationFilter& filter, std::string_view resume_after,
                                    std::size_t limit) {
    const std::size_t rows = std::clamp(limit, std::size_t{1}, model::kPageSizeMax);
    return Listing(*database_, directory_, filter, rows).run(resume_after);
}

}  // namespace

Result<std::unique_ptr<ReservationIndex>> open_reservation_index(const std::string& directory) {
    try {
        auto index = std::make_unique<Index>(directory);
        TRY_VOID(index->open());
        return index;
    } catch (const std::exception& thrown) {
        return ledger::thrown_failure(thrown, "the reservation index", directory);
    }
}

}  // namespace holdfast::projection
