#include "api/false_availability.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "api/offers.hpp"
#include "api/reports.hpp"
#include "base/log.hpp"
#include "model/command.hpp"

namespace holdfast::api {
namespace {

using namespace model;

// Each costs a look into the history; a refusal of more is not checked.
constexpr std::size_t kLinesCheckedMax = 20;

base::Result<bool> was_enough(const Context& context, TenantId tenant, const std::string& name,
                              Sequence seen, const ProblemLine& line) {
    const auto sku = context.published.find_sku(sku_name(name, line.sku).digest);
    if (!sku) {
        return false;
    }
    TRY(const auto then, context.history.stock_at(tenant, *sku, {.time = {}, .position = seen}));
    partition::SkuView view = context.published.read(*sku);
    view.cells.clear();
    for (const auto& cell : then.cells) {
        view.cells.push_back({.pool = cell.pool, .units = cell.cell});
    }
    const auto policy = context.published.policy(tenant);
    return sellable_of(view, line.sku, *policy, policy->sku_class(view.sku_class),
                       context.time()) >= line.requested;
}

base::Result<bool> was_promised(const Context& context, const std::string& name, Sequence seen,
                                const std::vector<ProblemLine>& lines) {
    const auto tenant = context.published.find_tenant(tenant_name(name).digest);
    if (!tenant || lines.empty()) {
        return false;
    }
    for (const auto& line : lines) {
        TRY(const bool enough, was_enough(context, *tenant, name, seen, line));
        if (!enough) {
            return false;
        }
    }
    return true;
}

}  // namespace

void count_false_availability(const Context& context, ApiMetrics& metrics,
                              const std::string& tenant, Sequence seen, const Problem& refusal) {
    if (refusal.lines.size() > kLinesCheckedMax || !metrics.begin_availability_check()) {
        metrics.count_unchecked_availability();
        return;
    }
    // Texts of lines are interned: they live as long as the service.
    report(context, [&context, &metrics, tenant, seen, lines = refusal.lines] {
        const auto promised = was_promised(context, tenant, seen, lines);
        metrics.end_availability_check();
        if (!promised) {
            base::log_warning("false availability cannot be measured",
                              {{"why", std::string_view(promised.error().message)}});
        } else if (*promised) {
            metrics.count_false_availability();
        }
    });
}

}  // namespace holdfast::api
