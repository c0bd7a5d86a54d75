// The textbook's techniques on PostgreSQL, one connection each. See sql/ for what each one sends.
//
// One at a time: naive, for_update, optimistic, guarded, function, token, select_then_insert,
// skip_locked. Many at a time: pipelined (many calls, one transaction, one flush), array (one
// call). Thread rule: one thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/load/driver.hpp"
#include "bench/load/task.hpp"
#include "bench/peers/pg_connection.hpp"

namespace holdfast::bench {

struct PgSettings {
    std::string address;
    std::size_t batch = 1;  // pipelined, array: so many operations at once
    long ttl_ms = 3'600'000;
};

class PgSession final : public Session {
  public:
    using Reserve = Task<Outcome> (PgSession::*)(Operation&);
    struct Technique {
        std::string_view name;
        Reserve reserve;             // null: many at a time
        std::string_view statement;  // the finishing one
        bool array = false;
        std::vector<std::string> statements;
    };
    // Null for a name that nobody knows.
    [[nodiscard]] static const Technique* find(std::string_view name);
    [[nodiscard]] static std::string names();

    PgSession(Driver& driver, const Technique& technique, const PgSettings& settings,
              const Statements& statements);

    [[nodiscard]] std::size_t room() const override;
    void take(std::span<Operation* const> operations) override;
    bool mend() override;

  private:
    static const std::vector<Technique>& techniques();
    Detached run_one(Operation& operation);
    Detached run_pipelined(std::vector<Operation*> operations);
    Detached run_array(std::vector<Operation*> operations);
    Task<bool> array_reserve(std::vector<Operation*> operations);
    Task<bool> array_finish(std::vector<Operation*> operations);
    void give_back(std::span<Operation* const> operations);

    Task<Outcome> naive(Operation& operation);
    Task<Outcome> for_update(Operation& operation);
    Task<Outcome> optimistic(Operation& operation);
    Task<Outcome> guarded(Operation& operation);
    Task<Outcome> function(Operation& operation);
    Task<Outcome> token(Operation& operation);
    Task<Outcome> select_then_insert(Operation& operation);
    Task<Outcome> skip_locked(Operation& operation);
    Task<Outcome> read_then_write(Operation& operation, const char* read);
    Task<Outcome> one_statement(Operation& operation, const char* statement);
    Task<Outcome> finish(Operation& operation);
    Task<Outcome> known_reply(Operation& operation);
    Task<bool> run_alone(const char* statement);

    [[nodiscard]] std::vector<std::string> reserve_parameters(const Operation& operation) const;

    Driver& driver_;
    const Technique& technique_;
    PgSettings settings_;
    PgConnection connection_;
    bool busy_ = false;
};

// Ends holds whose time is over, ten times a second, as every shop's background job does.
class PgSweeper {
  public:
    PgSweeper(Loop& loop, const PgSettings& settings, const Statements& statements);
    Detached run();
    [[nodiscard]] long long expired() const { return expired_; }

  private:
    Loop& loop_;
    PgConnection connection_;
    long long expired_ = 0;
};

}  // namespace holdfast::bench
