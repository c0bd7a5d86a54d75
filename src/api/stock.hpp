// Stock: receipts, adjustments, unavailable units, transfers, sales made elsewhere, safety stock
// and the settings of a SKU.
//
// Thread rule: as CommandRunner; `settings` answers at once, on any thread.
#pragma once

#include <expected>
#include <string>

#include "api/command_runner.hpp"
#include "api/principal.hpp"
#include "api/requests.hpp"
#include "api/stock_requests.hpp"

namespace holdfast::api {

class Stock {
  public:
    explicit Stock(CommandRunner& runner) : runner_(runner) {}

    // What it takes back is read from the ledger first, so the callback may run on the executor for
    // reports.
    void move(const Principal& principal, const MovementRequest& request, Callback callback);
    void transfer(const Principal& principal, const TransferRequest& request, Callback callback);
    void settle_transfer(const Principal& principal, const SettleTransferRequest& request,
                         Callback callback);
    void record_sale(const Principal& principal, const SaleRequest& request, Callback callback);
    void set_safety_stock(const Principal& principal, const SafetyStockRequest& request,
                          Callback callback);
    void put_sku(const Principal& principal, const PutSkuRequest& request, Callback callback);

    // Problems: not_found.
    [[nodiscard]] std::expected<SkuSettingsView, Problem> settings(const Principal& principal,
                                                                   const std::string& sku) const;

  private:
    CommandRunner& runner_;
};

}  // namespace holdfast::api
