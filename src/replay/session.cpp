#include "replay/session.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <utility>

#include "replay/classes.hpp"
#include "replay/progress.hpp"
#include "replay/requests.hpp"

namespace holdfast::replay {
namespace {

using client::RestAnswer;

constexpr base::Duration kProgressEvery{200};
constexpr std::size_t kExplainedSkus = 10;

std::unexpected<Ended> ended(Outcome outcome, std::string message) {
    return std::unexpected(Ended{.outcome = outcome, .message = std::move(message)});
}

std::unexpected<Ended> not_defined(const std::string& what, const RestAnswer& answer) {
    const bool auth = answer.status == 401 || answer.status == 403;
    std::string message =
        what + " was answered " + std::to_string(answer.status) + ' ' + std::string(answer.code());
    for (const client::Json& error : answer.document["errors"].items()) {
        message += "; " + error["pointer"].display() + ' ' + error["detail"].display();
    }
    return ended(auth ? Outcome::unauthorised : Outcome::bad_input, std::move(message));
}

std::unexpected<Ended> not_received(const std::string& sku, const RestAnswer& answer) {
    const bool auth = answer.status == 401 || answer.status == 403;
    const bool changed = answer.code() == "idempotency_key_reused";
    return ended(
        auth ? Outcome::unauthorised : Outcome::bad_input,
        "the opening stock of " + sku + " was answered " + std::to_string(answer.status) + ' ' +
            std::string(answer.code()) +
            (changed ? ": resume a run with the file, seed and options it began with" : ""));
}

template <typename Key, typename Value>
std::vector<Key> keys_of(const std::map<Key, Value>& map) {
    std::vector<Key> keys;
    for (const auto& [key, value] : map) {
        keys.push_back(key);
    }
    return keys;
}

void add_flow(Flow& flow, const SkuTally& tally, const SkuFigures& figures) {
    flow.before += tally.baseline.on_hand;
    flow.received += tally.received;
    flow.adjusted += tally.adjusted;
    flow.returned += tally.units.returned;
    flow.shipped += tally.units.shipped;
    flow.on_hand += figures.on_hand;
}

}  // namespace

Session::Session(const ReplayOptions& options, const Orders& orders, const Plan& plan,
                 const OpeningStock& stock, const client::Console& console)
    : options_(options), orders_(orders), plan_(plan), stock_(stock), console_(console) {}

std::expected<Report, Ended> Session::run() {
    TRY_VOID(connect());
    TRY_VOID(define_classes());
    TRY_VOID(receive_opening_stock());
    TRY_VOID(send_orders());
    Report report{.file = options_.file,
                  .run_id = options_.run_id,
                  .orders = orders_,
                  .counts = {},
                  .latency = statistics_.latency(),
                  .duration_ms = duration_ms_,
                  .flow = {},
                  .differences = {}};
    report.counts = statistics_.counts();
    if (auto audited = audit(report); !audited) {
        return ended(Outcome::unreachable, "the audit broke off: " + audited.error().message);
    }
    return report;
}

Session::Step Session::connect() {
    for (int i = 0; i < options_.concurrency; ++i) {
        auto sender = Sender::open(options_, static_cast<std::uint64_t>(i), statistics_, pause_);
        if (!sender) {
            return ended(Outcome::bad_input, sender.error().message);
        }
        senders_.push_back(*std::move(sender));
    }
    return {};
}

Session::Step Session::define_classes() {
    for (const ClassDefinition& definition : options_.classes) {
        const auto answer = senders_.front().send_once(define_request(definition));
        if (!answer) {
            return ended(Outcome::unreachable, answer.error().message);
        }
        if (!answer->ok()) {
            return not_defined("class " + definition.name, *answer);
        }
    }
    return {};
}

Session::Step Session::assign_class(Sender& sender, const std::string& sku) {
    const std::string_view sku_class = class_of(options_, sku);
    if (sku_class.empty()) {
        return {};
    }
    const auto answer = sender.send_once(assign_request(sku, sku_class));
    if (!answer) {
        return ended(Outcome::unreachable, answer.error().message);
    }
    return answer->ok() ? Step() : not_defined("the class of " + sku, *answer);
}

Session::Step Session::receive(Sender& sender, const std::string& sku, std::int64_t units) {
    const auto request = opening_request(options_.run_id, sku, units);
    const auto answer = sender.send_once(request);
    if (!answer) {
        return ended(Outcome::unreachable, answer.error().message);
    }
    if (!answer->ok()) {
        return not_received(sku, *answer);
    }
    const bool used_before = answer->replayed() && answer->attempts == 1;
    if (used_before && !options_.resume) {
        return ended(Outcome::bad_input, "the run id " + options_.run_id +
                                             " was used before; add --resume to go on with it, "
                                             "or choose another --run-id");
    }
    tally_.add_opening(answer->document);
    return assign_class(sender, sku);
}

Session::Step Session::receive_opening_stock() {
    const std::vector<std::pair<std::string, std::int64_t>> all(stock_.begin(), stock_.end());
    if (all.empty()) {
        return ended(Outcome::bad_input, options_.file + " has no line about stock");
    }
    // The first one alone tells whether the service is there and the run id is new.
    TRY_VOID(receive(senders_.front(), all.front().first, all.front().second));
    ProgressLine progress(console_, "opening receipts", all.size(), now());
    std::atomic<std::size_t> next{1};
    std::mutex mutex;
    Step result;
    {
        std::vector<std::jthread> threads;
        for (Sender& sender : senders_) {
            threads.emplace_back([&] {
                for (std::size_t i = next++; i < all.size(); i = next++) {
                    auto received = receive(sender, all[i].first, all[i].second);
                    const std::scoped_lock lock(mutex);
                    if (!received) {
                        result = std::move(received);
                        next = all.size();
                        break;
                    }
                    progress.show(std::min<std::size_t>(next, all.size()), now());
                }
            });
        }
    }
    progress.end(result ? all.size() : 0, now());
    return result;
}

void Session::show_until_done(Schedule& schedule, client::Pause& done) {
    ProgressLine progress(console_, "steps", plan_.steps.size(), now());
    while (done.wait(kProgressEvery)) {
        progress.show(schedule.finished(), now());
    }
    progress.end(schedule.finished(), now());
}

Session::Step Session::send_orders() {
    Schedule schedule(plan_, clock_, options_.speed);
    Run run{.options = options_,
            .id = options_.run_id,
            .plan = plan_,
            .schedule = schedule,
            .tally = tally_,
            .statistics = statistics_};
    run.carts.resize(plan_.carts.size());
    const base::Duration start = now();
    client::Pause done;
    {
        std::jthread shown([&] { show_until_done(schedule, done); });
        {
            std::vector<std::jthread> threads;
            for (Sender& sender : senders_) {
                threads.emplace_back([&run, &sender] { Worker(run, sender).work(); });
            }
        }
        done.stop();
    }
    duration_ms_ = (now() - start).count();
    if (run.unauthorised) {
        return ended(Outcome::unauthorised, "the service does not accept the API key");
    }
    if (run.unreachable) {
        return ended(Outcome::unreachable,
                     "the service did not answer within the patience; go on with: --run-id " +
                         options_.run_id + " --resume");
    }
    for (std::size_t i = 0; i < plan_.carts.size(); ++i) {
        if (plan_.carts[i].payment == Payment::never && !run.carts[i].id.empty()) {
            to_expire_.push_back(run.carts[i].id);
        }
    }
    return {};
}

base::Result<void> Session::audit(Report& report) {
    console_.err("auditing ...\n");
    Inquiry inquiry(senders_, pause_, options_.patience);
    // Nobody answers when a hold runs out: that it has to is what the plan says.
    TRY(const std::size_t ended_holds, inquiry.await_expiry(to_expire_));
    report.counts.expired += ended_holds;
    for (const std::string& id : to_expire_) {
        tally_.expire(id);
    }
    const std::string position = tally_.position();
    const auto skus = tally_.skus();
    TRY(const auto figures, inquiry.figures(keys_of(skus), position));
    for (const auto& [sku, tally] : skus) {
        const auto found = figures.find(sku);
        const SkuFigures shown = found == figures.end() ? SkuFigures{} : found->second;
        const ClassTerms terms{.assigned = !class_of(options_, sku).empty(),
                               .backorder_max = backorder_of(options_, sku)};
        audit_sku(sku, tally, shown, terms, report.differences);
        add_flow(report.flow, tally, shown);
    }
    TRY_VOID(audit_explanations(inquiry, skus, report));
    std::vector<std::string> references;
    for (const Cart& cart : plan_.carts) {
        references.push_back(reference_of(options_.run_id, cart.invoice));
    }
    TRY(const auto listed, inquiry.reservations(references, position));
    const auto answered = tally_.reservations();
    for (const std::string& reference : references) {
        const auto known = answered.find(reference);
        audit_reference(reference,
                        known == answered.end() ? std::vector<ReservationPicture>{} : known->second,
                        listed.at(reference), report.differences);
    }
    report.skus = skus.size();
    report.references = references.size();
    return {};
}

base::Result<void> Session::audit_explanations(Inquiry& inquiry,
                                               const std::map<std::string, SkuTally>& skus,
                                               Report& report) {
    const auto asked = busiest(plan_, kExplainedSkus);
    TRY(const auto explanations, inquiry.explanations(asked, tally_.position()));
    for (const auto& [sku, explanation] : explanations) {
        const auto tally = skus.find(sku);
        audit_explanation(sku, tally == skus.end() ? SkuTally{} : tally->second, explanation,
                          report.differences);
    }
    report.explained = explanations.size();
    return {};
}

}  // namespace holdfast::replay
