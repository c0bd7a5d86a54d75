// Demo: a small catalogue, so that the first three commands a newcomer tries work.
//
// The receipts have keys: every start asks for them, and only the first one has an effect.
// Thread rule: not the writer's thread; returns when everything is durable.
#pragma once

#include "partition/submission.hpp"

namespace holdfast::app {

void stock_demo_catalogue(partition::CommandPort& port);

}  // namespace holdfast::app
