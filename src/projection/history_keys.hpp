// History keys: under which keys the history stores and finds its rows.
//
//   a first                          -> events, in groups, as bytes
//   i time                           -> the newest event of that time or before (every so many)
//   s subject ~first                 -> numbers of the subject's events, from `first` on
//   j cell ~first                    -> the same of a cell, and its figures after each
//   m cell ~first                    -> movements of on hand and of what is unavailable
//   c cell                           -> figures now, running totals by term
//   b tenant pool sku                -> nothing: which cells there are, by pool
//   p cell kind ~reservation line    -> an open promise
//   r tenant reservation             -> what its lines have, as folded
//   u tenant sku                     -> what the SKU has been through
//   k tenant class                   -> what of the class moves deadlines
//   o tenant principal-kind digest   -> a principal's figures
//   w tenant principal-kind ~wasted digest -> nothing: principals by what they wasted
//   t tenant                         -> a tenant's totals
//   x tenant ~transfer               -> a transfer with units under way
//
// A cell is tenant, SKU, pool. All numbers are big-endian, so that keys sort by number; `~` is the
// complement, so that the newest comes first when reading forwards. Blocks are named by their first
// event: the first key at or behind `~n` is the block that may hold the events up to n.
// Persisted: another layout is another format version of the history.
// Internal to this folder. Thread rule: free functions and values.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/digest.hpp"
#include "base/time.hpp"
#include "model/ids.hpp"
#include "model/owner_caps.hpp"
#include "projection/history.hpp"

namespace holdfast::projection {

struct CellKey {
    model::TenantId tenant{};
    model::SkuId sku{};
    model::PoolId pool{};
    auto operator<=>(const CellKey&) const = default;
};

struct SkuKey {
    model::TenantId tenant{};
    model::SkuId sku{};
    auto operator<=>(const SkuKey&) const = default;
};

struct ReservationKey {
    model::TenantId tenant{};
    model::ReservationId id{};
    auto operator<=>(const ReservationKey&) const = default;
};

struct PrincipalKey {
    model::TenantId tenant{};
    model::PrincipalKind kind{};
    base::Digest128 principal{};
    auto operator<=>(const PrincipalKey&) const = default;
};

// What events are listed by, beside cells (whose journal lists them). Persisted: never renumber.
enum class SubjectKind : char {
    sku = 'k',
    pool = 'p',
    reservation = 'r',
    reference = 'f',
    agent = 'a',
    operator_ = 'o',
    buyer = 'b',
};

struct SubjectKey {
    SubjectKind kind{};
    model::TenantId tenant{};
    base::Digest128 name{};  // a digest, or a number in its low half
    auto operator<=>(const SubjectKey&) const = default;
};

[[nodiscard]] SubjectKey subject_of(model::TenantId tenant, model::SkuId sku);
[[nodiscard]] SubjectKey subject_of(model::TenantId tenant, model::PoolId pool);
[[nodiscard]] SubjectKey subject_of(model::TenantId tenant, model::ReservationId reservation);
[[nodiscard]] SubjectKey subject_of_reference(model::TenantId tenant, base::Digest128 reference);
[[nodiscard]] SubjectKey subject_of(model::TenantId tenant, model::PrincipalKind kind,
                                    base::Digest128 principal);

// A key, written field by field.
class KeyText {
  public:
    explicit KeyText(char kind) : text_(1, kind) { text_.reserve(40); }

    KeyText& number(std::uint64_t value, std::size_t bytes);
    KeyText& add(model::TenantId id) { return number(id.value(), 4); }
    KeyText& add(model::SkuId id) { return number(id.value(), 4); }
    KeyText& add(model::PoolId id) { return number(id.value(), 2); }
    KeyText& add(model::ClassId id) { return number(id.value(), 2); }
    KeyText& add(base::Digest128 digest) { return number(digest.high, 8).number(digest.low, 8); }
    KeyText& add(base::Time time);
    KeyText& newest_first(std::uint64_t value) { return number(~value, 8); }

    [[nodiscard]] std::string take() { return std::move(text_); }

  private:
    std::string text_;
};

inline constexpr std::string_view kPositionKey = "Position";

[[nodiscard]] std::string group_key(model::Sequence first);
[[nodiscard]] std::string time_key(base::Time time);
[[nodiscard]] std::string subject_prefix(const SubjectKey& subject);
[[nodiscard]] std::string journal_prefix(const CellKey& cell);
[[nodiscard]] std::string movement_prefix(const CellKey& cell);
// A block of one of the three above.
[[nodiscard]] std::string block_key(std::string prefix, model::Sequence first);
[[nodiscard]] std::string cell_key(const CellKey& cell);
[[nodiscard]] std::string cells_of_sku(const SkuKey& sku);  // prefix of its cells' keys
[[nodiscard]] std::string by_pool_key(const CellKey& cell);
[[nodiscard]] std::string by_pool_prefix(model::TenantId tenant, std::optional<model::PoolId> pool);
[[nodiscard]] std::string promise_prefix(const CellKey& cell);
[[nodiscard]] std::string promise_prefix(const CellKey& cell, PromiseKind kind);
[[nodiscard]] std::string promise_key(const CellKey& cell, PromiseKind kind,
                                      model::ReservationId reservation, std::uint32_t line);
[[nodiscard]] std::string reservation_key(const ReservationKey& reservation);
[[nodiscard]] std::string sku_prefix(model::TenantId tenant);
[[nodiscard]] std::string sku_key(const SkuKey& sku);
[[nodiscard]] std::string class_key(model::TenantId tenant, model::ClassId sku_class);
[[nodiscard]] std::string principal_key(const PrincipalKey& principal);
[[nodiscard]] std::string wasted_prefix(model::TenantId tenant, model::PrincipalKind kind);
[[nodiscard]] std::string wasted_key(const PrincipalKey& principal, std::int64_t unit_ms);
[[nodiscard]] std::string totals_key(model::TenantId tenant);
[[nodiscard]] std::string transfer_prefix(model::TenantId tenant);
[[nodiscard]] std::string transfer_key(model::TenantId tenant, model::TransferId transfer);

// Reads a key's end back. The caller knows how long its prefix is; too short: nothing.
[[nodiscard]] std::optional<std::uint64_t> number_at(std::string_view key, std::size_t at,
                                                     std::size_t bytes);
// The first key behind all that begin with the prefix. Kinds are letters: there always is one.
[[nodiscard]] std::string behind(std::string prefix);

inline constexpr std::size_t kTenantBytes = 4;
inline constexpr std::size_t kSkuBytes = 4;
inline constexpr std::size_t kPoolBytes = 2;

// Hashes of the names above, for tables in memory.
struct HistoryHash {
    [[nodiscard]] static std::size_t mix(std::uint64_t a, std::uint64_t b) {
        std::uint64_t x = a * 0x9e3779b97f4a7c15u ^ (b + 0x7f4a7c15u) * 0xbf58476d1ce4e5b9u;
        x ^= x >> 31;
        return x * 0x94d049bb133111ebu;
    }
    std::size_t operator()(const CellKey& k) const {
        return mix(std::uint64_t{k.tenant.value()} << 16 | k.pool.value(), k.sku.value());
    }
    std::size_t operator()(const SkuKey& k) const { return mix(k.tenant.value(), k.sku.value()); }
    std::size_t operator()(const ReservationKey& k) const {
        return mix(k.tenant.value(), k.id.value());
    }
    std::size_t operator()(const PrincipalKey& k) const {
        return mix(k.principal.high ^ k.tenant.value(),
                   k.principal.low + static_cast<std::uint64_t>(k.kind));
    }
};

}  // namespace holdfast::projection
