#include "tests/faults/shim/plan.hpp"

#include <fnmatch.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tests/faults/shim/journal.hpp"

namespace faultdisk {
namespace {

struct Rule {
    bool is_set = false;
    Call call = Call::sync;
    long nth = 0;
    int error = 0;
    long times = 1;
};

Rule fail;
Rule cut;
Rule slow;
const char* only = nullptr;
long counts[4] = {};

[[noreturn]] void misunderstood(const char* name, const char* text) {
    std::fprintf(stderr, "faultdisk: %s=%s is not understood\n", name, text);
    std::_Exit(99);
}

Rule read_rule(const char* name) {
    Rule rule;
    const char* const text = std::getenv(name);
    if (text == nullptr) {
        return rule;
    }
    static constexpr const char* kCalls[] = {"sync", "write", "space", "name"};
    for (int call = 0; call < 4; ++call) {
        const std::size_t size = std::strlen(kCalls[call]);
        if (std::strncmp(text, kCalls[call], size) == 0 && text[size] == ':') {
            rule.call = static_cast<Call>(call);
            rule.is_set =
                std::sscanf(text + size, ":%ld:%d:%ld", &rule.nth, &rule.error, &rule.times) >= 1;
        }
    }
    if (!rule.is_set) {
        misunderstood(name, text);
    }
    return rule;
}

bool hits(const Rule& rule, Call call, long count) {
    return rule.is_set && rule.call == call && count >= rule.nth &&
           (rule.times == 0 || count < rule.nth + rule.times);
}

}  // namespace

void read_plan() {
    fail = read_rule("FAULTDISK_FAIL");
    cut = read_rule("FAULTDISK_CUT");
    slow = read_rule("FAULTDISK_SLOW");
    only = std::getenv("FAULTDISK_ONLY");
}

Verdict judge(Call call, const char* path) {
    if (only != nullptr && ::fnmatch(only, path, 0) != 0) {
        return {};
    }
    const long count = ++counts[static_cast<int>(call)];
    if (hits(cut, call, count)) {
        ::kill(::getpid(), SIGKILL);
        ::pause();
    }
    if (!hits(fail, call, count)) {
        return {};
    }
    record(
        {.kind = Kind::fault, .error = fail.error, .offset = static_cast<int>(call), .path = path});
    return {.fails = fail.error != 0, .is_short = fail.error == 0, .error = fail.error};
}

unsigned slowness(Call call) {
    return slow.is_set && slow.call == call ? static_cast<unsigned>(slow.nth) : 0;
}

}  // namespace faultdisk
