#include "ledger/open_ledger.hpp"

#include "ledger/rocksdb_ledger.hpp"
#include "ledger/segment_ledger.hpp"
#include "ledger/segment_opening.hpp"

namespace holdfast::ledger {

using base::Result;

Result<std::unique_ptr<Ledger>> open_ledger(const LedgerOptions& options,
                                            std::optional<LedgerKind> kind) {
    if (!kind) {
        const auto info = read_ledger_info(options.path);
        if (!info && info.error().code != base::ErrorCode::not_found) {
            return std::unexpected(info.error());
        }
        kind = info ? info->kind : kDefaultKind;
    }
    return *kind == LedgerKind::rocksdb ? open_rocksdb_ledger(options)
                                        : open_segment_ledger(options);
}

Result<std::unique_ptr<Ledger>> open_ledger_to_read(const std::string& path, Warn warn) {
    TRY(const LedgerInfo info, read_ledger_info(path));
    return open_ledger({.path = path,
                        .partition = info.partition,
                        .create_if_missing = false,
                        .read_only = true,
                        .warn = std::move(warn)},
                       info.kind);
}

Result<void> each_private_text(const std::string& path, const PrivateTextVisitor& visit) {
    TRY(const LedgerInfo info, read_ledger_info(path));
    if (info.kind == LedgerKind::rocksdb) {
        TRY(const auto store, open_rocksdb_store(LedgerPaths(path).database, StoreMode::read));
        return store->each_private_text(visit);
    }
    TRY(const auto opened,
        open_segments({.path = path, .partition = info.partition, .read_only = true}));
    TRY(const auto view, TextsView::open(texts_place(opened), opened.end));
    return view->each(visit);
}

}  // namespace holdfast::ledger
