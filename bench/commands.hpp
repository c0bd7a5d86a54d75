// Commands for benchmarks, made in advance: what is measured is deciding, not hashing texts.
//
// The mix follows carts: of each hundred holds, seventy are committed, twenty released, ten left to
// expire. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/prng.hpp"
#include "model/command.hpp"

namespace holdfast::bench {

inline constexpr std::string_view kTenant = "default";

class Commands {
  public:
    Commands(std::size_t skus, std::uint64_t seed, const std::string& prefix = "SKU-")
        : dice_(seed), tenant_(model::tenant_name(kTenant)) {
        for (std::size_t i = 0; i < skus; ++i) {
            skus_.push_back(model::sku_name(kTenant, prefix + std::to_string(i)));
        }
    }

    // Enough of every SKU that nothing is refused.
    [[nodiscard]] std::vector<model::Command> receipts(std::int64_t units) {
        std::vector<model::Command> out;
        for (const auto& sku : skus_) {
            out.push_back(finish(model::Operation::receive_stock,
                                 model::MoveStock{.sku = sku, .quantity = units}));
        }
        return out;
    }

    [[nodiscard]] model::Command hold(std::int64_t ttl_seconds) {
        return hold_of(dice_.below(skus_.size()), ttl_seconds);
    }
    [[nodiscard]] model::Command hold_of(std::size_t sku, std::int64_t ttl_seconds) {
        model::CreateReservation request;
        request.lines.push_back({.sku = skus_[sku], .quantity = 1});
        request.ttl_seconds = ttl_seconds;
        return finish(model::Operation::create, std::move(request));
    }

    // The end of a cart's hold: 70 commit, 20 release; the other 10 expire by themselves.
    [[nodiscard]] bool finishes() { return dice_.chance(90, 100); }
    [[nodiscard]] model::Command end_of(model::ReservationId id) {
        const bool commit = dice_.chance(70, 90);
        return finish(commit ? model::Operation::commit : model::Operation::release,
                      model::ChangeReservation{.reservation = id});
    }

    // An event that leaves nothing in memory, as long as no two settings of a SKU follow each other
    // with the same units. It needs no key.
    [[nodiscard]] model::Command set_safety(std::int64_t units) {
        const auto& sku = skus_[dice_.below(skus_.size())];
        return {.operation = model::Operation::set_safety_stock,
                .tenant = tenant_,
                .key = {},
                .request = model::SetSafetyStock{.sku = sku, .units = units}};
    }

  private:
    // Keys are dice: digests of texts look the same and cost a benchmark more than the decision.
    [[nodiscard]] model::Command finish(model::Operation operation, model::Request request) {
        model::Command out{
            .operation = operation, .tenant = tenant_, .key = {}, .request = std::move(request)};
        out.key.key = {.high = dice_.next(), .low = dice_.next() | 1};
        out.key.fingerprint = {.high = dice_.next(), .low = dice_.next()};
        return out;
    }

    base::Prng dice_;
    model::Name tenant_;
    std::vector<model::Name> skus_;
};

}  // namespace holdfast::bench
