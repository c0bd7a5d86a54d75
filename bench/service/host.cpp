#include "bench/service/host.hpp"

#include <cstdio>
#include <cstdlib>

#include "cli/serve_settings.hpp"

namespace holdfast::bench {
namespace {

[[noreturn]] void refuse(const std::string& why) {
    std::fprintf(stderr, "service_bench: %s\n", why.c_str());
    std::exit(2);
}

}  // namespace

Host::Host(const HostSettings& settings) : settings_(settings) { open(); }

void Host::open() {
    const auto merged = cli::merge_serve(
        {}, {},
        {{"ledger", settings_.ledger},
         {"checkpoint_every", std::to_string(settings_.checkpoint_every)},
         {"log_level", "error"}});
    if (!merged) {
        refuse(merged.error().message);
    }
    base::configure_log(merged->options.log);
    metrics_ = std::make_unique<base::Metrics>();
    auto opened = app::PartitionHost::open(merged->options, clock, *metrics_);
    if (!opened) {
        refuse(opened.error().message);
    }
    host_ = std::move(*opened);
}

void Host::close() {
    if (host_) {
        host_->stop();
        host_.reset();
        metrics_.reset();
    }
}

}  // namespace holdfast::bench
