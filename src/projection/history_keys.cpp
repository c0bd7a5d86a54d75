#include "projection/history_keys.hpp"

namespace holdfast::projection {
namespace {

// Persisted: never renumber.
constexpr char kGroup = 'a';
constexpr char kTime = 'i';
constexpr char kSubject = 's';
constexpr char kJournal = 'j';
constexpr char kMovements = 'm';
constexpr char kCell = 'c';
constexpr char kByPool = 'b';
constexpr char kPromise = 'p';
constexpr char kReservation = 'r';
constexpr char kSku = 'u';
constexpr char kClass = 'k';
constexpr char kPrincipal = 'o';
constexpr char kWasted = 'w';
constexpr char kTotals = 't';
constexpr char kTransfer = 'x';

std::string of_cell(char kind, const CellKey& cell) {
    return KeyText(kind).add(cell.tenant).add(cell.sku).add(cell.pool).take();
}

SubjectKind kind_of(model::PrincipalKind kind) {
    switch (kind) {
        case model::PrincipalKind::agent: return SubjectKind::agent;
        case model::PrincipalKind::operator_: return SubjectKind::operator_;
        case model::PrincipalKind::buyer: return SubjectKind::buyer;
    }
    return SubjectKind::agent;
}

KeyText of_principal(char kind, model::TenantId tenant, model::PrincipalKind principal) {
    KeyText key(kind);
    key.add(tenant).number(std::to_underlying(principal), 1);
    return key;
}

}  // namespace

SubjectKey subject_of(model::TenantId tenant, model::SkuId sku) {
    return {.kind = SubjectKind::sku, .tenant = tenant, .name = {.high = 0, .low = sku.value()}};
}
SubjectKey subject_of(model::TenantId tenant, model::PoolId pool) {
    return {.kind = SubjectKind::pool, .tenant = tenant, .name = {.high = 0, .low = pool.value()}};
}
SubjectKey subject_of(model::TenantId tenant, model::ReservationId reservation) {
    return {.kind = SubjectKind::reservation,
            .tenant = tenant,
            .name = {.high = 0, .low = reservation.value()}};
}
SubjectKey subject_of_reference(model::TenantId tenant, base::Digest128 reference) {
    return {.kind = SubjectKind::reference, .tenant = tenant, .name = reference};
}
SubjectKey subject_of(model::TenantId tenant, model::PrincipalKind kind,
                      base::Digest128 principal) {
    return {.kind = kind_of(kind), .tenant = tenant, .name = principal};
}

KeyText& KeyText::number(std::uint64_t value, std::size_t bytes) {
    for (std::size_t left = bytes; left > 0; --left) {
        text_.push_back(static_cast<char>(value >> (8 * (left - 1))));
    }
    return *this;
}

// Flipping the sign makes times before 1970 sort first.
KeyText& KeyText::add(base::Time time) {
    return number(static_cast<std::uint64_t>(base::to_ms(time)) ^ (std::uint64_t{1} << 63), 8);
}

std::string group_key(model::Sequence first) {
    return KeyText(kGroup).number(first.value(), 8).take();
}

std::string time_key(base::Time time) { return KeyText(kTime).add(time).take(); }

std::string subject_prefix(const SubjectKey& subject) {
    return KeyText(kSubject)
        .number(static_cast<std::uint8_t>(subject.kind), 1)
        .add(subject.tenant)
        .add(subject.name)
        .take();
}

std::string journal_prefix(const CellKey& cell) { return of_cell(kJournal, cell); }
std::string movement_prefix(const CellKey& cell) { return of_cell(kMovements, cell); }

std::string block_key(std::string prefix, model::Sequence first) {
    const std::uint64_t value = ~first.value();
    for (std::size_t left = 8; left > 0; --left) {
        prefix.push_back(static_cast<char>(value >> (8 * (left - 1))));
    }
    return prefix;
}

std::string cell_key(const CellKey& cell) { return of_cell(kCell, cell); }

std::string cells_of_sku(const SkuKey& sku) {
    return KeyText(kCell).add(sku.tenant).add(sku.sku).take();
}

std::string by_pool_key(const CellKey& cell) {
    return KeyText(kByPool).add(cell.tenant).add(cell.pool).add(cell.sku).take();
}

std::string by_pool_prefix(model::TenantId tenant, std::optional<model::PoolId> pool) {
    KeyText key(kByPool);
    key.add(tenant);
    if (pool) {
        key.add(*pool);
    }
    return key.take();
}

std::string promise_prefix(const CellKey& cell) { return of_cell(kPromise, cell); }

std::string promise_prefix(const CellKey& cell, PromiseKind kind) {
    return promise_prefix(cell) + static_cast<char>(std::to_underlying(kind));
}

std::string promise_key(const CellKey& cell, PromiseKind kind, model::ReservationId reservation,
                        std::uint32_t line) {
    return KeyText(kPromise)
        .add(cell.tenant)
        .add(cell.sku)
        .add(cell.pool)
        .number(std::to_underlying(kind), 1)
        .newest_first(reservation.value())
        .number(line, 4)
        .take();
}

std::string reservation_key(const ReservationKey& reservation) {
    return KeyText(kReservation).add(reservation.tenant).number(reservation.id.value(), 8).take();
}

std::string sku_prefix(model::TenantId tenant) { return KeyText(kSku).add(tenant).take(); }

std::string sku_key(const SkuKey& sku) { return KeyText(kSku).add(sku.tenant).add(sku.sku).take(); }

std::string class_key(model::TenantId tenant, model::ClassId sku_class) {
    return KeyText(kClass).add(tenant).add(sku_class).take();
}

std::string principal_key(const PrincipalKey& principal) {
    return of_principal(kPrincipal, principal.tenant, principal.kind)
        .add(principal.principal)
        .take();
}

std::string wasted_prefix(model::TenantId tenant, model::PrincipalKind kind) {
    return of_principal(kWasted, tenant, kind).take();
}

std::string wasted_key(const PrincipalKey& principal, std::int64_t unit_ms) {
    return of_principal(kWasted, principal.tenant, principal.kind)
        .newest_first(static_cast<std::uint64_t>(unit_ms))
        .add(principal.principal)
        .take();
}

std::string totals_key(model::TenantId tenant) { return KeyText(kTotals).add(tenant).take(); }

std::string transfer_prefix(model::TenantId tenant) {
    return KeyText(kTransfer).add(tenant).take();
}

std::string transfer_key(model::TenantId tenant, model::TransferId transfer) {
    return KeyText(kTransfer).add(tenant).newest_first(transfer.value()).take();
}

std::optional<std::uint64_t> number_at(std::string_view key, std::size_t at, std::size_t bytes) {
    if (key.size() < at + bytes) {
        return std::nullopt;
    }
    std::uint64_t number = 0;
    for (const char byte : key.substr(at, bytes)) {
        number = number << 8 | static_cast<unsigned char>(byte);
    }
    return number;
}

std::string behind(std::string prefix) {
    while (static_cast<unsigned char>(prefix.back()) == 0xff) {
        prefix.pop_back();
    }
    ++prefix.back();
    return prefix;
}

}  // namespace holdfast::projection
