#include "api/stock.hpp"

#include <algorithm>
#include <utility>

#include "api/commands.hpp"
#include "api/reports.hpp"
#include "model/event_codec.hpp"
#include "partition/event_lookup.hpp"

namespace holdfast::api {
namespace {

using namespace model;

template <typename Request>
void submit(CommandRunner& runner, const Principal& principal, const Request& request,
            Callback callback, RunOptions options = {}) {
    auto command = make_command(runner.context(), principal, request);
    if (!command) {
        callback(problem_reply(std::move(command).error()));
        return;
    }
    runner.run(std::move(*command), std::move(options), std::move(callback));
}

// An undo is the opposite, whole or in part, of a movement of the same cell.
std::optional<Problem> judge_undo(const Context& context, const MoveStock& request,
                                  base::Digest128 tenant) {
    const auto found = partition::find_event(context.ledger, request.undoes);
    const auto event = found ? std::optional(decode(found->bytes)) : std::nullopt;
    const auto* const moved = event && *event ? std::get_if<StockMoved>(&**event) : nullptr;
    if (moved == nullptr || context.published.find_tenant(tenant) != moved->tenant ||
        context.published.find_sku(request.sku.digest) != moved->sku) {
        return invalid_body("/undoes", "Is not the position of a movement of this SKU.");
    }
    if (request.pool && request.pool->text != context.names.pool(moved->tenant, moved->pool)) {
        return invalid_body("/pool", "Must be the pool of the movement that is taken back.");
    }
    const bool opposite = (request.quantity < 0) != (moved->delta < 0);
    const bool within = request.quantity < 0 ? request.quantity >= -moved->delta
                                             : request.quantity <= -moved->delta;
    if (moved->delta == 0 || !opposite || !within) {
        return invalid_body("/delta", "Must take back at most the movement's " +
                                          std::to_string(moved->delta) + " units.");
    }
    return std::nullopt;
}

bool is_pool(const Context& context, const Principal& principal, const std::string& name) {
    const auto tenant = context.published.find_tenant(principal.tenant.digest);
    if (!tenant) {
        return name == default_pool().name;
    }
    const auto policy = context.published.policy(*tenant);
    return std::ranges::find(policy->pools, name, &Pool::name) != policy->pools.end();
}

}  // namespace

void Stock::move(const Principal& principal, const MovementRequest& request, Callback callback) {
    if (!request.undoes) {
        submit(runner_, principal, request, std::move(callback));
        return;
    }
    auto command = make_command(runner_.context(), principal, request);
    if (!command) {
        callback(problem_reply(std::move(command).error()));
        return;
    }
    report(runner_.context(),
           [this, command = std::move(*command), callback = std::move(callback)]() mutable {
               const auto& asked = std::get<MoveStock>(command.request);
               if (auto problem = judge_undo(runner_.context(), asked, command.tenant.digest)) {
                   callback(problem_reply(std::move(*problem)));
                   return;
               }
               runner_.run(std::move(command), {}, std::move(callback));
           });
}

void Stock::transfer(const Principal& principal, const TransferRequest& request,
                     Callback callback) {
    const bool from_known = !request.from || is_pool(runner_.context(), principal, *request.from);
    submit(runner_, principal, request, std::move(callback),
           {.pool_pointer = from_known ? "/to" : "/from"});
}

void Stock::settle_transfer(const Principal& principal, const SettleTransferRequest& request,
                            Callback callback) {
    submit(runner_, principal, request, std::move(callback));
}

void Stock::record_sale(const Principal& principal, const SaleRequest& request, Callback callback) {
    submit(runner_, principal, request, std::move(callback), {.lines_pointer = "/lines"});
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
