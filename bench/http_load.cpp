// Loads the REST interface of Holdfast and prints one JSON object.
//
//   http_load --port N --mode reserve|batch|livez|availability|sold_out [options]
//
// reserve: one call per reservation, commit or release. batch: POST /reservations/batch with up to
// --batch creates (ends go one by one). livez: the same server's cheapest answer. availability: one
// SKU per call. sold_out: like reserve, a "no" is what is expected. Keep-alive connections with one
// request under way on each, as clients have them.
#include <cstdio>
#include <memory>

#include "bench/load/arguments.hpp"
#include "bench/load/driver.hpp"
#include "bench/load/http_session.hpp"

namespace holdfast::bench {
namespace {

struct Settings {
    HttpSettings http;
    std::size_t connections = 16;
    std::string mode = "reserve";
    DriverSettings driver;
};

Settings parse(int argc, char** argv) {
    Settings out;
    Arguments arguments(argc, argv);
    arguments.number("--port", out.http.port);
    arguments.text("--mode", out.mode);
    arguments.number("--connections", out.connections);
    arguments.number("--batch", out.http.batch);
    arguments.number("--ttl-seconds", out.http.ttl_seconds);
    arguments.text("--sku-prefix", out.http.sku_prefix);
    add_driver_arguments(arguments, out.driver);
    arguments.finish();
    const auto mode = http_mode(out.mode);
    if (!mode) {
        Arguments::refuse("--mode reserve, batch, livez, availability or sold_out");
    }
    out.http.mode = *mode;
    return out;
}

int run(const Settings& settings) {
    Loop loop;
    Driver driver(loop, settings.driver);
    std::vector<std::unique_ptr<HttpSession>> sessions;
    for (std::size_t i = 0; i < settings.connections; ++i) {
        sessions.push_back(std::make_unique<HttpSession>(driver, settings.http));
        if (!sessions.back()->mend()) {
            std::fprintf(stderr, "http_load: the server does not answer\n");
            return 2;
        }
        driver.add(*sessions.back());
    }
    std::printf("%s\n", to_json(driver.run()).c_str());
    std::fflush(stdout);
    return 0;
}

}  // namespace
}  // namespace holdfast::bench

int main(int argc, char** argv) { return holdfast::bench::run(holdfast::bench::parse(argc, argv)); }
