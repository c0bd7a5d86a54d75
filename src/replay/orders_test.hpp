// Order files for tests.
#pragma once

#include <string>

#include "replay/orders.hpp"

namespace holdfast::replay {

inline constexpr const char* kOrderHeader =
    "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";

// One line of an order file of the first of December.
inline std::string order_row(const std::string& invoice, const std::string& code, int quantity,
                             const std::string& customer = "C1",
                             const std::string& description = "THING") {
    return invoice + ',' + code + ',' + description + ',' + std::to_string(quantity) +
           ",2010-12-01T08:26:00Z,1.00," + customer + ",United Kingdom\n";
}

inline Orders orders_of(const std::string& rows) { return *read_orders(kOrderHeader + rows, 0); }

}  // namespace holdfast::replay
