#include "sim/shoppers.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace holdfast::sim {

using api::ChangeRequest;
using api::CreateRequest;
using api::MovementRequest;
using api::Problem;
using api::ReleaseMatchingRequest;
using api::Reply;
using model::Operation;

namespace {

constexpr std::size_t kRemembered = 128;
constexpr std::int64_t kTtlSecondsMax = 30;
constexpr std::int64_t kWaitSecondsMax = 20;

constexpr std::array kVerbs = {
    Operation::begin_payment, Operation::commit,  Operation::commit,
    Operation::commit,        Operation::release, Operation::release,
    Operation::extend,        Operation::ship,    Operation::cancel,
};

template <class... Visitors>
struct Overloaded : Visitors... {
    using Visitors::operator()...;
};

std::string key_of(const api::Attempt& attempt) { return attempt.header_key.value_or(""); }

// The client is to come again with the same request.
bool is_to_come_again(const Problem* problem) {
    return problem != nullptr && problem->code >= model::RefusalCode::overloaded;
}

}  // namespace

Shoppers::Shoppers(const Surroundings& around, std::uint64_t seed, std::size_t skus)
    : around_(around), dice_(seed), skus_(skus) {}

// -- what they want -------------------------------------------------------------------------

void Shoppers::begin() {
    // Some want what they or others wanted before, with its key.
    const bool repeats = !wishes_.empty() && dice_.chance(1, 20);
    wishes_.push_back(repeats ? Wish(wishes_[dice_.below(wishes_.size())]) : wish());
    calls_.begin(around_.clock.now().boot, around_.dice, around_.faults);
}

Shoppers::Wish Shoppers::wish() {
    const std::uint64_t ticket = dice_.below(100);
    if (ticket < 8) {
        return receive();
    }
    if (ticket < 16) {
        return Look{.skus = {any_sku(), any_sku()}, .insists = dice_.chance(1, 2)};
    }
    if (ticket < 55 || held_.empty()) {
        return create();
    }
    if (ticket < 65) {
        return Read{.reservation = held_[dice_.below(held_.size())].id,
                    .wait_seconds = dice_.chance(1, 2) ? dice_.between(1, kWaitSecondsMax) : 0};
    }
    if (ticket < 66) {
        ReleaseMatchingRequest request{.attempt = {.header_key = fresh_key()}, .sku = any_sku()};
        request.dry_run = dice_.chance(1, 2);
        return request;
    }
    return change();
}

Shoppers::Wish Shoppers::create() {
    CreateRequest request;
    request.attempt.header_key = fresh_key();
    for (std::uint64_t lines = 1 + dice_.below(3); lines > 0; --lines) {
        request.lines.push_back({.sku = any_sku(), .quantity = dice_.between(1, 3)});
    }
    request.ttl_seconds = dice_.between(1, kTtlSecondsMax);
    if (dice_.chance(1, 4)) {
        request.reference = "cart-" + std::to_string(dice_.below(200));
    }
    request.dry_run = dice_.chance(1, 40);
    if (request.lines.size() == 1 && dice_.chance(1, 2)) {
        request.wait_seconds = dice_.between(1, kWaitSecondsMax);
    }
    return request;
}

Shoppers::Wish Shoppers::change() {
    const Held& held = held_[dice_.below(held_.size())];
    ChangeRequest request{.operation = kVerbs[dice_.below(kVerbs.size())], .reservation = held.id};
    if (dice_.chance(4, 5)) {
        request.attempt.header_key = fresh_key();
    }
    if (dice_.chance(1, 3)) {
        request.versions = {held.version};
        if (dice_.chance(1, 3)) {
            request.versions->push_back(held.version + 1);  // reads before it writes
        }
    }
    if (request.operation == Operation::extend || request.operation == Operation::begin_payment) {
        request.ttl_seconds = dice_.between(1, kTtlSecondsMax);
    }
    if (request.operation == Operation::cancel) {
        request.reason = "customer_request";
    }
    return request;
}

Shoppers::Wish Shoppers::receive() {
    return MovementRequest{.operation = Operation::receive_stock,
                           .attempt = {.header_key = fresh_key()},
                           .sku = any_sku(),
                           .quantity = dice_.between(1, 10)};
}

std::string Shoppers::any_sku() { return "SKU-" + std::to_string(dice_.below(skus_)); }

// -- asking ---------------------------------------------------------------------------------

void Shoppers::arrive(std::size_t call, FrontDoor* door, const Known& known) {
    const base::Duration now = around_.clock.now().boot;
    if (door == nullptr || around_.faults.strikes(FaultKind::lost_requests, around_.dice)) {
        calls_.unheard(call, now, around_.dice, around_.faults);
        return;
    }
    std::visit(Overloaded{
                   [&](const Look& wanted) { look(call, wanted, *door, known); },
                   [&](const auto& request) { send(call, request, *door); },
               },
               wishes_[call]);
}

std::uint64_t Shoppers::note(std::size_t call, std::string key, std::string reservation,
                             std::int64_t wait_seconds) {
    asked_.push_back({.number = ++numbers_,
                      .call = call,
                      .question = {.key = std::move(key),
                                   .reservation = std::move(reservation),
                                   .waits = std::chrono::seconds(wait_seconds),
                                   .asked_at = around_.clock.now().boot}});
    return numbers_;
}

// What a dead process was asked is not in the list any more, and numbers are not used twice.
std::optional<Shoppers::Asked> Shoppers::take(std::uint64_t number) {
    const auto found = std::ranges::find(asked_, number, &Asked::number);
    if (found == asked_.end()) {
        return std::nullopt;
    }
    Asked out = std::move(*found);
    asked_.erase(found);
    return out;
}

api::Callback Shoppers::listener(std::uint64_t number, FrontDoor& door) {
    return [this, number, &door, heard = false](const Reply& reply) mutable {
        if (std::exchange(heard, true)) {
            judge_.found("a request was answered twice");
        }
        const auto asked = take(number);
        if (asked) {
            judge_.judge(asked->question, reply, door.ledger(), door.names(),
                         around_.clock.now().boot);
            told(*asked, reply);
        }
    };
}

void Shoppers::told(const Asked& asked, const Reply& reply) {
    if (const auto* view = std::get_if<api::ReservationView>(&reply.body);
        view != nullptr && !view->id.empty()) {
        if (held_.size() == kRemembered) {
            held_.erase(held_.begin());
        }
        held_.push_back({.id = view->id, .version = view->version});
    }
    hear(asked.call, reply.problem());
}

void Shoppers::hear(std::size_t call, const Problem* problem) {
    ++replies_;
    const base::Duration now = around_.clock.now().boot;
    if (is_to_come_again(problem)) {
        calls_.unheard(call, now, around_.dice, around_.faults);
    } else {
        static_cast<void>(calls_.hear(call, now, around_.dice, around_.faults));
    }
}

void Shoppers::send(std::size_t call, const CreateRequest& request, FrontDoor& door) {
    const auto number = note(call, key_of(request.attempt), {}, 0);
    door.service().reservations.create(principal_, request, listener(number, door));
}

void Shoppers::send(std::size_t call, const ChangeRequest& request, FrontDoor& door) {
    const auto number = note(call, key_of(request.attempt), request.reservation, 0);
    door.service().reservations.change(principal_, request, listener(number, door));
}

void Shoppers::send(std::size_t call, const MovementRequest& request, FrontDoor& door) {
    const auto number = note(call, key_of(request.attempt), {}, 0);
    door.service().stock.move(principal_, request, listener(number, door));
}

void Shoppers::send(std::size_t call, const Read& read, FrontDoor& door) {
    const auto number = note(call, {}, read.reservation, read.wait_seconds);
    door.service().reservations.read(principal_, read.reservation, read.wait_seconds,
                                     listener(number, door));
}

void Shoppers::send(std::size_t call, const ReleaseMatchingRequest& request, FrontDoor& door) {
    const auto number = note(call, {}, {}, 0);
    door.service().bulk_release.run(
        principal_, request,
        [this, number, heard = false](const api::BulkReleaseReply& reply) mutable {
            if (std::exchange(heard, true)) {
                judge_.found("a release in bulk was answered twice");
            }
            const auto asked = take(number);
            if (asked) {
                if (reply && reply->released.size() > reply->matched) {
                    judge_.found("more was released than matched");
                }
                hear(asked->call, reply ? nullptr : &reply.error());
            }
        });
}

// Availability is answered at once, on the thread that asks.
void Shoppers::look(std::size_t call, const Look& wanted, FrontDoor& door, const Known& known) {
    const bool insists = wanted.insists && !judge_.newest_position().empty();
    const auto least = insists ? std::optional(judge_.newest_position()) : std::nullopt;
    const auto reply = door.service().availability.read(principal_, wanted.skus, least);
    judge_.judge(reply, least, door.ledger(), door.names(), known.state, known.at);
    hear(call, nullptr);
}

// -- ends -----------------------------------------------------------------------------------

std::size_t Shoppers::bereft() {
    const auto asked = std::exchange(asked_, {});
    for (const Asked& one : asked) {
        calls_.unheard(one.call, around_.clock.now().boot, around_.dice, around_.faults);
    }
    return asked.size();
}

void Shoppers::ask_all_again() {
    for (std::size_t call = 0; call < wishes_.size(); ++call) {
        const bool keyed = std::visit(
            Overloaded{[](const Read&) { return false; }, [](const Look&) { return false; },
                       [](const auto& wish) { return !key_of(wish.attempt).empty(); }},
            wishes_[call]);
        if (keyed) {
            calls_.ask_again(call, around_.clock.now().boot);
        }
    }
}

}  // namespace holdfast::sim
