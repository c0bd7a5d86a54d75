// One keep-alive connection to Holdfast's REST interface, one request under way at a time.
//
// Reads just enough of an answer to measure and audit: the status, the length and the ids. The body
// must have a Content-Length. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/load/driver.hpp"

namespace holdfast::bench {

enum class HttpMode : std::uint8_t { reserve, batch, livez, availability, sold_out };
[[nodiscard]] std::optional<HttpMode> http_mode(std::string_view word);

struct HttpSettings {
    std::uint16_t port = 0;
    HttpMode mode = HttpMode::reserve;
    std::size_t batch = 1;
    long ttl_seconds = 3'600;
    std::string sku_prefix = "SKU-";
};

// The request's bytes. `operations` is one, or several creates of a batch.
[[nodiscard]] std::string http_request(const HttpSettings& settings,
                                       const std::vector<Operation*>& operations);

struct HttpAnswer {
    int status = 0;
    std::string_view body;
    std::size_t size = 0;  // of head and body
};
// Nothing while the answer is not complete.
[[nodiscard]] std::optional<HttpAnswer> read_http_answer(std::string_view bytes);
// Sets each operation's outcome and hold.
void judge_http_answer(const HttpSettings& settings, const HttpAnswer& answer,
                       const std::vector<Operation*>& operations);

class HttpSession final : public Session, public Channel {
  public:
    HttpSession(Driver& driver, const HttpSettings& settings)
        : driver_(driver), settings_(settings) {}
    ~HttpSession() override;

    [[nodiscard]] std::size_t room() const override;
    void take(std::span<Operation* const> operations) override;
    bool mend() override;
    void ready(bool readable, bool writable) override;

  private:
    void start();
    void write();
    void lose();

    Driver& driver_;
    const HttpSettings& settings_;
    int socket_ = -1;
    bool writing_ = false;
    std::vector<Operation*> waiting_;  // taken, not yet sent
    std::vector<Operation*> flying_;
    std::string out_;
    std::string in_;
};

}  // namespace holdfast::bench
