#include "api/stock.hpp"

#include <algorithm>
#include <utility>

#include "api/commands.hpp"

namespace holdfast::api {
namespace {

using namespace model;

template <typename Request>
void submit(CommandRunner& runner, const Principal& principal, const Request& request,
            Callback callback) {
    auto command = make_command(runner.context(), principal, request);
    if (!command) {
        callback(problem_reply(std::move(command).error()));
        return;
    }
    runner.run(std::move(*command), {}, std::move(callback));
}

}  // namespace

void Stock::move(const Principal& principal, const MovementRequest& request, Callback callback) {
    submit(runner_, principal, request, std::move(callback));
}

void Stock::set_safety_stock(const Principal& principal, const SafetyStockRequest& request,
                             Callback callback) {
    submit(runner_, principal, request, std::move(callback));
}

// A precondition is judged against what is published: two puts at the same moment may both pass.
// The settings are absolute, so the later one wins whole.
void Stock::put_sku(const Principal& principal, const PutSkuRequest& request, Callback callback) {
    if (request.versions) {
        const auto now = settings(principal, request.sku);
        const std::uint32_t version = now ? now->version : 0;
        if (std::ranges::find(*request.versions, version) == request.versions->end()) {
            Problem problem = make_problem(RefusalCode::version_mismatch,
                                           "The SKU's settings have another version.");
            problem.version = version;
            callback(problem_reply(std::move(problem)));
            return;
        }
    }
    submit(runner_, principal, request, std::move(callback));
}

std::expected<SkuSettingsView, Problem> Stock::settings(const Principal& principal,
                                                        const std::string& sku) const {
    const Context& context = runner_.context();
    const auto id = context.published.find_sku(sku_name(principal.tenant.text, sku).digest);
    const auto tenant = context.published.find_tenant(principal.tenant.digest);
    if (!id || !tenant) {
        return std::unexpected(make_problem(RefusalCode::not_found, "The SKU is not registered."));
    }
    const auto view = context.published.read(*id);
    return SkuSettingsView{.sku = context.names.sku(*id),
                           .sku_class = context.names.sku_class(*tenant, view.sku_class),
                           .version = view.version};
}

}  // namespace holdfast::api
