// Demo: a small catalogue on a new ledger, so that the first three commands a newcomer tries work.
//
// The receipts have keys, so a start that was cut short adds nothing twice.
// Thread rule: not the writer's thread; returns when everything is durable.
#pragma once

#include "partition/submission.hpp"

namespace holdfast::app {

void stock_demo_catalogue(partition::CommandPort& port);

}  // namespace holdfast::app
