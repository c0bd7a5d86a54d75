// One request of the load, whatever server it goes to: the same meaning for every technique.
//
// reserve: take `quantity` units of a SKU if they are there, remember the hold with its deadline,
// the key and the answer. commit, release: end a hold that is still held. Thread rule: values.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

namespace holdfast::bench {

using SteadyTime = std::chrono::steady_clock::time_point;

enum class Verb : std::uint8_t { reserve, commit, release };

enum class Outcome : std::uint8_t {
    pending,
    done,     // had its effect, now or when it was first asked
    refused,  // not enough units, or the hold is over
    failed,   // the server said that it cannot: not retried
    lost,     // no answer came; asked again with the same key
};

struct Key {
    std::uint64_t high = 0;
    std::uint64_t low = 0;

    [[nodiscard]] std::string uuid() const {
        std::array<char, 37> text{};
        std::snprintf(text.data(), text.size(), "%08x-%04x-%04x-%04x-%012llx",
                      static_cast<unsigned>(high >> 32),
                      static_cast<unsigned>(high >> 16) & 0xffffu,
                      static_cast<unsigned>(high) & 0xffffu, static_cast<unsigned>(low >> 48),
                      static_cast<unsigned long long>(low) & 0xffff'ffff'ffffULL);
        return text.data();
    }
};

// How the server names a hold, in at most 31 bytes.
class HoldName {
  public:
    HoldName() = default;
    explicit HoldName(std::string_view text) : size_(static_cast<std::uint8_t>(text.size())) {
        if (text.size() > bytes_.size()) {
            size_ = 0;
            return;
        }
        std::memcpy(bytes_.data(), text.data(), text.size());
    }
    [[nodiscard]] std::string_view text() const { return {bytes_.data(), size_}; }
    friend bool operator==(const HoldName& a, const HoldName& b) { return a.text() == b.text(); }

  private:
    std::array<char, 31> bytes_{};
    std::uint8_t size_ = 0;
};

struct Operation {
    Verb verb = Verb::reserve;
    Outcome outcome = Outcome::pending;
    bool counts = true;  // false: a repetition whose answer is compared, nothing else
    bool twin = false;   // this request is also sent a second time
    std::uint16_t attempts = 0;
    std::uint32_t sku = 0;
    Key key;
    HoldName hold;        // in: what to end; out: what was made
    SteadyTime intended;  // when it should have been sent: latency counts from here
};

[[nodiscard]] inline std::string sku_text(std::uint32_t sku) {
    return "SKU-" + std::to_string(sku);
}

}  // namespace holdfast::bench
