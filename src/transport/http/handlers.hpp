// Handlers: one function per route; each reads its request, calls one use case, sends its answer.
//
// Thread rule: called on an io thread with a call of their own. None waits for a disk there.
#pragma once

#include "transport/http/http_call.hpp"

namespace holdfast::transport::http {

// handlers_reservations.cpp
void create_reservation(CallPtr call);
void read_reservation(CallPtr call);
void list_reservations(CallPtr call);
void release_by_name(CallPtr call);
void delete_reservation(CallPtr call);
void begin_payment(CallPtr call);
void commit_reservation(CallPtr call);
void release_reservation(CallPtr call);
void extend_reservation(CallPtr call);
void ship_reservation(CallPtr call);
void cancel_reservation(CallPtr call);
void return_units(CallPtr call);

// handlers_batch.cpp
void create_batch(CallPtr call);

// handlers_stock.cpp
void receive_stock(CallPtr call);
void adjust_stock(CallPtr call);
void set_safety_stock(CallPtr call);
void put_sku(CallPtr call);
void read_sku(CallPtr call);

// handlers_availability.cpp
void read_availability(CallPtr call);
void read_availabilities(CallPtr call);

// handlers_operations.cpp
void live(CallPtr call);
void ready(CallPtr call);
void metrics(CallPtr call);
void openapi(CallPtr call);
void status(CallPtr call);
void confirm_clock(CallPtr call);

}  // namespace holdfast::transport::http
