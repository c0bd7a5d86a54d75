#include "api/counts.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "api/commands.hpp"
#include "base/log.hpp"
#include "model/limits.hpp"

namespace holdfast::api {
namespace {

using namespace model;

// The history follows within milliseconds; who is told to come back later keeps its key.
constexpr base::Duration kHistoryPatience{10'000};

projection::CountIncludes make_includes(const std::optional<IncludesRequest>& includes) {
    projection::CountIncludes out;
    if (!includes) {
        return out;
    }
    for (const auto& reference : includes->references.value_or(std::vector<std::string>{})) {
        out.references.push_back(projection::reference_digest(reference));
    }
    for (const auto& mark : includes->watermarks) {
        out.watermarks.push_back(
            {.source = mark.source.value_or(""), .sequence = mark.sequence.value_or(0)});
    }
    return out;
}

struct CellName {
    TenantId tenant;
    SkuId sku;
    PoolId pool;
};

// Nothing where the core has to say what is wrong with the names.
std::optional<CellName> find_cell(const Context& context, const Command& command) {
    const auto& count = std::get<CountStock>(command.request);
    const auto tenant = context.published.find_tenant(command.tenant.digest);
    const auto sku = context.published.find_sku(count.sku.digest);
    if (!tenant || !sku) {
        return std::nullopt;
    }
    const auto& pools = context.published.policy(*tenant)->pools;
    if (!count.pool) {
        return pools.size() <= 1 ? std::optional(CellName{*tenant, *sku, kDefaultPool})
                                 : std::nullopt;
    }
    const auto found = std::ranges::find(pools, count.pool->text, &Pool::name);
    return found != pools.end() ? std::optional(CellName{*tenant, *sku, found->id}) : std::nullopt;
}

// One count on its way: looks, sends, and looks again while stock moves.
class Comparison : public std::enable_shared_from_this<Comparison> {
  public:
    Comparison(CommandRunner& runner, Waiters& waiters, Command command,
               projection::CountIncludes includes, Callback callback)
        : runner_(runner),
          waiters_(waiters),
          command_(std::move(command)),
          includes_(std::move(includes)),
          callback_(std::move(callback)) {}

    void look() {
        ++tries_;
        waiters_.for_history(kHistoryPatience, [self = shared_from_this()](bool ready) {
            if (ready) {
                self->compute();
            } else {
                self->callback_(problem_reply(make_problem(
                    RefusalCode::unavailable, "The history is behind; retry with the same key.")));
            }
        });
    }

  private:
    void compute() {
        auto& count = std::get<CountStock>(command_.request);
        const auto cell = find_cell(runner_.context(), command_);
        if (!cell) {
            send();
            return;
        }
        const auto then = runner_.context().history.on_hand_at(cell->tenant, cell->sku, cell->pool,
                                                               count.as_of, includes_);
        if (!then) {
            base::log_error("a count cannot be compared",
                            {{"why", std::string_view(then.error().message)}});
            callback_(problem_reply(make_problem(RefusalCode::unavailable)));
            return;
        }
        if (__builtin_sub_overflow(count.counted, then->on_hand, &count.drift)) {
            Problem problem = make_problem(RefusalCode::limit_exceeded);
            problem.limit = kCellQuantityMax;
            callback_(problem_reply(std::move(problem)));
            return;
        }
        count.position = then->position;
        count.last_count = then->last_count ? then->last_count->sequence : Sequence{};
        send();
    }

    void send() {
        runner_.run(Command(command_), {}, [self = shared_from_this()](Reply reply) {
            const auto* const problem = reply.problem();
            const bool stale = problem != nullptr && problem->code == RefusalCode::count_stale;
            if (stale && self->tries_ < kCountTriesMax) {
                self->look();
            } else {
                self->callback_(std::move(reply));
            }
        });
    }

    CommandRunner& runner_;
    Waiters& waiters_;
    Command command_;
    projection::CountIncludes includes_;
    Callback callback_;
    int tries_ = 0;
};

}  // namespace

void Counts::count(const Principal& principal, const CountRequest& request, Callback callback) {
    auto command = make_command(runner_.context(), principal, request);
    if (!command) {
        callback(problem_reply(std::move(command).error()));
        return;
    }
    std::make_shared<Comparison>(runner_, waiters_, std::move(*command),
                                 make_includes(request.includes), std::move(callback))
        ->look();
}

}  // namespace holdfast::api
