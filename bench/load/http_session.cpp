#include "bench/load/http_session.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>

#include "base/check.hpp"

namespace holdfast::bench {
namespace {

constexpr std::string_view kHost = "Host: 127.0.0.1\r\n";
constexpr std::size_t kReadBytes = 256 * 1024;

std::string get(std::string_view path) {
    return "GET " + std::string(path) + " HTTP/1.1\r\n" + std::string(kHost) + "\r\n";
}

std::string post(std::string_view path, std::string_view headers, std::string_view body) {
    std::string out = "POST " + std::string(path) + " HTTP/1.1\r\n" + std::string(kHost);
    out += headers;
    if (!body.empty()) {
        out += "Content-Type: application/json\r\n";
    }
    out += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    out += body;
    return out;
}

std::string create_body(const HttpSettings& settings, const Operation& operation,
                        std::string_view key) {
    std::string out = R"({"sku":")" + settings.sku_prefix + std::to_string(operation.sku) +
                      R"(","quantity":1,"ttl_seconds":)" + std::to_string(settings.ttl_seconds);
    if (!key.empty()) {
        out += R"(,"idempotency_key":")" + std::string(key) + '"';
    }
    return out + '}';
}

constexpr std::string_view kReservations = "/inventory/v1/reservations";

std::string one_request(const HttpSettings& settings, const Operation& operation) {
    if (operation.verb == Verb::reserve) {
        return post(kReservations, "Idempotency-Key: " + operation.key.uuid() + "\r\n",
                    create_body(settings, operation, {}));
    }
    const std::string_view verb = operation.verb == Verb::commit ? "/commit" : "/release";
    return post(
        std::string(kReservations) + '/' + std::string(operation.hold.text()) + std::string(verb),
        {}, {});
}

std::string batch_request(const HttpSettings& settings, const std::vector<Operation*>& operations) {
    std::string body = R"({"reservations":[)";
    for (const Operation* const operation : operations) {
        body += create_body(settings, *operation, operation->key.uuid()) + ',';
    }
    body.back() = ']';
    return post("/inventory/v1/reservations/batch", {}, body + '}');
}

Outcome judge_status(const HttpSettings& settings, int status) {
    if (status >= 200 && status < 300) {
        return Outcome::done;
    }
    if (status == 409 || (settings.mode == HttpMode::sold_out && status == 422)) {
        return Outcome::refused;
    }
    return status == 503 ? Outcome::lost : Outcome::failed;
}

// The text behind `"id":"`, from `at` on, which moves behind it.
std::string_view next_id(std::string_view body, std::size_t& at) {
    constexpr std::string_view kMark = R"("id":"rsv_)";
    const auto found = body.find(kMark, at);
    if (found == std::string_view::npos) {
        return {};
    }
    const auto begin = found + kMark.size() - 4;
    const auto end = body.find('"', begin);
    at = end;
    return body.substr(begin, end - begin);
}

int read_number(std::string_view text) {
    int out = 0;
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
}

}  // namespace

std::optional<HttpMode> http_mode(std::string_view word) {
    constexpr std::array<std::pair<std::string_view, HttpMode>, 5> kWords = {
        {{"reserve", HttpMode::reserve},
         {"batch", HttpMode::batch},
         {"livez", HttpMode::livez},
         {"availability", HttpMode::availability},
         {"sold_out", HttpMode::sold_out}}};
    for (const auto& [name, mode] : kWords) {
        if (name == word) {
            return mode;
        }
    }
    return std::nullopt;
}

std::string http_request(const HttpSettings& settings, const std::vector<Operation*>& operations) {
    const Operation& first = *operations.front();
    switch (settings.mode) {
        case HttpMode::livez: return get("/livez");
        case HttpMode::availability:
            return get("/inventory/v1/availability/" + settings.sku_prefix +
                       std::to_string(first.sku));
        case HttpMode::batch:
            if (first.verb == Verb::reserve) {
                return batch_request(settings, operations);
            }
            break;
        case HttpMode::reserve:
        case HttpMode::sold_out: break;
    }
    return one_request(settings, first);
}

std::optional<HttpAnswer> read_http_answer(std::string_view bytes) {
    constexpr std::string_view kLength = "Content-Length: ";
    const auto head_end = bytes.find("\r\n\r\n");
    if (head_end == std::string_view::npos) {
        return std::nullopt;
    }
    const auto head = bytes.substr(0, head_end + 2);
    const auto length_at = head.find(kLength);
    CHECK(head.starts_with("HTTP/1.1 ") && length_at != std::string_view::npos);
    const auto length =
        static_cast<std::size_t>(read_number(head.substr(length_at + kLength.size())));
    const std::size_t size = head_end + 4 + length;
    if (bytes.size() < size) {
        return std::nullopt;
    }
    return HttpAnswer{.status = read_number(head.substr(9, 3)),
                      .body = bytes.substr(head_end + 4, length),
                      .size = size};
}

void judge_http_answer(const HttpSettings& settings, const HttpAnswer& answer,
                       const std::vector<Operation*>& operations) {
    std::size_t at = 0;
    if (operations.front()->verb != Verb::reserve || settings.mode != HttpMode::batch) {
        Operation& operation = *operations.front();
        operation.outcome = judge_status(settings, answer.status);
        if (operation.verb == Verb::reserve && operation.outcome == Outcome::done) {
            operation.hold = HoldName(next_id(answer.body, at));
        }
        return;
    }
    constexpr std::string_view kStatus = R"({"status":)";
    for (Operation* const operation : operations) {
        const auto found = answer.status == 200 ? answer.body.find(kStatus, at) : at;
        if (answer.status != 200 || found == std::string_view::npos) {
            operation->outcome = judge_status(settings, answer.status == 200 ? 503 : answer.status);
            continue;
        }
        at = found + kStatus.size();
        operation->outcome = judge_status(settings, read_number(answer.body.substr(at, 3)));
        if (operation->outcome == Outcome::done) {
            operation->hold = HoldName(next_id(answer.body, at));
        }
    }
}

HttpSession::~HttpSession() {
    if (socket_ >= 0) {
        close(socket_);
    }
}

std::size_t HttpSession::room() const {
    if (socket_ < 0 || !flying_.empty()) {
        return 0;
    }
    return settings_.mode == HttpMode::batch ? settings_.batch : 1;
}

bool HttpSession::mend() {
    if (socket_ >= 0) {
        return true;
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(settings_.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(made, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        close(made);
        return false;
    }
    const int on = 1;
    setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    socket_ = made;
    in_.clear();
    driver_.loop().watch(made, *this, false);
    return true;
}

void HttpSession::take(std::span<Operation* const> operations) {
    waiting_.assign(operations.begin(), operations.end());
    start();
}

// In a batch, creates go together and ends one by one.
void HttpSession::start() {
    const bool batch = settings_.mode == HttpMode::batch;
    std::vector<Operation*> rest;
    for (Operation* const operation : waiting_) {
        const bool fits = flying_.empty() || (batch && operation->verb == Verb::reserve &&
                                              flying_.front()->verb == Verb::reserve);
        (fits ? flying_ : rest).push_back(operation);
    }
    waiting_ = std::move(rest);
    out_ = http_request(settings_, flying_);
    write();
}

void HttpSession::write() {
    while (!out_.empty()) {
        const auto sent = send(socket_, out_.data(), out_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent <= 0) {
            break;  // full, or broken: a broken one is noticed when it is read
        }
        out_.erase(0, static_cast<std::size_t>(sent));
    }
    if (out_.empty() == writing_) {
        writing_ = !out_.empty();
        driver_.loop().change(socket_, *this, writing_);
    }
}

void HttpSession::ready(bool readable, bool writable) {
    if (writable && socket_ >= 0) {
        write();
    }
    if (!readable || socket_ < 0) {
        return;
    }
    static thread_local std::array<char, kReadBytes> buffer;
    const auto got = recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got <= 0) {
        if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
            lose();
        }
        return;
    }
    in_.append(buffer.data(), static_cast<std::size_t>(got));
    const auto answer = read_http_answer(in_);
    if (!answer || flying_.empty()) {
        return;
    }
    judge_http_answer(settings_, *answer, flying_);
    in_.erase(0, answer->size);
    std::vector<Operation*> done;
    done.swap(flying_);
    if (!waiting_.empty()) {
        start();
    }
    for (Operation* const operation : done) {
        driver_.finished(*operation, *this);
    }
}

void HttpSession::lose() {
    driver_.loop().forget(socket_);
    close(socket_);
    socket_ = -1;
    writing_ = false;
    std::vector<Operation*> lost;
    lost.swap(flying_);
    lost.insert(lost.end(), waiting_.begin(), waiting_.end());
    waiting_.clear();
    for (Operation* const operation : lost) {
        operation->outcome = Outcome::lost;
        driver_.finished(*operation, *this);
    }
}

}  // namespace holdfast::bench
