#include "bench/peers/pg_session.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace holdfast::bench {
namespace {

constexpr int kRacesMax = 10'000;
constexpr auto kSweepEvery = std::chrono::milliseconds(100);

std::string target_state(Verb verb) { return verb == Verb::commit ? "1" : "2"; }
std::string fingerprint(const Operation& operation) {
    return std::to_string(operation.key.high >> 1);
}

// What a statement that gives the hold's number, or null for "not enough", says.
Outcome read_hold(Operation& operation, const PgReply& reply, int row = 0, int column = 0) {
    const auto hold = reply.value(row, column);
    operation.hold = HoldName(hold);
    return hold.empty() ? Outcome::refused : Outcome::done;
}

Outcome judge_end(const Operation& operation, std::string_view state) {
    return state == target_state(operation.verb) ? Outcome::done : Outcome::refused;
}

Outcome complain(const PgReply& reply) {
    if (reply.lost()) {
        return Outcome::lost;
    }
    const auto text = reply.complaint();
    // What a server says while it goes down: the same request is right again later.
    if (text.find("terminating connection") != std::string::npos ||
        text.find("shutting down") != std::string::npos) {
        return Outcome::lost;
    }
    std::fprintf(stderr, "%s", text.c_str());
    return Outcome::failed;
}

}  // namespace

const std::vector<PgSession::Technique>& PgSession::techniques() {
    using S = PgSession;
    static const std::vector<Technique> all = {
        {"naive",
         &S::naive,
         "finish",
         false,
         {"begin", "commit", "rollback", "read_reply", "read_stock", "write_stock", "make_hold",
          "record_refusal", "finish"}},
        {"for_update",
         &S::for_update,
         "finish",
         false,
         {"begin", "commit", "rollback", "read_reply", "lock_stock", "write_stock", "make_hold",
          "record_refusal", "finish"}},
        {"optimistic",
         &S::optimistic,
         "finish",
         false,
         {"read_reply", "read_stock", "optimistic", "record_refusal", "finish"}},
        {"guarded", &S::guarded, "finish", false, {"read_reply", "guarded", "finish"}},
        {"function", &S::function, "finish", false, {"read_reply", "function", "finish"}},
        {"token", &S::token, "finish", false, {"issue_token", "token", "finish"}},
        {"select_then_insert",
         &S::select_then_insert,
         "finish",
         false,
         {"read_loose_reply", "loose", "finish"}},
        {"skip_locked",
         &S::skip_locked,
         "finish_units",
         false,
         {"read_reply", "skip_locked", "finish_units"}},
        {"pipelined", nullptr, "finish", false, {"function", "finish"}},
        {"array", nullptr, "finish_many", true, {"reserve_many", "finish_many"}},
    };
    return all;
}

const PgSession::Technique* PgSession::find(std::string_view name) {
    const auto found = std::ranges::find(techniques(), name, &Technique::name);
    return found == techniques().end() ? nullptr : &*found;
}

std::string PgSession::names() {
    std::string out;
    for (const auto& technique : techniques()) {
        out += ' ' + std::string(technique.name);
    }
    return out;
}

PgSession::PgSession(Driver& driver, const Technique& technique, const PgSettings& settings,
                     const Statements& statements)
    : driver_(driver),
      technique_(technique),
      settings_(settings),
      connection_(driver.loop(), settings.address, statements, technique.statements) {}

std::size_t PgSession::room() const {
    if (busy_ || !connection_.connected()) {
        return 0;
    }
    return technique_.reserve == nullptr ? settings_.batch : 1;
}

bool PgSession::mend() { return connection_.connected() || connection_.connect(); }

void PgSession::take(std::span<Operation* const> operations) {
    busy_ = true;
    if (technique_.reserve != nullptr) {
        run_one(*operations.front());
        return;
    }
    std::vector<Operation*> batch(operations.begin(), operations.end());
    if (technique_.array) {
        run_array(std::move(batch));
    } else {
        run_pipelined(std::move(batch));
    }
}

void PgSession::give_back(std::span<Operation* const> operations) {
    busy_ = false;
    for (Operation* const operation : operations) {
        driver_.finished(*operation, *this);
    }
}

Detached PgSession::run_one(Operation& operation) {
    if (operation.verb == Verb::reserve) {
        operation.outcome = co_await (this->*technique_.reserve)(operation);
    } else {
        operation.outcome = co_await finish(operation);
    }
    Operation* const done = &operation;
    give_back({&done, 1});
}

std::vector<std::string> PgSession::reserve_parameters(const Operation& operation) const {
    return {operation.key.uuid(), fingerprint(operation), sku_text(operation.sku), "1",
            std::to_string(settings_.ttl_ms)};
}

Task<bool> PgSession::run_alone(const char* statement) {
    PgReply reply;
    connection_.send(reply, statement, {});
    connection_.sync();
    co_await reply;
    co_return reply.ok();
}

Task<Outcome> PgSession::finish(Operation& operation) {
    PgReply reply;
    connection_.send(reply, technique_.statement.data(),
                     {std::string(operation.hold.text()), target_state(operation.verb)});
    connection_.sync();
    co_await reply;
    co_return reply.ok() ? judge_end(operation, reply.value(0, 0)) : complain(reply);
}

Task<Outcome> PgSession::known_reply(Operation& operation) {
    PgReply reply;
    connection_.send(reply, "read_reply", {operation.key.uuid()});
    connection_.sync();
    co_await reply;
    if (!reply.ok() || reply.rows() == 0) {
        co_return reply.ok() ? Outcome::lost : complain(reply);
    }
    co_return read_hold(operation, reply);
}

// -- one statement for everything: the unique key undoes it if the key was used
// --------------------

Task<Outcome> PgSession::one_statement(Operation& operation, const char* statement) {
    PgReply reply;
    connection_.send(reply, statement, reserve_parameters(operation));
    connection_.sync();
    co_await reply;
    if (reply.ok()) {
        co_return read_hold(operation, reply);
    }
    if (reply.raced()) {
        co_return co_await known_reply(operation);
    }
    co_return complain(reply);
}

Task<Outcome> PgSession::guarded(Operation& operation) {
    return one_statement(operation, "guarded");
}
Task<Outcome> PgSession::function(Operation& operation) {
    return one_statement(operation, "function");
}
Task<Outcome> PgSession::skip_locked(Operation& operation) {
    return one_statement(operation, "skip_locked");
}

// The token is issued by a call of its own, as when a checkout page is opened.
Task<Outcome> PgSession::token(Operation& operation) {
    PgReply issued;
    connection_.send(issued, "issue_token", {operation.key.uuid()});
    connection_.sync();
    co_await issued;
    if (!issued.ok()) {
        co_return complain(issued);
    }
    co_return co_await one_statement(operation, "token");
}

Task<Outcome> PgSession::select_then_insert(Operation& operation) {
    PgReply known;
    connection_.send(known, "read_loose_reply", {operation.key.uuid()});
    connection_.sync();
    co_await known;
    if (!known.ok()) {
        co_return complain(known);
    }
    if (known.rows() != 0) {
        co_return read_hold(operation, known);
    }
    co_return co_await one_statement(operation, "loose");
}

// -- read, think, write, in one transaction: two round trips --------------------------------------

Task<Outcome> PgSession::naive(Operation& operation) {
    return read_then_write(operation, "read_stock");
}
Task<Outcome> PgSession::for_update(Operation& operation) {
    return read_then_write(operation, "lock_stock");
}

Task<Outcome> PgSession::read_then_write(Operation& operation, const char* read) {
    PgReply begun;
    PgReply known;
    PgReply stock;
    connection_.send(begun, "begin", {});
    connection_.send(known, "read_reply", {operation.key.uuid()});
    connection_.send(stock, read, {sku_text(operation.sku)});
    connection_.sync();
    co_await stock;
    if (!stock.ok()) {
        co_return complain(stock);
    }
    if (known.rows() != 0) {
        const Outcome outcome = read_hold(operation, known);
        co_await run_alone("rollback");
        co_return outcome;
    }
    const auto available = std::atoll(std::string(stock.value(0, 0)).c_str());
    PgReply made;
    PgReply written;
    PgReply ended;
    if (available >= 1) {
        connection_.send(made, "make_hold", reserve_parameters(operation));
        connection_.send(written, "write_stock",
                         {sku_text(operation.sku), std::to_string(available - 1)});
    } else {
        connection_.send(made, "record_refusal", {operation.key.uuid(), fingerprint(operation)});
    }
    connection_.send(ended, "commit", {});
    connection_.sync();
    co_await ended;
    if (made.ok() && ended.ok()) {
        co_return read_hold(operation, made);
    }
    if (made.raced()) {
        co_await run_alone("rollback");
        co_return co_await known_reply(operation);
    }
    co_return complain(made);
}

Task<Outcome> PgSession::optimistic(Operation& operation) {
    for (int races = 0; races < kRacesMax; ++races) {
        PgReply known;
        PgReply stock;
        connection_.send(known, "read_reply", {operation.key.uuid()});
        connection_.send(stock, "read_stock", {sku_text(operation.sku)});
        connection_.sync();
        co_await stock;
        if (!stock.ok() || !known.ok()) {
            co_return complain(stock);
        }
        if (known.rows() != 0) {
            co_return read_hold(operation, known);
        }
        PgReply made;
        if (std::atoll(std::string(stock.value(0, 0)).c_str()) < 1) {
            connection_.send(made, "record_refusal",
                             {operation.key.uuid(), fingerprint(operation)});
        } else {
            auto parameters = reserve_parameters(operation);
            parameters.emplace_back(stock.value(0, 1));
            connection_.send(made, "optimistic", parameters);
        }
        connection_.sync();
        co_await made;
        if (!made.ok() && !made.raced()) {
            co_return complain(made);
        }
        if (made.rows() != 0 || stock.value(0, 0) == "0") {
            co_return made.ok() ? read_hold(operation, made) : Outcome::lost;
        }
    }
    co_return Outcome::lost;
}

// -- many at a time -------------------------------------------------------------------------------

// One transaction for all: sorted, so that two connections lock rows in one order. If one of them
// fails, all are asked again.
Detached PgSession::run_pipelined(std::vector<Operation*> operations) {
    std::ranges::sort(operations, {}, &Operation::sku);
    std::vector<PgReply> replies(operations.size());
    for (std::size_t i = 0; i < operations.size(); ++i) {
        auto& operation = *operations[i];
        if (operation.verb == Verb::reserve) {
            connection_.send(replies[i], "function", reserve_parameters(operation));
        } else {
            connection_.send(replies[i], "finish",
                             {std::string(operation.hold.text()), target_state(operation.verb)});
        }
    }
    connection_.sync();
    PgReply& last = replies.back();
    co_await last;
    const bool whole = std::ranges::all_of(replies, &PgReply::ok);
    for (std::size_t i = 0; i < operations.size(); ++i) {
        auto& operation = *operations[i];
        if (!whole) {
            operation.outcome = Outcome::lost;
        } else if (operation.verb == Verb::reserve) {
            operation.outcome = read_hold(operation, replies[i]);
        } else {
            operation.outcome = judge_end(operation, replies[i].value(0, 0));
        }
    }
    give_back(operations);
}

Task<bool> PgSession::array_reserve(std::vector<Operation*> operations) {
    std::string keys = "{";
    std::string fingerprints = "{";
    std::string skus = "{";
    std::string quantities = "{";
    for (const Operation* const operation : operations) {
        keys += operation->key.uuid() + ',';
        fingerprints += fingerprint(*operation) + ',';
        skus += sku_text(operation->sku) + ',';
        quantities += "1,";
    }
    for (auto* const text : {&keys, &fingerprints, &skus, &quantities}) {
        text->back() = '}';
    }
    PgReply reply;
    connection_.send(reply, "reserve_many",
                     {keys, fingerprints, skus, quantities, std::to_string(settings_.ttl_ms)});
    connection_.sync();
    co_await reply;
    for (int row = 0; row < reply.rows(); ++row) {
        const auto place = std::strtoul(std::string(reply.value(row, 0)).c_str(), nullptr, 10);
        auto& operation = *operations.at(place - 1);
        operation.outcome = read_hold(operation, reply, row, 1);
    }
    co_return reply.ok();
}

Task<bool> PgSession::array_finish(std::vector<Operation*> operations) {
    std::string ids = "{";
    std::string states = "{";
    for (const Operation* const operation : operations) {
        ids += std::string(operation->hold.text()) + ',';
        states += target_state(operation->verb) + ',';
    }
    ids.back() = states.back() = '}';
    PgReply reply;
    connection_.send(reply, "finish_many", {ids, states});
    connection_.sync();
    co_await reply;
    for (int row = 0; row < reply.rows(); ++row) {
        const auto place = std::strtoul(std::string(reply.value(row, 0)).c_str(), nullptr, 10);
        auto& operation = *operations.at(place - 1);
        operation.outcome = judge_end(operation, reply.value(row, 1));
    }
    co_return reply.ok();
}

// A call that fails as a whole leaves its operations to be asked again.
Detached PgSession::run_array(std::vector<Operation*> operations) {
    std::vector<Operation*> reserves;
    std::vector<Operation*> ends;
    for (Operation* const operation : operations) {
        operation->outcome = Outcome::lost;
        (operation->verb == Verb::reserve ? reserves : ends).push_back(operation);
    }
    if (!reserves.empty()) {
        co_await array_reserve(reserves);
    }
    if (!ends.empty()) {
        co_await array_finish(ends);
    }
    give_back(operations);
}

PgSweeper::PgSweeper(Loop& loop, const PgSettings& settings, const Statements& statements)
    : loop_(loop), connection_(loop, settings.address, statements, {"expire_due"}) {}

Detached PgSweeper::run() {
    while (true) {
        co_await Pause{loop_, kSweepEvery};
        if (!connection_.connected() && !connection_.connect()) {
            continue;
        }
        PgReply reply;
        connection_.send(reply, "expire_due", {});
        connection_.sync();
        co_await reply;
        expired_ += std::atoll(std::string(reply.value(0, 0)).c_str());
    }
}

}  // namespace holdfast::bench
