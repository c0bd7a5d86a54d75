// PolicyViews: what a merchant decided, as a client sees it. Part of reply.hpp.
//
// Thread rule: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "model/owner_caps.hpp"
#include "model/pool.hpp"
#include "model/sku_class.hpp"
#include "model/stop.hpp"

namespace holdfast::api {

struct ClassView {
    model::SkuClass policy;
};

struct PoolView {
    model::Pool pool;
    std::string_view overflow;  // empty: none
};

struct CapsView {
    model::CapsByKind caps{};
};

struct SellingView {
    model::Stop stop;
    bool stopped = true;              // else selling goes on
    std::optional<std::string> note;  // only where stops are listed: what is erased stays away
};

// -- what a changed class would do (POST with dry_run) ------------------------------------------

struct ClassChange {
    std::string_view field;
    std::string before;  // empty: the class is new
    std::string after;
    bool is_text = false;  // a word, else a number or flag as written
};

struct SkuOffer {
    std::string sku;
    std::int64_t before = 0;
    std::int64_t after = 0;
};

struct ClassRehearsal {
    model::SkuClass policy;
    std::vector<ClassChange> changes;
    std::uint64_t skus = 0;
    std::uint64_t holds_beyond = 0;  // live holds that the new limits would not have allowed
    std::vector<SkuOffer> offers;    // the largest changes first
    std::int64_t sellable_before = 0;
    std::int64_t sellable_after = 0;
    std::string position;
};

}  // namespace holdfast::api
