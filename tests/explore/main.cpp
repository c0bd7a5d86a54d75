// explore: every interleaving of a few actions on the production machine, to a stated depth.
//
//   explore                        each scope to its own depth: seconds
//   explore --scope life --depth 9 one scope, deeper
//   explore --list                 the scopes and their actions
//
// Breadth first. A state that was seen under another name of its times and sequences is not gone
// on from. Of each new state `Twin::judge` is asked; each transition starts from a snapshot, and
// each state that is gone on from was reached again without one and comes to the same rest. Exit
// code 0: nothing differs; 1: a difference, with the shortest way to it.
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <unordered_set>

#include <unistd.h>

#include "base/clock.hpp"
#include "tests/explore/scopes.hpp"

namespace holdfast::explore {
namespace {

using Path = std::string;  // a byte per action

struct Reached {
    Path path;
    base::Digest128 at_rest{};
};

struct Hash {
    std::size_t operator()(base::Digest128 digest) const { return digest.low; }
};

// Where the exploration is, for a CHECK that ends the process.
char now_at[4'096];

void tell_where(int) {
    const auto written = ::write(STDERR_FILENO, now_at, std::strlen(now_at));
    std::_Exit(written < 0 ? 3 : 1);
}

class Exploration {
  public:
    explicit Exploration(const Scope& scope) : scope_(scope) {}

    // False: something differs, and was told.
    bool run(int depth) {
        const std::int64_t began = base::elapsed_nanoseconds();
        const auto beginning = start();
        seen_.insert(beginning->canonical());
        std::vector<Reached> frontier{{.path = {}, .at_rest = beginning->canonical_at_rest()}};
        for (int level = 1; level <= depth && !frontier.empty(); ++level) {
            std::vector<Reached> next;
            for (const auto& from : frontier) {
                if (!expand(from, next)) {
                    return false;
                }
            }
            frontier = std::move(next);
            std::printf("%-8s depth %2d: %9zu states, %10llu transitions, %7.1f s\n",
                        scope_.name.c_str(), level, seen_.size(),
                        static_cast<unsigned long long>(transitions_),
                        static_cast<double>(base::elapsed_nanoseconds() - began) / 1e9);
            std::fflush(stdout);
        }
        std::printf("counts: {\"states\": %zu, \"transitions\": %llu}\n", seen_.size(),
                    static_cast<unsigned long long>(transitions_));
        return true;
    }

  private:
    [[nodiscard]] std::unique_ptr<Twin> start() const {
        auto out = std::make_unique<Twin>();
        for (const auto& asked : scope_.setup) {
            if (const auto differs = out->take({.asked = asked}); !differs.empty()) {
                std::fprintf(stderr, "setting up: %s\n", differs.c_str());
                std::exit(1);
            }
        }
        return out;
    }

    [[nodiscard]] std::string words(const Path& path) const {
        std::string out = "scope " + scope_.name;
        for (const char action : path) {
            out += "\n  " + scope_.actions[static_cast<unsigned char>(action)].name;
        }
        return out + "\n";
    }
    void note(const Path& path) const {
        const std::string text = "\nafter:\n" + words(path);
        std::snprintf(now_at, sizeof now_at, "%s", text.c_str());
    }
    bool fail(const Path& path, const std::string& what) const {
        std::printf("%s\nafter: %s", what.c_str(), words(path).c_str());
        return false;
    }

    // The same way once more, by one machine that never stopped.
    [[nodiscard]] std::unique_ptr<Twin> walk(const Reached& to) const {
        auto out = start();
        for (const char action : to.path) {
            static_cast<void>(out->take(scope_.actions[static_cast<unsigned char>(action)]));
        }
        return out;
    }

    [[nodiscard]] bool is_tried(const Action& action, const Twin& twin) const {
        const auto operation = action.asked.operation;
        return action.kind != Action::Kind::ask ||
               (operation != model::Operation::create &&
                operation != model::Operation::record_sale) ||
               twin.reservations() < scope_.reservations_max;
    }

    bool expand(const Reached& from, std::vector<Reached>& next) {
        note(from.path);
        const auto live = walk(from);
        if (live->canonical_at_rest() != from.at_rest) {
            return fail(from.path, "a machine that never stopped comes to rest in another state");
        }
        for (std::size_t a = 0; a < scope_.actions.size(); ++a) {
            if (!is_tried(scope_.actions[a], *live)) {
                continue;
            }
            Path path = from.path + static_cast<char>(a);
            note(path);
            Twin after(*live);
            ++transitions_;
            if (const auto differs = after.take(scope_.actions[a]); !differs.empty()) {
                return fail(path, differs);
            }
            if (!seen_.insert(after.canonical()).second) {
                continue;
            }
            if (const auto wrong = after.judge(); !wrong.empty()) {
                return fail(path, wrong);
            }
            next.push_back({.path = std::move(path), .at_rest = after.canonical_at_rest()});
        }
        return true;
    }

    const Scope& scope_;
    std::unordered_set<base::Digest128, Hash> seen_;
    std::uint64_t transitions_ = 0;
};

struct Arguments {
    std::string_view scope;
    int depth = 0;  // 0: the scope's own
    bool list = false;
};

bool read(Arguments& out, int count, char** words) {
    for (int i = 1; i < count; ++i) {
        const std::string_view word = words[i];
        const std::string_view value = i + 1 < count ? words[i + 1] : "";
        if (word == "--list") {
            out.list = true;
        } else if (word == "--scope" && !value.empty()) {
            out.scope = value;
            ++i;
        } else if (word == "--depth" &&
                   std::from_chars(value.data(), value.data() + value.size(), out.depth).ec ==
                       std::errc{}) {
            ++i;
        } else {
            return false;
        }
    }
    return true;
}

int explore(const Arguments& arguments) {
    bool any = false;
    for (const auto& scope : scopes()) {
        if (!arguments.scope.empty() && scope.name != arguments.scope) {
            continue;
        }
        any = true;
        if (arguments.list) {
            std::printf("%s, to depth %d\n", scope.name.c_str(), scope.depth);
            for (const auto& action : scope.actions) {
                std::printf("  %s\n", action.name.c_str());
            }
        } else if (!Exploration(scope).run(arguments.depth > 0 ? arguments.depth : scope.depth)) {
            return 1;
        }
    }
    return any ? 0 : 2;
}

}  // namespace
}  // namespace holdfast::explore

int main(int count, char** words) {
    std::signal(SIGABRT, holdfast::explore::tell_where);
    holdfast::explore::Arguments arguments;
    if (!read(arguments, count, words)) {
        std::fputs("usage: explore [--scope NAME] [--depth N] [--list]\n", stderr);
        return 2;
    }
    return holdfast::explore::explore(arguments);
}
