// One connection to PostgreSQL, always in pipeline mode, for coroutines:
//
//   PgReply stock;
//   connection.send(stock, "read_stock", {sku});
//   connection.sync();
//   co_await stock;
//
// Statements up to a sync without BEGIN are one transaction. A reply is there when the sync after
// it was answered, so what it says is durable. After a lost connection every open reply is `lost`.
// Thread rule: one thread.
#pragma once

#include <coroutine>
#include <deque>
#include <initializer_list>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/load/loop.hpp"

struct pg_conn;
struct pg_result;

namespace holdfast::bench {

class PgReply {
  public:
    PgReply() = default;
    ~PgReply();
    PgReply(const PgReply&) = delete;
    PgReply& operator=(const PgReply&) = delete;

    [[nodiscard]] bool lost() const { return lost_; }
    [[nodiscard]] bool ok() const;
    // Somebody else holds the key, or the statement lost a race: ask again.
    [[nodiscard]] bool raced() const;
    [[nodiscard]] int rows() const;
    // Empty for NULL and for what is not there.
    [[nodiscard]] std::string_view value(int row, int column) const;
    [[nodiscard]] std::string complaint() const;

    [[nodiscard]] bool await_ready() const { return settled_; }
    void await_suspend(std::coroutine_handle<> waiter) { waiter_ = waiter; }
    void await_resume() const {}

  private:
    friend class PgConnection;
    pg_result* result_ = nullptr;
    std::coroutine_handle<> waiter_;
    bool settled_ = false;
    bool lost_ = false;
};

// Named statements of a .sql file: each begins with a line "-- name: NAME".
using Statements = std::map<std::string, std::string, std::less<>>;
[[nodiscard]] Statements read_statements(const std::string& path);

class PgConnection final : public Channel {
  public:
    PgConnection(Loop& loop, std::string address, const Statements& statements,
                 std::vector<std::string> used);
    ~PgConnection() override;
    PgConnection(const PgConnection&) = delete;
    PgConnection& operator=(const PgConnection&) = delete;

    // Blocks while it connects and prepares. False: the server is not there.
    bool connect();
    [[nodiscard]] bool connected() const { return connection_ != nullptr; }

    void send(PgReply& reply, const char* statement, std::span<const std::string> parameters);
    void send(PgReply& reply, const char* statement,
              std::initializer_list<std::string> parameters) {
        send(reply, statement, std::span(parameters.begin(), parameters.size()));
    }
    void sync();

    void ready(bool readable, bool writable) override;

  private:
    void read_results();
    void settle_until_sync();
    void flush();
    void lose();

    Loop& loop_;
    std::string address_;
    const Statements& statements_;
    std::vector<std::string> used_;
    pg_conn* connection_ = nullptr;
    std::deque<PgReply*> open_;  // null: a sync
    std::size_t reading_ = 0;    // index in open_ of the statement whose result comes next
    bool in_result_ = false;
    bool writing_ = false;
};

}  // namespace holdfast::bench
