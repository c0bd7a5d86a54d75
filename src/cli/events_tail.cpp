#include "cli/events_tail.hpp"

#include <algorithm>

#include "cli/explain_text.hpp"
#include "cli/table.hpp"
#include "cli/talk.hpp"
#include "net/http_types.hpp"

namespace holdfast::cli {
namespace {

using client::Json;

constexpr int kWaitSeconds = 20;  // below the client's patience for one answer
constexpr std::uint64_t kPage = 500;

// "2026-05-04T10:00:00.123Z  stock.received  mug  delta=5 on_hand=12"
std::string event_line(const Json& event) {
    std::string out;
    for (const char* member : {"time", "type", "subject"}) {
        const std::string text = event[member].display();
        out += text.empty() ? "" : harmless(text) + "  ";
    }
    return out + harmless(gist_of(event["data"])) + '\n';
}

OrCode<ExitCode> run(const TailOptions& options, const client::Console& console) {
    TRY(Talk talk, Talk::begin(options.access, console));
    std::string after = options.after;
    if (after.empty() && !options.from_start) {
        TRY(const Json status, talk.ask({.path = "/status"}));
        after = status["position"].text();
    }
    std::uint64_t left = options.count;
    for (;;) {
        std::string path =
            "/events?limit=" + std::to_string(left == 0 ? kPage : std::min(left, kPage));
        path += after.empty() ? "" : "&after=" + net::percent_encode(after);
        path += options.follow ? "&wait_seconds=" + std::to_string(kWaitSeconds) : "";
        TRY(const Json page, talk.ask({.path = path}));
        const Json::Array& events = page["events"].items();
        for (const Json& event : events) {
            console.out(options.json ? event.dump() + '\n' : event_line(event));
        }
        if (options.count != 0 && (left -= std::min<std::uint64_t>(left, events.size())) == 0) {
            return ExitCode::ok;
        }
        if (events.empty() && !options.follow) {
            return ExitCode::ok;
        }
        if (const auto next = page["next"].display(); !next.empty()) {
            after = next;
        }
    }
}

}  // namespace

ExitCode tail_events(const TailOptions& options, const client::Console& console) {
    return code_of(run(options, console));
}

}  // namespace holdfast::cli
