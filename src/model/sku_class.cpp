#include "model/sku_class.hpp"

namespace holdfast::model {

SkuClass default_class() {
    using std::chrono::days;
    using std::chrono::hours;
    using std::chrono::minutes;
    SkuClass out;
    out.id = kDefaultClass;
    out.name = "default";
    out.hold_ttl = minutes(15);
    out.hold_ttl_max = hours(24);
    out.payment_ttl = minutes(45);
    out.payment_ttl_max = days(7);
    out.lifetime_max = days(8);
    out.review_max = days(2);
    out.extensions_max = 10;
    out.payment_downtime_grace = minutes(30);
    return out;
}

}  // namespace holdfast::model
