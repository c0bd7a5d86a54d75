#include "projection/reservation_keys.hpp"

#include <algorithm>
#include <utility>

namespace holdfast::projection {
namespace {

// Persisted: never renumber.
constexpr char kRow = 'r';
constexpr char kByState = 's';
constexpr char kByReference = 'f';
constexpr char kByOwner = 'o';
constexpr char kByDeadline = 'd';

constexpr std::size_t kIdBytes = 6;
constexpr std::size_t kTimeBytes = 8;
constexpr std::uint64_t kIdMask = (std::uint64_t{1} << (8 * kIdBytes)) - 1;

constexpr unsigned kHasDeadline = 1u << 0;
constexpr unsigned kHasReference = 1u << 1;
constexpr unsigned kHasOwners = 1u << 2;  // and the two bits above: one for each owner
constexpr unsigned kFacetBits = (1u << 5) - 1;

void append(std::string& key, std::uint64_t number, std::size_t bytes) {
    for (std::size_t left = bytes; left > 0; --left) {
        key.push_back(static_cast<char>(number >> (8 * (left - 1))));
    }
}

void append(std::string& key, base::Digest128 digest) {
    append(key, digest.high, sizeof digest.high);
    append(key, digest.low, sizeof digest.low);
}

// Flipping the sign makes times before 1970 sort first.
void append(std::string& key, base::Time time) {
    append(key, static_cast<std::uint64_t>(base::to_ms(time)) ^ (std::uint64_t{1} << 63),
           kTimeBytes);
}

void append_newest_first(std::string& key, model::ReservationId id) {
    append(key, ~id.value() & kIdMask, kIdBytes);
}

std::string prefix_of(char kind, model::TenantId tenant) {
    std::string key(1, kind);
    append(key, tenant.value(), sizeof(model::TenantId::rep));
    return key;
}

std::string state_prefix(model::TenantId tenant, model::ReservationState state) {
    std::string key = prefix_of(kByState, tenant);
    key.push_back(static_cast<char>(std::to_underlying(state)));
    return key;
}

std::string digest_prefix(char kind, model::TenantId tenant, base::Digest128 digest) {
    std::string key = prefix_of(kind, tenant);
    append(key, digest);
    return key;
}

// The first key behind all that begin with the prefix. Kinds are letters: there always is one.
std::string behind(std::string prefix) {
    while (static_cast<unsigned char>(prefix.back()) == 0xff) {
        prefix.pop_back();
    }
    ++prefix.back();
    return prefix;
}

// The smallest key behind `prefix + after`, or the prefix itself.
std::string start_of(const std::string& prefix, std::string_view after) {
    std::string key = prefix;
    if (!after.empty()) {
        key.append(after);
        key.push_back('\0');
    }
    return key;
}

std::string prefix_by_id(const ReservationFilter& filter) {
    if (filter.reference) {
        return digest_prefix(kByReference, filter.tenant, *filter.reference);
    }
    if (filter.owner) {
        return digest_prefix(kByOwner, filter.tenant, *filter.owner);
    }
    if (filter.state) {
        return state_prefix(filter.tenant, *filter.state);
    }
    return prefix_of(kRow, filter.tenant);
}

bool is_among(std::span<const base::Digest128> owners, base::Digest128 owner) {
    return std::ranges::find(owners, owner) != owners.end();
}

std::uint8_t mask_of(const Facets& facets) {
    unsigned mask = facets.deadline != base::kNever ? kHasDeadline : 0u;
    mask |= facets.reference.empty() ? 0u : kHasReference;
    for (std::size_t i = 0; i < facets.owners.size(); ++i) {
        mask |= facets.owners[i].empty() ? 0u : kHasOwners << i;
    }
    return static_cast<std::uint8_t>(mask);
}

char tag_of(Order order) { return order == Order::newest_first ? 'i' : 'd'; }

std::size_t place_bytes(Order order) {
    return order == Order::newest_first ? kIdBytes : kTimeBytes + kIdBytes;
}

}  // namespace

Facets facets_of(const model::ReservationImage& image) {
    const model::LineQuantities totals = model::sum_lines(image.lines);
    Facets facets;
    facets.state = model::fold_state(image.waiting, image.ended_as, totals);
    if (totals.held > 0) {
        facets.deadline = image.expires_at;
    }
    if (!image.texts.reference.empty()) {
        facets.reference = reference_digest(image.texts.reference);
    }
    if (!image.texts.agent_id.empty()) {
        facets.owners[0] = owner_digest(image.texts.agent_id);
    }
    if (!image.texts.operator_id.empty()) {
        facets.owners[1] = owner_digest(image.texts.operator_id);
    }
    facets.owners[2] = image.customer;
    return facets;
}

bool matches(const Facets& facets, const ReservationFilter& filter) {
    return (!filter.state || facets.state == *filter.state) &&
           (!filter.reference || facets.reference == *filter.reference) &&
           (!filter.owner || is_among(facets.owners, *filter.owner)) &&
           (!filter.expires_before || facets.deadline < *filter.expires_before);
}

void write_facets(const Facets& facets, base::Buffer& row) {
    const std::uint8_t mask = mask_of(facets);
    base::ByteWriter out(row);
    out.fixed(std::to_underlying(facets.state));
    out.fixed(mask);
    if ((mask & kHasDeadline) != 0) {
        out.fixed(base::to_ms(facets.deadline));
    }
    if ((mask & kHasReference) != 0) {
        out.digest(facets.reference);
    }
    for (const base::Digest128& owner : facets.owners) {
        if (!owner.empty()) {
            out.digest(owner);
        }
    }
}

std::optional<Facets> take_facets(std::span<const std::byte>& row) {
    base::ByteReader in(row);
    Facets facets;
    const auto state = in.fixed<std::uint8_t>();
    const auto mask = in.fixed<std::uint8_t>();
    facets.state = static_cast<model::ReservationState>(state);
    if ((mask & kHasDeadline) != 0) {
        facets.deadline = base::time_from_ms(in.fixed<std::int64_t>());
    }
    if ((mask & kHasReference) != 0) {
        facets.reference = in.digest();
    }
    for (std::size_t i = 0; i < facets.owners.size(); ++i) {
        if ((mask & (kHasOwners << i)) != 0) {
            facets.owners[i] = in.digest();
        }
    }
    if (in.failed() || (mask & ~kFacetBits) != 0 ||
        state > std::to_underlying(model::kLastReservationState)) {
        return std::nullopt;
    }
    row = row.last(in.left());
    return facets;
}

std::string row_key(model::TenantId tenant, model::ReservationId id) {
    std::string key = prefix_of(kRow, tenant);
    append_newest_first(key, id);
    return key;
}

std::vector<std::string> index_keys(model::TenantId tenant, model::ReservationId id,
                                    const Facets& facets) {
    std::vector<std::string> keys;
    keys.reserve(3 + facets.owners.size());
    keys.push_back(state_prefix(tenant, facets.state));
    if (!facets.reference.empty()) {
        keys.push_back(digest_prefix(kByReference, tenant, facets.reference));
    }
    for (const base::Digest128& owner : facets.owners) {
        if (!owner.empty()) {
            keys.push_back(digest_prefix(kByOwner, tenant, owner));
        }
    }
    for (std::string& key : keys) {
        append_newest_first(key, id);
    }
    if (facets.deadline != base::kNever) {
        keys.push_back(prefix_of(kByDeadline, tenant) + place_of(Order::soonest_first, id, facets));
    }
    std::ranges::sort(keys);
    const auto twice = std::ranges::unique(keys);
    keys.erase(twice.begin(), twice.end());
    return keys;
}

Place place_of(Order order, model::ReservationId id, const Facets& facets) {
    Place place;
    if (order == Order::newest_first) {
        append_newest_first(place, id);
    } else {
        append(place, facets.deadline);
        append(place, id.value(), kIdBytes);
    }
    return place;
}

std::optional<model::ReservationId> id_at(Order order, std::string_view place) {
    if (place.size() != place_bytes(order)) {
        return std::nullopt;
    }
    std::uint64_t number = 0;
    for (const char byte : place.substr(place.size() - kIdBytes)) {
        number = number << 8 | static_cast<unsigned char>(byte);
    }
    return model::ReservationId(order == Order::newest_first ? ~number & kIdMask : number);
}

std::string to_resume(Order order, std::string_view place) {
    return tag_of(order) + std::string(place);
}

std::optional<Place> from_resume(Order order, std::string_view resume_after) {
    if (resume_after.empty()) {
        return Place();
    }
    if (resume_after.front() != tag_of(order) || resume_after.size() != 1 + place_bytes(order)) {
        return std::nullopt;
    }
    return Place(resume_after.substr(1));
}

Range range_by_id(const ReservationFilter& filter, std::string_view after) {
    Range range{.prefix = prefix_by_id(filter)};
    range.from = start_of(range.prefix, after);
    range.end = behind(range.prefix);
    return range;
}

Range range_by_deadline(const ReservationFilter& filter, std::string_view after) {
    Range range{.prefix = prefix_of(kByDeadline, filter.tenant)};
    range.from = start_of(range.prefix, after);
    range.end = range.prefix;
    append(range.end, *filter.expires_before);
    return range;
}

}  // namespace holdfast::projection
