// One JSON object on standard output, number by number. Thread rule: one thread.
#pragma once

#include <cstdio>
#include <string>

#include "bench/service/producer.hpp"

namespace holdfast::bench {

class Json {
  public:
    void number(const char* name, double value) {
        char text[64];
        std::snprintf(text, sizeof text, "%.9g", value);
        add(name, text);
    }
    void flag(const char* name, bool value) { add(name, value ? "true" : "false"); }
    void add(const char* name, const std::string& value) {
        out_ += std::string(out_.empty() ? "{" : ",") + '"' + name + "\":" + value;
    }
    void print() const { std::printf("%s}\n", out_.c_str()); }

  private:
    std::string out_;
};

inline void add_latency(Json& json, const std::string& prefix, const Histogram& latency) {
    for (const auto& [name, share] :
         {std::pair{"p50_us", 0.5}, {"p90_us", 0.9}, {"p99_us", 0.99}, {"p999_us", 0.999}}) {
        json.number((prefix + name).c_str(), static_cast<double>(latency.quantile(share)) / 1e3);
    }
    json.number((prefix + "max_us").c_str(), static_cast<double>(latency.max()) / 1e3);
}

inline void add(Json& json, const Progress& progress, double seconds) {
    json.number("seconds", seconds);
    json.number("commands", static_cast<double>(progress.commands));
    json.number("per_second", static_cast<double>(progress.commands) / seconds);
    json.number("refused", static_cast<double>(progress.refused));
    json.number("overloaded", static_cast<double>(progress.overloaded));
    add_latency(json, "", progress.latency);
    std::string each = "[";
    for (const auto count : progress.per_second) {
        each += (each.size() == 1 ? "" : ",") + std::to_string(count);
    }
    json.add("each_second", each + "]");
}

}  // namespace holdfast::bench
