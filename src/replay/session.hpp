// Session: one replay from the first receipt to the report. Internal; see replay.hpp.
#pragma once

#include <expected>
#include <map>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "client/console.hpp"
#include "client/pause.hpp"
#include "replay/inquiry.hpp"
#include "replay/opening_stock.hpp"
#include "replay/replay.hpp"
#include "replay/report.hpp"
#include "replay/worker.hpp"

namespace holdfast::replay {

// Why a session ended without a report.
struct Ended {
    Outcome outcome;
    std::string message;
};

class Session {
  public:
    // `options.run_id` is set. All references outlive the session.
    Session(const ReplayOptions& options, const Orders& orders, const Plan& plan,
            const OpeningStock& stock, const client::Console& console);

    [[nodiscard]] std::expected<Report, Ended> run();

  private:
    using Step = std::expected<void, Ended>;

    [[nodiscard]] Step connect();
    [[nodiscard]] Step define_classes();
    [[nodiscard]] Step assign_class(Sender& sender, const std::string& sku);
    [[nodiscard]] Step receive_opening_stock();
    [[nodiscard]] Step receive(Sender& sender, const std::string& sku, std::int64_t units);
    [[nodiscard]] Step send_orders();
    [[nodiscard]] base::Result<void> audit(Report& report);
    [[nodiscard]] base::Result<void> audit_explanations(Inquiry& inquiry,
                                                        const std::map<std::string, SkuTally>& skus,
                                                        Report& report);
    void show_until_done(Schedule& schedule, client::Pause& done);
    [[nodiscard]] base::Duration now() const { return clock_.now().boot; }

    const ReplayOptions& options_;
    const Orders& orders_;
    const Plan& plan_;
    const OpeningStock& stock_;
    const client::Console& console_;
    base::SystemClock clock_;
    client::Pause pause_;
    Statistics statistics_;
    Tally tally_;
    std::vector<Sender> senders_;
    std::vector<std::string> to_expire_;  // ids of holds that nobody pays
    std::int64_t duration_ms_ = 0;
};

}  // namespace holdfast::replay
