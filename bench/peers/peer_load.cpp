// Loads PostgreSQL or Redis with one technique and prints one JSON object.
//
//   peer_load --technique NAME [--pg CONNINFO] [--redis SOCKET] [options]
//
// The servers, the tables and the stock are made by the harness (bench/harness); this program only
// asks. --clients may be more than --connections: the rest waits, as behind a connection pool.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>

#include "bench/load/arguments.hpp"
#include "bench/load/driver.hpp"
#include "bench/peers/redis_session.hpp"

namespace holdfast::bench {
namespace {

struct Settings {
    std::string technique;
    std::string pg;
    std::string redis;
    std::string scripts;  // the folder of sql/ and lua/
    std::size_t connections = 16;
    std::size_t batch = 1;
    long ttl_ms = 3'600'000;
    long lock_ms = 200;
    std::uint32_t pause_percent = 0;
    DriverSettings driver;
};

Settings parse(int argc, char** argv) {
    Settings out;
    Arguments arguments(argc, argv);
    arguments.text("--technique", out.technique);
    arguments.text("--pg", out.pg);
    arguments.text("--redis", out.redis);
    arguments.text("--scripts", out.scripts);
    arguments.number("--connections", out.connections);
    arguments.number("--batch", out.batch);
    arguments.number("--ttl-ms", out.ttl_ms);
    arguments.number("--lock-ms", out.lock_ms);
    arguments.number("--pause-percent", out.pause_percent);
    add_driver_arguments(arguments, out.driver);
    arguments.finish();
    return out;
}

std::string read_file(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

bool load_all(RedisSettings& redis, const std::string& folder) {
    const auto load = [&](const char* name) {
        redis.bodies.push_back(read_file(folder + "/lua/" + name + ".lua"));
        return RedisConnection::load_script(redis.socket, redis.bodies.back());
    };
    redis.reserve = load("reserve");
    redis.finish = load("finish");
    redis.expire = load("expire");
    redis.unlock = load("unlock");
    return load_scripts(redis);
}

int complain(const std::string& text) {
    std::fprintf(stderr, "peer_load: %s\n", text.c_str());
    return 2;
}

int run(const Settings& settings) {
    Loop loop;
    Driver driver(loop, settings.driver);
    const Statements statements = read_statements(settings.scripts + "/sql/statements.sql");
    const PgSettings pg{.address = settings.pg, .batch = settings.batch, .ttl_ms = settings.ttl_ms};
    RedisSettings redis;
    redis.socket = settings.redis;
    redis.depth = settings.batch;
    redis.ttl_ms = settings.ttl_ms;
    redis.lock_ms = settings.lock_ms;
    redis.pause_percent = settings.pause_percent;
    if (!settings.redis.empty() && !load_all(redis, settings.scripts)) {
        return complain("the scripts cannot be loaded into Redis");
    }
    const auto* const technique = PgSession::find(settings.technique);
    std::vector<std::unique_ptr<Session>> sessions;
    for (std::size_t i = 0; i < settings.connections; ++i) {
        if (settings.technique == "lua") {
            sessions.push_back(std::make_unique<RedisLuaSession>(driver, redis));
        } else if (settings.technique == "lock") {
            sessions.push_back(std::make_unique<LockSession>(driver, redis, pg, statements, i + 1));
        } else if (technique != nullptr) {
            sessions.push_back(std::make_unique<PgSession>(driver, *technique, pg, statements));
        } else {
            return complain("no technique '" + settings.technique + "'; there are lua lock" +
                            PgSession::names());
        }
        if (!sessions.back()->mend()) {
            return complain("the server does not answer");
        }
        driver.add(*sessions.back());
    }
    PgSweeper pg_sweeper(loop, pg, statements);
    RedisSweeper redis_sweeper(loop, redis);
    if (settings.technique == "lua") {
        redis_sweeper.run();
    } else {
        pg_sweeper.run();
    }
    const auto report = driver.run();
    std::printf("%s\n", to_json(report).c_str());
    std::fflush(stdout);
    return 0;
}

}  // namespace
}  // namespace holdfast::bench

int main(int argc, char** argv) { return holdfast::bench::run(holdfast::bench::parse(argc, argv)); }
