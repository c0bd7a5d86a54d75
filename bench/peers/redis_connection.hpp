// One connection to Redis for coroutines: commands are sent as they come, answers come in order.
//
//   RedisReply answer;
//   connection.send(answer, {"GET", "name"});
//   co_await answer;
//
// Thread rule: one thread.
#pragma once

#include <coroutine>
#include <deque>
#include <span>
#include <string>
#include <string_view>

#include "bench/load/loop.hpp"

struct redisContext;
struct redisReply;

namespace holdfast::bench {

class RedisReply {
  public:
    RedisReply() = default;
    ~RedisReply();
    RedisReply(const RedisReply&) = delete;
    RedisReply& operator=(const RedisReply&) = delete;

    [[nodiscard]] bool lost() const { return reply_ == nullptr; }
    [[nodiscard]] bool is_error() const;
    [[nodiscard]] bool is_nil() const;
    // Of an integer reply or of text that is a number.
    [[nodiscard]] long long number() const;
    [[nodiscard]] std::string_view text() const;

    [[nodiscard]] bool await_ready() const { return settled_; }
    void await_suspend(std::coroutine_handle<> waiter) { waiter_ = waiter; }
    void await_resume() const {}

  private:
    friend class RedisConnection;
    redisReply* reply_ = nullptr;
    std::coroutine_handle<> waiter_;
    bool settled_ = false;
};

class RedisConnection final : public Channel {
  public:
    RedisConnection(Loop& loop, std::string socket) : loop_(loop), socket_(std::move(socket)) {}
    ~RedisConnection() override;
    RedisConnection(const RedisConnection&) = delete;
    RedisConnection& operator=(const RedisConnection&) = delete;

    bool connect();
    [[nodiscard]] bool connected() const { return context_ != nullptr; }
    // Blocking, for scripts at the start: the SHA-1 of the loaded script, empty on failure.
    [[nodiscard]] static std::string load_script(const std::string& socket,
                                                 const std::string& body);

    void send(RedisReply& reply, std::span<const std::string> words);
    void send(RedisReply& reply, std::initializer_list<std::string> words) {
        send(reply, std::span(words.begin(), words.size()));
    }
    void flush();

    void ready(bool readable, bool writable) override;

  private:
    void lose();

    Loop& loop_;
    std::string socket_;
    redisContext* context_ = nullptr;
    std::deque<RedisReply*> open_;
    bool writing_ = false;
};

}  // namespace holdfast::bench
