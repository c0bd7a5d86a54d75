// Inquiry: asks the service, afresh and after everything was answered, for what the audit compares.
//
// Thread rule: one call at a time; it uses its own threads.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "client/pause.hpp"
#include "replay/audit.hpp"
#include "replay/sender.hpp"

namespace holdfast::replay {

class Inquiry {
  public:
    Inquiry(std::vector<Sender>& senders, client::Pause& pause, base::Duration patience)
        : senders_(senders), pause_(pause), patience_(patience) {}

    // Waits until the reservations are past their deadline and have been ended by the service, as
    // long as the patience lasts. Returns how many have.
    [[nodiscard]] base::Result<std::size_t> await_expiry(const std::vector<std::string>& ids);

    // Figures of these SKUs, not older than `position`. A SKU that the service does not know is
    // missing.
    [[nodiscard]] base::Result<std::map<std::string, SkuFigures>> figures(
        const std::vector<std::string>& skus, const std::string& position);

    // The reservations of these references, from a list that has reached `position`.
    [[nodiscard]] base::Result<std::map<std::string, std::vector<ReservationPicture>>> reservations(
        const std::vector<std::string>& references, const std::string& position);

    // Explanations of these SKUs, each newer than `position`.
    [[nodiscard]] base::Result<std::map<std::string, client::Json>> explanations(
        const std::vector<std::string>& skus, const std::string& position);

  private:
    template <typename Ask>
    base::Result<void> in_parallel(std::size_t count, const Ask& ask);
    base::Result<std::vector<ReservationPicture>> list(Sender& sender, const std::string& reference,
                                                       const std::string& position);
    base::Result<client::Json> explain(Sender& sender, const std::string& sku,
                                       const std::string& position);
    base::Result<bool> has_run_out(Sender& sender, const std::string& id);

    std::vector<Sender>& senders_;
    client::Pause& pause_;
    base::Duration patience_;
};

}  // namespace holdfast::replay
