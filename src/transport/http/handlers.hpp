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
void reallocate_units(CallPtr call);
void close_short(CallPtr call);

// handlers_batch.cpp
void create_batch(CallPtr call);

// handlers_stock.cpp
void receive_stock(CallPtr call);
void adjust_stock(CallPtr call);
void mark_unavailable(CallPtr call);
void send_transfer(CallPtr call);
void arrive_transfer(CallPtr call);
void lose_transfer(CallPtr call);
void record_sale(CallPtr call);
void count_stock(CallPtr call);
void set_safety_stock(CallPtr call);
void put_sku(CallPtr call);
void read_sku(CallPtr call);

// handlers_policies.cpp
void put_class(CallPtr call);
void read_classes(CallPtr call);
void read_class(CallPtr call);
void put_pool(CallPtr call);
void read_pools(CallPtr call);
void read_pool(CallPtr call);
void put_caps(CallPtr call);
void read_caps(CallPtr call);
void stop_selling(CallPtr call);
void resume_selling(CallPtr call);
void read_stops(CallPtr call);
void release_matching(CallPtr call);
void issue_token(CallPtr call);

// handlers_bulk.cpp
void bulk_stock(CallPtr call);

// handlers_cases.cpp
void list_cases(CallPtr call);
void export_cases(CallPtr call);
void read_case(CallPtr call);
void resolve_case(CallPtr call);

// handlers_history.cpp
void sku_history(CallPtr call);
void reservation_history(CallPtr call);
void history(CallPtr call);
void stock_at(CallPtr call);
void explain_stock(CallPtr call);
void read_events(CallPtr call);

// handlers_reports.cpp
void list_transfers(CallPtr call);
void read_owners(CallPtr call);
void read_stranded(CallPtr call);
void suggest_classes(CallPtr call);

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
