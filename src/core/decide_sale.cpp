// A sale that was made elsewhere: a fact, recorded whatever the stock says.
#include <algorithm>
#include <utility>

#include "core/decide_internal.hpp"
#include "model/limits.hpp"

namespace holdfast::core {

using namespace model;

namespace {

struct SoldLine {
    SkuId sku;
    bool is_new = false;
    PoolId pool = kAnyPool;
};

std::expected<base::PooledVector<SoldLine>, Decision> resolve(const Asked& asked,
                                                              const RecordSale& request,
                                                              TenantId tenant, Events& events) {
    base::PooledVector<SoldLine> out;
    base::PooledVector<std::pair<base::Digest128, SkuId>> fresh;
    std::int64_t total = 0;
    for (std::size_t i = 0; i < request.lines.size(); ++i) {
        const RequestedLine& from = request.lines[i];
        total += std::clamp<std::int64_t>(from.quantity, 0, kLineQuantityMax);
        if (from.quantity < 1 || from.quantity > kLineQuantityMax ||
            total > kReservationQuantityMax) {
            return std::unexpected(
                refuse_limit(asked, RefusalCode::limit_exceeded, kReservationQuantityMax));
        }
        SoldLine line;
        if (from.pool) {
            const auto pool = asked.tenant ? asked.state.find_pool(*asked.tenant, from.pool->digest)
                              : from.pool->text == "default" ? std::optional(kDefaultPool)
                                                             : std::nullopt;
            if (!pool) {
                return std::unexpected(refuse_line(asked, RefusalCode::unknown_pool, i));
            }
            line.pool = *pool;
        }
        const auto known = asked.state.find_sku(from.sku.digest);
        const auto seen =
            std::ranges::find(fresh, from.sku.digest, &std::pair<base::Digest128, SkuId>::first);
        line.is_new = !known;
        if (known) {
            line.sku = *known;
        } else if (seen != fresh.end()) {
            line.sku = seen->second;
        } else {
            line.sku = SkuId(asked.state.skus.size() + static_cast<std::uint32_t>(fresh.size()));
            fresh.emplace_back(from.sku.digest, line.sku);
            events.emplace_back(SkuRegistered{.tenant = tenant,
                                              .sku = line.sku,
                                              .sku_class = kDefaultClass,
                                              .name = from.sku.text});
        }
        out.push_back(line);
    }
    return out;
}

// Who sold it sold it from somewhere: the named pool, else where the class would have taken it,
// and what is not there at all from the first of those.
void add_known(const Asked& asked, const RecordSale& request, const RequestedLine& from,
               const SoldLine& line, Availability& available, Lines& out) {
    const State& state = asked.state;
    const Whereabouts where{.tenant = state.tenant(*asked.tenant),
                            .channel = request.channel,
                            .region = {},
                            .now = asked.stamp.time};
    const bool untracked = state.class_of(line.sku).tracking == Tracking::none;
    const Wanted wanted{.line = {.sku = line.sku,
                                 .pool = line.pool,
                                 .untracked = untracked,
                                 .requested = from.quantity,
                                 .units = {},
                                 .line_id = from.line_id,
                                 .group = from.group},
                        .minimum = from.quantity};
    Allotment allotment = allot(state, std::span(&wanted, 1), where, available);
    LineImage& first = allotment.lines.front();
    if (first.units.accepted == 0) {  // no pool may serve it: it was sold all the same
        first.pool = line.pool == kAnyPool ? kDefaultPool : line.pool;
        first.units = {.accepted = from.quantity, .held = from.quantity};
    }
    out.insert(out.end(), allotment.lines.begin(), allotment.lines.end());
}

void add_new(const Asked& asked, const RequestedLine& from, const SoldLine& line, Lines& out) {
    const Tracking tracking = asked.tenant
                                  ? asked.state.tenant(*asked.tenant).classes.front().tracking
                                  : default_class().tracking;
    out.push_back({.sku = line.sku,
                   .pool = line.pool == kAnyPool ? kDefaultPool : line.pool,
                   .untracked = tracking == Tracking::none,
                   .requested = from.quantity,
                   .units = {.accepted = from.quantity, .held = from.quantity},
                   .line_id = from.line_id,
                   .group = from.group});
}

// Sales take what is not there, but no cell counts beyond its limits.
bool beyond_cell_limit(const State& state, const ReservationImage& image) {
    return std::ranges::any_of(image.lines, [&](const LineImage& line) {
        const bool known = line.sku.value() < state.skus.size() && !line.untracked;
        const std::uint32_t index = known ? state.find_cell(line.sku, line.pool) : kNoIndex;
        if (index == kNoIndex) {
            return false;
        }
        const CellImage& cell = state.cells[index].units;
        return cell.committed > kCellQuantityMax - kReservationQuantityMax ||
               cell.on_hand < -kCellQuantityMax + kReservationQuantityMax;
    });
}

}  // namespace

Decision decide_sale(const Asked& asked, const RecordSale& request) {
    Events events;
    const TenantId tenant = ensure_tenant(asked, events);
    auto sold = resolve(asked, request, tenant, events);
    if (!sold) {
        return std::move(sold).error();
    }
    // What a dead hold still has is not lost to a sale that was made.
    for (const auto& line : *sold) {
        const auto* const dead =
            line.is_new ? nullptr : dead_hold_of(asked.state, line.sku, asked.stamp.time);
        if (dead != nullptr) {
            return expire_first(*dead);
        }
    }
    ReservationImage image;
    image.id = ReservationId(asked.stamp.next.value() + events.size());
    image.tenant = tenant;
    image.version = 1;
    image.created_at = asked.stamp.time;
    image.first_created_at = asked.stamp.time;
    image.customer = request.customer.digest;
    image.texts.reference = request.reference.text;
    image.texts.order_reference = request.reference.text;
    image.texts.channel = request.channel;
    Availability available(asked.state, true);
    image.lines.reserve(sold->size());
    for (std::size_t i = 0; i < sold->size(); ++i) {
        (*sold)[i].is_new
            ? add_new(asked, request.lines[i], (*sold)[i], image.lines)
            : add_known(asked, request, request.lines[i], (*sold)[i], available, image.lines);
    }
    for (auto& line : image.lines) {
        line.soft = false;
        const std::int64_t units = std::exchange(line.units.held, 0);
        (request.shipped ? line.units.shipped : line.units.committed) = units;
    }
    if (beyond_cell_limit(asked.state, image)) {
        return refuse_limit(asked, RefusalCode::limit_exceeded, kCellQuantityMax);
    }
    events.emplace_back(ReservationChanged{.verb = Verb::sale,
                                           .occurred_at = happened_at(asked, request.occurred_at),
                                           .image = std::move(image),
                                           .key = key_use(asked.command)});
    return applied(std::move(events));
}

}  // namespace holdfast::core
