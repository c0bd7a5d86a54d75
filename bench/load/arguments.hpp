// Command line of the load drivers: --name value pairs, numbers checked, unknown names refused.
//
// A wrong call ends the program with exit code 2. Thread rule: one thread.
#pragma once

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#include "bench/load/driver.hpp"

namespace holdfast::bench {

class Arguments {
  public:
    Arguments(int argc, char** argv) {
        for (int i = 1; i + 1 < argc; i += 2) {
            given_[argv[i]] = argv[i + 1];
        }
        if (argc % 2 == 0) {
            refuse(std::string(argv[argc - 1]) + " has no value");
        }
    }
    void text(const char* name, std::string& out) {
        if (const auto node = given_.extract(name)) {
            out = node.mapped();
        }
    }
    template <typename Number>
    void number(const char* name, Number& out) {
        const auto node = given_.extract(name);
        if (!node) {
            return;
        }
        const std::string& word = node.mapped();
        const auto end = word.data() + word.size();
        if (std::from_chars(word.data(), end, out).ptr != end) {
            refuse(std::string(name) + " " + word + " is not a number");
        }
    }
    void finish() const {
        if (!given_.empty()) {
            refuse("unknown option " + given_.begin()->first);
        }
    }
    [[noreturn]] static void refuse(const std::string& why) {
        std::fprintf(stderr, "%s\n", why.c_str());
        std::exit(2);
    }

  private:
    std::map<std::string, std::string, std::less<>> given_;
};

inline void add_driver_arguments(Arguments& arguments, DriverSettings& out) {
    std::string distribution = "hot";
    std::string mix = "holds";
    arguments.text("--distribution", distribution);
    arguments.text("--mix", mix);
    arguments.number("--skus", out.skus);
    arguments.number("--seed", out.seed);
    arguments.number("--clients", out.clients);
    arguments.number("--rate", out.rate);
    arguments.number("--warm-up", out.warm_up);
    arguments.number("--seconds", out.seconds);
    arguments.number("--repeat-percent", out.repeat_percent);
    arguments.number("--reserves", out.reserves_max);
    arguments.number("--server-pid", out.server_pid);
    arguments.text("--acked", out.acked_file);
    if (distribution != "hot" && distribution != "zipf" && distribution != "uniform") {
        Arguments::refuse("--distribution hot, zipf or uniform");
    }
    if (mix != "holds" && mix != "carts") {
        Arguments::refuse("--mix holds or carts");
    }
    out.distribution = distribution == "hot"    ? Distribution::hot
                       : distribution == "zipf" ? Distribution::zipf
                                                : Distribution::uniform;
    out.carts = mix == "carts";
}

}  // namespace holdfast::bench
