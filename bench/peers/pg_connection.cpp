#include "bench/peers/pg_connection.hpp"

#include <libpq-fe.h>

#include <cstdio>
#include <fstream>

#include "base/check.hpp"

namespace holdfast::bench {

PgReply::~PgReply() { PQclear(result_); }

bool PgReply::ok() const {
    const auto status = PQresultStatus(result_);
    return !lost_ && (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK);
}

// unique_violation, serialization_failure, deadlock_detected, lock_not_available, or aborted
// because a statement before it in the same transaction was one of these.
bool PgReply::raced() const {
    if (lost_ || ok()) {
        return false;
    }
    const char* const state = PQresultErrorField(result_, PG_DIAG_SQLSTATE);
    const std::string_view code = state == nullptr ? "" : state;
    return code == "23505" || code == "40001" || code == "40P01" || code == "55P03" ||
           code == "25P02" || PQresultStatus(result_) == PGRES_PIPELINE_ABORTED;
}

int PgReply::rows() const { return ok() ? PQntuples(result_) : 0; }

std::string_view PgReply::value(int row, int column) const {
    if (row >= rows() || PQgetisnull(result_, row, column) != 0) {
        return {};
    }
    return {PQgetvalue(result_, row, column),
            static_cast<std::size_t>(PQgetlength(result_, row, column))};
}

std::string PgReply::complaint() const { return PQresultErrorMessage(result_); }

Statements read_statements(const std::string& path) {
    constexpr std::string_view kMark = "-- name: ";
    Statements out;
    std::ifstream file(path);
    if (!file) {
        std::fprintf(stderr, "cannot read %s\n", path.c_str());
        std::exit(2);
    }
    std::string* current = nullptr;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with(kMark)) {
            current = &out[line.substr(kMark.size())];
        } else if (current != nullptr) {
            *current += line + '\n';
        }
    }
    return out;
}

PgConnection::PgConnection(Loop& loop, std::string address, const Statements& statements,
                           std::vector<std::string> used)
    : loop_(loop), address_(std::move(address)), statements_(statements), used_(std::move(used)) {}

PgConnection::~PgConnection() {
    if (connection_ != nullptr) {
        loop_.forget(PQsocket(connection_));
        PQfinish(connection_);
    }
}

bool PgConnection::connect() {
    PGconn* const made = PQconnectdb(address_.c_str());
    if (PQstatus(made) != CONNECTION_OK) {
        PQfinish(made);
        return false;
    }
    for (const auto& name : used_) {
        const auto found = statements_.find(name);
        CHECK(found != statements_.end());
        PGresult* const result = PQprepare(made, name.c_str(), found->second.c_str(), 0, nullptr);
        const bool prepared = PQresultStatus(result) == PGRES_COMMAND_OK;
        if (!prepared) {
            std::fprintf(stderr, "%s: %s", name.c_str(), PQerrorMessage(made));
        }
        PQclear(result);
        if (!prepared) {
            PQfinish(made);
            return false;
        }
    }
    CHECK(PQsetnonblocking(made, 1) == 0);
    CHECK(PQenterPipelineMode(made) == 1);
    connection_ = made;
    loop_.watch(PQsocket(made), *this, false);
    writing_ = false;
    return true;
}

void PgConnection::send(PgReply& reply, const char* statement,
                        std::span<const std::string> parameters) {
    std::vector<const char*> values;
    values.reserve(parameters.size());
    for (const auto& parameter : parameters) {
        values.push_back(parameter.c_str());
    }
    if (connection_ == nullptr) {
        reply.settled_ = reply.lost_ = true;
        return;
    }
    open_.push_back(&reply);
    static_cast<void>(PQsendQueryPrepared(connection_, statement, static_cast<int>(values.size()),
                                          values.data(), nullptr, nullptr, 0));
}

// A connection that broke is noticed when it is read, so that no coroutine is resumed in here.
void PgConnection::sync() {
    if (connection_ != nullptr) {
        open_.push_back(nullptr);
        static_cast<void>(PQpipelineSync(connection_));
        flush();
    }
}

void PgConnection::flush() {
    const bool more = PQflush(connection_) == 1;
    if (more != writing_) {
        writing_ = more;
        loop_.change(PQsocket(connection_), *this, more);
    }
}

void PgConnection::ready(bool readable, bool writable) {
    if (writable && connection_ != nullptr) {
        flush();
    }
    if (!readable || connection_ == nullptr) {
        return;
    }
    if (PQconsumeInput(connection_) == 0 || PQstatus(connection_) == CONNECTION_BAD) {
        lose();
        return;
    }
    read_results();
}

void PgConnection::read_results() {
    while (connection_ != nullptr && !open_.empty() && PQisBusy(connection_) == 0) {
        PGresult* const result = PQgetResult(connection_);
        if (result == nullptr) {
            reading_ += in_result_ ? 1 : 0;
            in_result_ = false;
            continue;
        }
        if (PQresultStatus(result) == PGRES_PIPELINE_SYNC) {
            PQclear(result);
            settle_until_sync();
            continue;
        }
        if (PQstatus(connection_) == CONNECTION_BAD) {
            PQclear(result);
            lose();
            return;
        }
        CHECK(reading_ < open_.size() && open_[reading_] != nullptr);
        PQclear(open_[reading_]->result_);
        open_[reading_]->result_ = result;
        in_result_ = true;
    }
}

void PgConnection::settle_until_sync() {
    std::vector<PgReply*> settled;
    while (open_.front() != nullptr) {
        settled.push_back(open_.front());
        open_.pop_front();
    }
    open_.pop_front();
    reading_ = 0;
    in_result_ = false;
    for (PgReply* const reply : settled) {
        reply->settled_ = true;
    }
    // The last one first resumed would end the coroutine that owns the others: in order.
    std::vector<std::coroutine_handle<>> waiters;
    for (PgReply* const reply : settled) {
        if (reply->waiter_) {
            waiters.push_back(reply->waiter_);
        }
    }
    for (const auto waiter : waiters) {
        waiter.resume();
    }
}

void PgConnection::lose() {
    loop_.forget(PQsocket(connection_));
    PQfinish(connection_);
    connection_ = nullptr;
    reading_ = 0;
    in_result_ = false;
    std::deque<PgReply*> open;
    open.swap(open_);
    std::vector<std::coroutine_handle<>> waiters;
    for (PgReply* const reply : open) {
        if (reply != nullptr) {
            reply->settled_ = true;
            reply->lost_ = true;
            if (reply->waiter_) {
                waiters.push_back(reply->waiter_);
            }
        }
    }
    for (const auto waiter : waiters) {
        waiter.resume();
    }
}

}  // namespace holdfast::bench
