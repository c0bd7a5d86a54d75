// Principals, totals, and pages of transfers, cells and SKUs.
#include <algorithm>
#include <array>
#include <utility>

#include "projection/history_reader.hpp"

namespace holdfast::projection {

using base::Result;

namespace {

constexpr char kTransferList = 'x';
constexpr char kCellList = 'b';
constexpr char kSkuList = 'u';
constexpr std::int64_t kMsPerSecond = 1'000;

PrincipalFigures figures_of(const PrincipalKey& key, PrincipalRow row) {
    row.figures.kind = key.kind;
    row.figures.principal = key.principal;
    row.figures.wasted_unit_seconds = row.wasted_unit_ms / kMsPerSecond;
    return std::move(row.figures);
}

bool is_empty(const model::CellImage& cell) {
    return cell.on_hand == 0 && cell.unavailable == 0 && cell.held == 0 && cell.committed == 0 &&
           cell.soft_held == 0;
}

// One place for (pool, SKU): what a key of cells by pool ends with.
constexpr std::size_t kPlaceBytes = kPoolBytes + kSkuBytes;

CellKey cell_of(model::TenantId tenant, std::uint64_t place) {
    return {.tenant = tenant,
            .sku = model::SkuId(static_cast<std::uint32_t>(place)),
            .pool = model::PoolId(static_cast<std::uint16_t>(place >> (8 * kSkuBytes)))};
}

}  // namespace

// -- principals -----------------------------------------------------------------------------------

Result<std::optional<PrincipalFigures>> HistoryReader::principal(const PrincipalKey& key) {
    TRY(auto row, read<PrincipalRow>(principal_key(key)));
    if (!row) {
        return std::nullopt;
    }
    return figures_of(key, *std::move(row));
}

Result<PrincipalPage> HistoryReader::wasteful(model::TenantId tenant,
                                              std::optional<model::PrincipalKind> kind,
                                              std::size_t limit) {
    using enum model::PrincipalKind;
    TRY(const Progress now, progress());
    PrincipalPage page{.rows = {}, .position = now.position, .as_of = now.as_of};
    const std::size_t rows = clamp_page(limit);
    struct Wasted {
        std::uint64_t complement;
        PrincipalKey key;
    };
    std::vector<Wasted> found;
    for (const model::PrincipalKind each : {agent, operator_, buyer}) {
        if (kind && each != *kind) {
            continue;
        }
        const std::string prefix = wasted_prefix(tenant, each);
        HistoryWalk walk = view_->walk(prefix, behind(prefix));
        std::size_t left = rows;
        for (walk.seek(prefix); walk.valid() && left > 0; walk.next(), --left) {
            TRY(const auto wasted, parsed(number_at(walk.key(), prefix.size(), 8)));
            TRY(const auto high, parsed(number_at(walk.key(), prefix.size() + 8, 8)));
            TRY(const auto low, parsed(number_at(walk.key(), prefix.size() + 16, 8)));
            found.push_back(
                {.complement = wasted,
                 .key = {.tenant = tenant, .kind = each, .principal = {.high = high, .low = low}}});
        }
        TRY_VOID(walk.status());
    }
    std::ranges::stable_sort(found, {}, &Wasted::complement);
    found.resize(std::min(found.size(), rows), {});
    for (const Wasted& each : found) {
        TRY(auto figures, principal(each.key));
        TRY(auto row, parsed(std::move(figures)));
        page.rows.push_back(std::move(row));
    }
    return page;
}

Result<HistoryTotals> HistoryReader::totals(model::TenantId tenant) {
    TRY(const Progress now, progress());
    TRY(auto stored, read<TotalsRow>(totals_key(tenant)));
    TotalsRow row = std::move(stored).value_or(TotalsRow{});
    row.figures.released_unit_seconds = row.released_unit_ms / kMsPerSecond;
    row.figures.expired_unit_seconds = row.expired_unit_ms / kMsPerSecond;
    row.figures.position = now.position;
    row.figures.as_of = now.as_of;
    return std::move(row.figures);
}

// -- pages ----------------------------------------------------------------------------------------

Result<TransferPage> HistoryReader::open_transfers(model::TenantId tenant,
                                                   std::optional<model::SkuId> sku,
                                                   std::string_view resume_after,
                                                   std::size_t limit) {
    const auto before = from_resume(kTransferList, resume_after, UINT64_MAX);
    if (!before) {
        return wrong_cursor();
    }
    TRY(const Progress now, progress());
    TransferPage page{.rows = {}, .resume_after = {}, .position = now.position, .as_of = now.as_of};
    const std::string prefix = transfer_prefix(tenant);
    HistoryWalk walk = view_->walk(prefix, behind(prefix));
    std::uint64_t last = *before;
    std::size_t scanned = 0;
    walk.seek(transfer_key(tenant, model::TransferId(*before - 1)));
    for (; walk.valid(); walk.next(), ++scanned) {
        if (page.rows.size() == clamp_page(limit) || scanned == kHistoryScansMax) {
            page.resume_after = to_resume(kTransferList, last);
            break;
        }
        TRY(const auto id, parsed(number_at(walk.key(), prefix.size(), 8)));
        last = ~id;
        TRY(auto row, parse<OpenTransfer>(walk.value()));
        if (!sku || row.sku == *sku) {
            page.rows.push_back(std::move(row));
        }
    }
    TRY_VOID(walk.status());
    return page;
}

Result<CellPage> HistoryReader::cells(model::TenantId tenant, std::optional<model::PoolId> pool,
                                      std::string_view resume_after, std::size_t limit) {
    const auto from = from_resume(kCellList, resume_after, 0);
    if (!from) {
        return wrong_cursor();
    }
    TRY(const Progress now, progress());
    CellPage page{.rows = {}, .resume_after = {}, .position = now.position, .as_of = now.as_of};
    const std::string prefix = by_pool_prefix(tenant, pool);
    const std::size_t place_at = 1 + kTenantBytes;
    HistoryWalk walk = view_->walk(prefix, behind(prefix));
    std::size_t scanned = 0;
    resume_after.empty() ? walk.seek(prefix) : walk.seek(by_pool_key(cell_of(tenant, *from)));
    for (; walk.valid(); walk.next(), ++scanned) {
        TRY(const auto place, parsed(number_at(walk.key(), place_at, kPlaceBytes)));
        if (page.rows.size() == clamp_page(limit) || scanned == kHistoryScansMax) {
            page.resume_after = to_resume(kCellList, place);
            break;
        }
        const CellKey key = cell_of(tenant, place);
        TRY(const auto stored, read<CellRow>(cell_key(key)));
        TRY(const CellRow row, parsed(stored));
        if (!is_empty(row.cell)) {
            page.rows.push_back({.sku = key.sku,
                                 .pool = key.pool,
                                 .cell = row.cell,
                                 .changed_by = row.changed_by,
                                 .changed_at = row.changed_at});
        }
    }
    TRY_VOID(walk.status());
    return page;
}

Result<SkuPage> HistoryReader::skus(model::TenantId tenant, std::string_view resume_after,
                                    std::size_t limit) {
    const auto from = from_resume(kSkuList, resume_after, 0);
    if (!from) {
        return wrong_cursor();
    }
    TRY(const Progress now, progress());
    SkuPage page{.rows = {}, .resume_after = {}, .position = now.position, .as_of = now.as_of};
    const std::string prefix = sku_prefix(tenant);
    HistoryWalk walk = view_->walk(prefix, behind(prefix));
    walk.seek(sku_key({.tenant = tenant, .sku = model::SkuId(static_cast<std::uint32_t>(*from))}));
    for (; walk.valid(); walk.next()) {
        TRY(const auto id, parsed(number_at(walk.key(), prefix.size(), kSkuBytes)));
        if (page.rows.size() == clamp_page(limit)) {
            page.resume_after = to_resume(kSkuList, id);
            break;
        }
        TRY(auto row, parse<SkuRow>(walk.value()));
        row.figures.sku = model::SkuId(static_cast<std::uint32_t>(id));
        page.rows.push_back(row.figures);
    }
    TRY_VOID(walk.status());
    return page;
}

}  // namespace holdfast::projection
