#include "api/policies.hpp"

#include <algorithm>
#include <utility>

#include "api/class_rehearsal.hpp"
#include "api/commands.hpp"
#include "api/private_data.hpp"
#include "api/reports.hpp"
#include "api/time_text.hpp"

namespace holdfast::api {
namespace {

using namespace model;

template <typename Request>
void submit(CommandRunner& runner, const Principal& principal, const Request& request,
            RunOptions options, Callback callback) {
    auto command = make_command(runner.context(), principal, request);
    if (!command) {
        callback(problem_reply(std::move(command).error()));
        return;
    }
    runner.run(std::move(*command), std::move(options), std::move(callback));
}

// The core compares with one version. Of several it is the present one, if that is among them: a
// change in between fails the comparison, as it should.
void pick_version(std::optional<std::vector<std::uint32_t>>& versions, std::uint32_t now) {
    if (versions && versions->size() > 1) {
        const bool listed = std::ranges::find(*versions, now) != versions->end();
        versions->resize(1);
        if (listed) {
            versions->front() = now;
        }
    }
}

template <typename Policy>
const Policy* find(const std::vector<Policy>& all, const std::string& name) {
    const auto found = std::ranges::find(all, name, &Policy::name);
    return found == all.end() ? nullptr : &*found;
}

template <typename Policy>
std::uint32_t version_of(const Policy* found) {
    return found == nullptr ? 0 : found->version;
}

PoolView view_of(const partition::TenantPolicy& policy, const Names& names,
                 std::optional<TenantId> tenant, const Pool& pool) {
    PoolView out{.pool = pool, .overflow = {}};
    if (pool.overflow && tenant) {
        out.overflow = names.pool(*tenant, policy.pool(*pool.overflow).id);
    }
    return out;
}

}  // namespace

void Policies::put_class(const Principal& principal, PutClassRequest request, Callback callback) {
    pick_version(request.versions, version_of(find(policy_of(principal)->classes, request.name)));
    submit(runner_, principal, request, {}, std::move(callback));
}

void Policies::put_pool(const Principal& principal, PutPoolRequest request, Callback callback) {
    pick_version(request.versions, version_of(find(policy_of(principal)->pools, request.name)));
    submit(runner_, principal, request, {.pool_pointer = "/overflow"}, std::move(callback));
}

void Policies::put_caps(const Principal& principal, const PutCapsRequest& request,
                        Callback callback) {
    submit(runner_, principal, request, {}, std::move(callback));
}

void Policies::change_selling(const Principal& principal, const SellingRequest& request,
                              Callback callback) {
    const auto until = request.until ? parse_time(*request.until) : std::nullopt;
    if (request.stop && until && *until <= runner_.context().time()) {
        callback(problem_reply(invalid_body("/until", "Must lie ahead.")));
        return;
    }
    submit(runner_, principal, request,
           {.sku_pointer = "/name", .pool_pointer = "/name", .class_pointer = "/name"},
           std::move(callback));
}

void Policies::rehearse(const Principal& principal, const PutClassRequest& request,
                        RehearsalCallback callback) const {
    const Context& context = runner_.context();
    auto command = make_command(context, principal, request);
    if (!command) {
        callback(std::unexpected(std::move(command).error()));
        return;
    }
    report(context, [&context, tenant = principal.tenant,
                     asked = std::get<PutClass>(std::move(command->request)).policy,
                     callback = std::move(callback)]() mutable {
        ClassRehearsal out;
        const auto looked =
            look_at_state(context, [&](const core::State& state, Sequence position) {
                out = rehearse_class(state, tenant, asked, context.time());
                out.position = context.names.position(position);
            });
        if (!looked) {
            callback(std::unexpected(looked.error()));
            return;
        }
        callback(std::move(out));
    });
}

ClassList Policies::classes(const Principal& principal) const {
    ClassList out{.classes = {}, .position = position()};
    for (const auto& sku_class : policy_of(principal)->classes) {
        out.classes.push_back({.policy = sku_class});
    }
    return out;
}

std::expected<ClassView, Problem> Policies::sku_class(const Principal& principal,
                                                      const std::string& name) const {
    const auto policy = policy_of(principal);
    const auto* const found = find(policy->classes, name);
    if (found == nullptr) {
        return std::unexpected(
            make_problem(RefusalCode::not_found, "There is no class of that name."));
    }
    return ClassView{.policy = *found};
}

PoolList Policies::pools(const Principal& principal) const {
    PoolList out{.pools = {}, .position = position()};
    const auto tenant = runner_.context().published.find_tenant(principal.tenant.digest);
    const auto policy = policy_of(principal);
    for (const auto& pool : policy->pools) {
        out.pools.push_back(view_of(*policy, runner_.context().names, tenant, pool));
    }
    return out;
}

std::expected<PoolView, Problem> Policies::pool(const Principal& principal,
                                                const std::string& name) const {
    const auto tenant = runner_.context().published.find_tenant(principal.tenant.digest);
    const auto policy = policy_of(principal);
    const auto* const found = find(policy->pools, name);
    if (found == nullptr) {
        return std::unexpected(
            make_problem(RefusalCode::not_found, "There is no pool of that name."));
    }
    return view_of(*policy, runner_.context().names, tenant, *found);
}

Caps Policies::caps(const Principal& principal) const {
    std::string at = position();
    return {.caps = {.caps = policy_of(principal)->caps}, .position = std::move(at)};
}

StopList Policies::stops(const Principal& principal) const {
    const Context& context = runner_.context();
    StopList out{.stops = {}, .position = position()};
    const base::Time now = context.time();
    for (const auto& stop : policy_of(principal)->stops) {
        if (stop.covers(now)) {
            out.stops.push_back(
                {.stop = stop, .stopped = true, .note = clear_text(context.ledger, stop.note)});
        }
    }
    return out;
}

std::shared_ptr<const partition::TenantPolicy> Policies::policy_of(
    const Principal& principal) const {
    const auto& published = runner_.context().published;
    if (const auto tenant = published.find_tenant(principal.tenant.digest)) {
        return published.policy(*tenant);
    }
    return std::make_shared<const partition::TenantPolicy>(partition::TenantPolicy{
        .classes = {default_class()}, .pools = {default_pool()}, .caps = {}, .stops = {}});
}

// Taken before what it speaks of is read, so that it never promises too much.
std::string Policies::position() const {
    const Context& context = runner_.context();
    return context.names.position(context.published.freshness(context.clock.now().wall).position);
}

}  // namespace holdfast::api
