#include "cli/explain_text.hpp"

#include <algorithm>
#include <array>

#include "cli/api_command.hpp"
#include "cli/table.hpp"
#include "client/explanation.hpp"

namespace holdfast::cli {
namespace {

using client::Json;

constexpr std::size_t kNumberWidth = 12;
constexpr std::size_t kNameWidth = 26;

// "  - held                    5   2 promises"
std::string node(std::size_t depth, const std::string& name, std::int64_t units,
                 const std::string& behind = {}) {
    std::string out(2 * depth, ' ');
    out += harmless(name);
    const std::string number = std::to_string(units);
    const std::size_t end = kNameWidth + kNumberWidth;
    const std::size_t used = out.size() + number.size();
    out += std::string(used < end ? end - used : 1, ' ') + number;
    return out + (behind.empty() ? "" : "   " + harmless(behind)) + '\n';
}

std::string movement_text(const Json& term) {
    std::string out = term["movements"].display() + " movement(s)";
    if (const auto& newest = term["newest"].items(); !newest.empty()) {
        const std::int64_t units = newest.front()["units"].number();
        out += ", newest " + std::string(units > 0 ? "+" : "") + std::to_string(units) + " at " +
               newest.front()["time"].display();
    }
    return out;
}

std::string on_hand_tree(const Json& pool) {
    std::string out = node(1, "on hand", pool["on_hand"].number());
    for (const Json& term : pool["on_hand_terms"].items()) {
        const std::string reason = term["reason"].display();
        out += node(3, term["term"].display() + (reason.empty() ? "" : ", " + reason),
                    term["units"].number(), movement_text(term));
    }
    return out;
}

std::string unavailable_tree(const Json& pool) {
    std::string out = node(1, "- unavailable", pool["unavailable"].number());
    for (const Json& term : pool["unavailable_terms"].items()) {
        out += node(3, term["reason"].display(), term["units"].number());
    }
    return out;
}

std::string promises_of(const Json& term) {
    std::string out = node(3, term["kind"].display(), term["units"].number(),
                           term["promises"].display() + " promise(s)");
    std::int64_t rest = term["units"].number();
    std::int64_t unnamed = term["promises"].number();
    for (const Json& promise : term["newest"].items()) {
        const std::string until = promise["expires_at"].display();
        out += node(5, promise["reservation"].display(), promise["units"].number(),
                    until.empty() ? "" : "until " + until);
        rest -= promise["units"].number();
        --unnamed;
    }
    return unnamed > 0 ? out + node(5, std::to_string(unnamed) + " more", rest) : out;
}

std::string promise_tree(const Json& pool, const std::string& name, const char* figure,
                         const std::vector<std::string_view>& kinds) {
    std::string out = node(1, name, pool[figure].number());
    for (const Json& term : pool["promise_terms"].items()) {
        if (std::ranges::find(kinds, term["kind"].text()) != kinds.end()) {
            out += promises_of(term);
        }
    }
    return out;
}

std::string pool_tree(const Json& pool) {
    std::string out = "pool " + harmless(pool["pool"].text()) + '\n';
    out += on_hand_tree(pool);
    out += unavailable_tree(pool);
    out += promise_tree(pool, "- committed", "committed", {"committed"});
    out += promise_tree(pool, "- held", "held", {"held", "payment_pending", "review"});
    out += node(1, "- safety stock", pool["safety_stock"].number());
    const std::int64_t deficit = pool["deficit"].number();
    out += node(1, "= sellable", deficit > 0 ? -deficit : pool["sellable"].number(),
                deficit > 0 ? "shown as 0 with this deficit" : "");
    if (!pool["offered"].is_null()) {
        out += node(1, "offered to a new hold", pool["offered"].number(), "by its class");
    }
    if (pool["soft_held"].number() != 0) {
        out += promise_tree(pool, "beside it: held softly", "soft_held", {"soft_held"});
    }
    return out;
}

}  // namespace

std::string explain_text(const Json& explanation, bool bold) {
    std::string head = harmless(explanation["sku"].text());
    const std::string sku_class = explanation["sku_class"].display();
    std::string out = (bold ? "\x1b[1m" + head + "\x1b[0m" : head) +
                      (sku_class.empty() ? "" : ", class " + harmless(sku_class)) + ", as of " +
                      harmless(explanation["as_of"].display()) + '\n';
    for (const Json& pool : explanation["pools"].items()) {
        out += pool_tree(pool);
    }
    if (explanation["pools"].items().empty()) {
        out += "no stock was ever recorded\n";
    }
    if (explanation["partial"].flag()) {
        out += "the figures are exact; too much has happened since to take them all apart\n";
    }
    for (const std::string& sentence : client::unexplained(explanation)) {
        out += "does not add up: " + harmless(sentence) + '\n';
    }
    return out;
}

std::string gist_of(const Json& data) {
    static constexpr std::array<const char*, 15> kMembers = {
        "state", "outcome", "sku",    "pool",    "from",  "to",        "quantity", "delta",
        "drift", "counted", "reason", "version", "units", "reference", "on_hand"};
    std::string out;
    for (const char* member : kMembers) {
        const std::string text = data[member].display();
        if (!text.empty()) {
            out += (out.empty() ? "" : " ") + std::string(member) + '=' + text;
        }
    }
    return out.empty() ? data.display() : out;
}

std::string events_text(const Json& page, bool bold) {
    Table table({"position", "time", "type", "subject", "what"});
    for (const Json& event : page["events"].items()) {
        table.add({event["position"].display(), event["time"].display(), event["type"].display(),
                   event["subject"].display(), gist_of(event["data"])});
    }
    std::string out = table.empty() ? "nothing happened\n" : table.text(bold);
    if (const auto next = page["next_cursor"].text(); !next.empty()) {
        out += "older: --cursor " + harmless(next) + '\n';
    }
    return out;
}

}  // namespace holdfast::cli
