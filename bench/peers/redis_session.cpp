#include "bench/peers/redis_session.hpp"

#include <algorithm>
#include <cstdlib>

namespace holdfast::bench {
namespace {

constexpr auto kSweepEvery = std::chrono::milliseconds(100);
constexpr int kLockTriesMax = 100'000;
constexpr long kPauseLocks = 5;  // a paused holder stays away for so many lives of its lock

const char* target_state(Verb verb) { return verb == Verb::commit ? "1" : "2"; }

Outcome judge_end(const Operation& operation, std::string_view state) {
    return state == target_state(operation.verb) ? Outcome::done : Outcome::refused;
}

}  // namespace

long long wall_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

bool load_scripts(const RedisSettings& settings) {
    return std::ranges::all_of(settings.bodies, [&](const std::string& body) {
        return !RedisConnection::load_script(settings.socket, body).empty();
    });
}

void RedisLuaSession::take(std::span<Operation* const> operations) {
    flying_ += operations.size();
    for (Operation* const operation : operations) {
        run(*operation);
    }
    connection_.flush();
}

Detached RedisLuaSession::run(Operation& operation) {
    RedisReply reply;
    if (operation.verb == Verb::reserve) {
        const std::string key = operation.key.uuid();
        const std::string sku = sku_text(operation.sku);
        connection_.send(reply, {"EVALSHA", settings_.reserve, "2", "reply:" + key, "stock:" + sku,
                                 sku, "1", std::to_string(wall_ms() + settings_.ttl_ms), key,
                                 std::to_string(operation.key.high >> 1)});
    } else {
        const std::string hold(operation.hold.text());
        connection_.send(reply, {"EVALSHA", settings_.finish, "1", "hold:" + hold, hold,
                                 target_state(operation.verb), std::to_string(wall_ms())});
    }
    co_await reply;
    --flying_;
    if (reply.lost()) {
        operation.outcome = Outcome::lost;
    } else if (reply.is_error()) {
        const bool loading = reply.text().starts_with("LOADING");  // after a restart
        operation.outcome = loading ? Outcome::lost : Outcome::failed;
    } else if (operation.verb == Verb::reserve) {
        const bool made = reply.number() >= 0;
        operation.hold = HoldName(made ? std::to_string(reply.number()) : "");
        operation.outcome = made ? Outcome::done : Outcome::refused;
    } else {
        operation.outcome = judge_end(operation, std::to_string(reply.number()));
    }
    driver_.finished(operation, *this);
}

LockSession::LockSession(Driver& driver, const RedisSettings& redis, const PgSettings& pg,
                         const Statements& statements, std::uint64_t seed)
    : driver_(driver),
      settings_(redis),
      ttl_ms_(pg.ttl_ms),
      redis_(driver.loop(), redis.socket),
      pg_(driver.loop(), pg.address, statements,
          {"begin", "commit", "rollback", "read_reply", "read_stock", "take_stock", "make_hold",
           "record_refusal", "finish"}),
      dice_(seed) {}

// Tries again after 1 to 5 ms until it has the lock.
Task<bool> LockSession::lock(std::string name, std::string token) {
    for (int tries = 0; tries < kLockTriesMax; ++tries) {
        RedisReply reply;
        redis_.send(reply, {"SET", name, token, "NX", "PX", std::to_string(settings_.lock_ms)});
        redis_.flush();
        co_await reply;
        if (reply.lost()) {
            co_return false;
        }
        if (!reply.is_nil()) {
            co_return true;
        }
        co_await Pause{driver_.loop(), std::chrono::microseconds(dice_.between(1'000, 5'000))};
    }
    co_return false;
}

Task<bool> LockSession::unlock(std::string name, std::string token) {
    RedisReply reply;
    redis_.send(reply, {"EVALSHA", settings_.unlock, "1", name, token});
    redis_.flush();
    co_await reply;
    co_return !reply.is_error();
}

// Under the lock, reading and then writing is safe; it is the lock that is not.
Task<Outcome> LockSession::reserve_under_lock(Operation& operation) {
    PgReply known;
    PgReply stock;
    pg_.send(known, "read_reply", {operation.key.uuid()});
    pg_.send(stock, "read_stock", {sku_text(operation.sku)});
    pg_.sync();
    co_await stock;
    if (!stock.ok() || !known.ok()) {
        co_return Outcome::lost;
    }
    if (known.rows() != 0) {
        operation.hold = HoldName(known.value(0, 0));
        co_return operation.hold.text().empty() ? Outcome::refused : Outcome::done;
    }
    if (settings_.pause_percent != 0 && dice_.chance(settings_.pause_percent, 100)) {
        co_await Pause{driver_.loop(), std::chrono::milliseconds(settings_.lock_ms * kPauseLocks)};
    }
    const bool enough = std::atoll(std::string(stock.value(0, 0)).c_str()) >= 1;
    const std::string key = operation.key.uuid();
    const std::string fingerprint = std::to_string(operation.key.high >> 1);
    PgReply begun;
    PgReply taken;
    PgReply made;
    PgReply ended;
    pg_.send(begun, "begin", {});
    if (enough) {
        pg_.send(made, "make_hold",
                 {key, fingerprint, sku_text(operation.sku), "1", std::to_string(ttl_ms_)});
        pg_.send(taken, "take_stock", {sku_text(operation.sku), "1"});
    } else {
        pg_.send(made, "record_refusal", {key, fingerprint});
    }
    pg_.send(ended, "commit", {});
    pg_.sync();
    co_await ended;
    if (!made.ok() || !ended.ok()) {
        // The commit of a transaction that failed is its rollback.
        co_return Outcome::lost;
    }
    operation.hold = HoldName(made.value(0, 0));
    co_return enough ? Outcome::done : Outcome::refused;
}

Task<Outcome> LockSession::finish(Operation& operation) {
    PgReply reply;
    pg_.send(reply, "finish", {std::string(operation.hold.text()), target_state(operation.verb)});
    pg_.sync();
    co_await reply;
    co_return reply.ok() ? judge_end(operation, reply.value(0, 0)) : Outcome::lost;
}

Detached LockSession::run(Operation& operation) {
    if (operation.verb != Verb::reserve) {
        operation.outcome = co_await finish(operation);
    } else {
        const std::string name = "lock:" + sku_text(operation.sku);
        const std::string token = std::to_string(dice_.next());
        const bool locked = co_await lock(name, token);
        operation.outcome = Outcome::lost;
        if (locked) {
            operation.outcome = co_await reserve_under_lock(operation);
            co_await unlock(name, token);
        }
    }
    busy_ = false;
    driver_.finished(operation, *this);
}

Detached RedisSweeper::run() {
    while (true) {
        co_await Pause{loop_, kSweepEvery};
        if (!connection_.connected() && !connection_.connect()) {
            continue;
        }
        RedisReply reply;
        connection_.send(reply,
                         {"EVALSHA", settings_.expire, "0", std::to_string(wall_ms()), "2000"});
        connection_.flush();
        co_await reply;
        expired_ += reply.is_error() ? 0 : reply.number();
    }
}

}  // namespace holdfast::bench
