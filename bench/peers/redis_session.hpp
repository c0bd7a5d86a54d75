// The textbook's techniques on Redis: a script that does it all (`lua`), and a lock with a time to
// live around a write to PostgreSQL (`lock`), as shops really do it.
//
// Thread rule: one thread.
#pragma once

#include <string>
#include <vector>

#include "base/prng.hpp"
#include "bench/load/driver.hpp"
#include "bench/load/task.hpp"
#include "bench/peers/pg_session.hpp"
#include "bench/peers/redis_connection.hpp"

namespace holdfast::bench {

struct RedisSettings {
    std::string socket;
    std::size_t depth = 1;  // lua: so many calls on their way at once
    long ttl_ms = 3'600'000;
    std::vector<std::string> bodies;  // of the scripts; a server forgets them when it ends
    std::string reserve;              // SHA-1 of the scripts
    std::string finish;
    std::string expire;
    std::string unlock;
    // lock: its time to live, and how often a holder stops for longer than that (a garbage
    // collection, a slow disk, a paused container).
    long lock_ms = 200;
    std::uint32_t pause_percent = 0;
};

// False: the server is not there, or still reads its files.
[[nodiscard]] bool load_scripts(const RedisSettings& settings);

// Milliseconds since 1970: deadlines in Redis are absolute.
[[nodiscard]] long long wall_ms();

class RedisLuaSession final : public Session {
  public:
    RedisLuaSession(Driver& driver, const RedisSettings& settings)
        : driver_(driver), settings_(settings), connection_(driver.loop(), settings.socket) {}

    [[nodiscard]] std::size_t room() const override {
        return connection_.connected() ? settings_.depth - flying_ : 0;
    }
    void take(std::span<Operation* const> operations) override;
    bool mend() override {
        return connection_.connected() || (load_scripts(settings_) && connection_.connect());
    }

  private:
    Detached run(Operation& operation);

    Driver& driver_;
    const RedisSettings& settings_;
    RedisConnection connection_;
    std::size_t flying_ = 0;
};

// SET NX with a time to live, read and write in PostgreSQL, give the lock back if it is still ours.
class LockSession final : public Session {
  public:
    LockSession(Driver& driver, const RedisSettings& redis, const PgSettings& pg,
                const Statements& statements, std::uint64_t seed);

    [[nodiscard]] std::size_t room() const override {
        return !busy_ && redis_.connected() && pg_.connected() ? 1 : 0;
    }
    void take(std::span<Operation* const> operations) override {
        busy_ = true;
        run(*operations.front());
    }
    bool mend() override {
        return (redis_.connected() || redis_.connect()) && (pg_.connected() || pg_.connect());
    }

  private:
    Detached run(Operation& operation);
    Task<bool> lock(std::string name, std::string token);
    Task<bool> unlock(std::string name, std::string token);
    Task<Outcome> reserve_under_lock(Operation& operation);
    Task<Outcome> finish(Operation& operation);

    Driver& driver_;
    const RedisSettings& settings_;
    long ttl_ms_;
    RedisConnection redis_;
    PgConnection pg_;
    base::Prng dice_;
    bool busy_ = false;
};

class RedisSweeper {
  public:
    RedisSweeper(Loop& loop, const RedisSettings& settings)
        : loop_(loop), settings_(settings), connection_(loop, settings.socket) {}
    Detached run();
    [[nodiscard]] long long expired() const { return expired_; }

  private:
    Loop& loop_;
    const RedisSettings& settings_;
    RedisConnection connection_;
    long long expired_ = 0;
};

}  // namespace holdfast::bench
