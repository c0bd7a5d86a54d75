#include "bench/peers/redis_connection.hpp"

#include <hiredis/hiredis.h>

#include <cstdlib>
#include <vector>

#include "base/check.hpp"

namespace holdfast::bench {

RedisReply::~RedisReply() { freeReplyObject(reply_); }
bool RedisReply::is_error() const { return lost() || reply_->type == REDIS_REPLY_ERROR; }
bool RedisReply::is_nil() const { return lost() || reply_->type == REDIS_REPLY_NIL; }
long long RedisReply::number() const {
    if (lost()) {
        return 0;
    }
    return reply_->type == REDIS_REPLY_INTEGER ? reply_->integer
                                               : std::atoll(std::string(text()).c_str());
}
std::string_view RedisReply::text() const {
    return lost() || reply_->str == nullptr ? std::string_view{}
                                            : std::string_view(reply_->str, reply_->len);
}

RedisConnection::~RedisConnection() {
    if (context_ != nullptr) {
        loop_.forget(context_->fd);
        redisFree(context_);
    }
}

bool RedisConnection::connect() {
    redisContext* const made = redisConnectUnixNonBlock(socket_.c_str());
    if (made == nullptr || made->err != 0) {
        redisFree(made);
        return false;
    }
    context_ = made;
    writing_ = false;
    loop_.watch(made->fd, *this, false);
    return true;
}

std::string RedisConnection::load_script(const std::string& socket, const std::string& body) {
    redisContext* const context = redisConnectUnix(socket.c_str());
    if (context == nullptr || context->err != 0) {
        redisFree(context);
        return {};
    }
    auto* const reply =
        static_cast<redisReply*>(redisCommand(context, "SCRIPT LOAD %b", body.data(), body.size()));
    std::string out;
    if (reply != nullptr && reply->type == REDIS_REPLY_STRING) {
        out.assign(reply->str, reply->len);
    } else if (reply != nullptr && reply->str != nullptr) {
        std::fprintf(stderr, "SCRIPT LOAD: %s\n", reply->str);
    }
    freeReplyObject(reply);
    redisFree(context);
    return out;
}

void RedisConnection::send(RedisReply& reply, std::span<const std::string> words) {
    std::vector<const char*> texts;
    std::vector<std::size_t> sizes;
    for (const auto& word : words) {
        texts.push_back(word.data());
        sizes.push_back(word.size());
    }
    if (context_ == nullptr) {
        reply.settled_ = true;
        return;
    }
    open_.push_back(&reply);
    CHECK(redisAppendCommandArgv(context_, static_cast<int>(words.size()), texts.data(),
                                 sizes.data()) == REDIS_OK);
}

void RedisConnection::flush() {
    if (context_ == nullptr) {
        return;
    }
    int done = 0;
    // A broken connection is noticed when it is read.
    const bool more = redisBufferWrite(context_, &done) == REDIS_OK && done == 0;
    if (more != writing_) {
        writing_ = more;
        loop_.change(context_->fd, *this, more);
    }
}

void RedisConnection::ready(bool readable, bool writable) {
    if (writable) {
        flush();
    }
    if (!readable || context_ == nullptr) {
        return;
    }
    if (redisBufferRead(context_) != REDIS_OK) {
        lose();
        return;
    }
    while (context_ != nullptr && !open_.empty()) {
        void* reply = nullptr;
        if (redisGetReplyFromReader(context_, &reply) != REDIS_OK || reply == nullptr) {
            return;
        }
        RedisReply* const first = open_.front();
        open_.pop_front();
        first->reply_ = static_cast<redisReply*>(reply);
        first->settled_ = true;
        if (first->waiter_) {
            first->waiter_.resume();
        }
    }
}

void RedisConnection::lose() {
    loop_.forget(context_->fd);
    redisFree(context_);
    context_ = nullptr;
    std::deque<RedisReply*> open;
    open.swap(open_);
    for (RedisReply* const reply : open) {
        reply->settled_ = true;
        if (reply->waiter_) {
            reply->waiter_.resume();
        }
    }
}

}  // namespace holdfast::bench
