#include "api/reports.hpp"

#include <string>

namespace holdfast::api {
namespace {

// The replayer is behind by what it reads in so many steps at most; after that the state is shown
// as old as it is, and says so by its position.
constexpr int kLooksMax = 1'000;

}  // namespace

std::expected<void, Problem> look_at_state(const Context& context, const partition::Look& look) {
    const auto wanted = context.published.freshness(context.clock.now().wall).position;
    bool seen = false;
    for (int i = 1; !seen; ++i) {
        const auto done =
            context.inspector.inspect([&](const core::State& state, model::Sequence position) {
                if (position >= wanted || i == kLooksMax) {
                    seen = true;
                    look(state, position);
                }
            });
        if (!done) {
            return std::unexpected(
                make_problem(model::RefusalCode::unavailable, std::string(done.error().message)));
        }
    }
    return {};
}

}  // namespace holdfast::api
