#include "transport/http/routes.hpp"

#include <array>

#include "transport/http/handlers.hpp"

namespace holdfast::transport::http {
namespace {

using api::Scope;

constexpr std::array kRoutes = {
    Route{"POST", "/inventory/v1/reservations", Scope::reserve, create_reservation},
    Route{"GET", "/inventory/v1/reservations", Scope::read, list_reservations},
    Route{"POST", "/inventory/v1/reservations/batch", Scope::reserve, create_batch},
    Route{"POST", "/inventory/v1/reservations/release", Scope::reserve, release_by_name},
    Route{"GET", "/inventory/v1/reservations/{id}", Scope::read, read_reservation},
    Route{"DELETE", "/inventory/v1/reservations/{id}", Scope::reserve, delete_reservation},
    Route{"POST", "/inventory/v1/reservations/{id}/payment", Scope::reserve, begin_payment},
    Route{"POST", "/inventory/v1/reservations/{id}/commit", Scope::reserve, commit_reservation},
    Route{"POST", "/inventory/v1/reservations/{id}/release", Scope::reserve, release_reservation},
    Route{"POST", "/inventory/v1/reservations/{id}/extend", Scope::reserve, extend_reservation},
    Route{"POST", "/inventory/v1/reservations/{id}/ship", Scope::reserve, ship_reservation},
    Route{"POST", "/inventory/v1/reservations/{id}/cancel", Scope::reserve, cancel_reservation},
    Route{"POST", "/inventory/v1/reservations/{id}/return", Scope::reserve, return_units},
    Route{"POST", "/inventory/v1/reservations/{id}/reallocate", Scope::reserve, reallocate_units},
    Route{"POST", "/inventory/v1/reservations/{id}/close-short", Scope::reserve, close_short},
    Route{"POST", "/inventory/v1/reservations/release-matching", Scope::reserve, release_matching},
    Route{"POST", "/inventory/v1/checkout-tokens", Scope::reserve, issue_token},
    Route{"PUT", "/inventory/v1/classes/{name}", Scope::stock, put_class},
    Route{"GET", "/inventory/v1/classes", Scope::read, read_classes},
    Route{"GET", "/inventory/v1/classes/{name}", Scope::read, read_class},
    Route{"PUT", "/inventory/v1/pools/{name}", Scope::stock, put_pool},
    Route{"GET", "/inventory/v1/pools", Scope::read, read_pools},
    Route{"GET", "/inventory/v1/pools/{name}", Scope::read, read_pool},
    Route{"PUT", "/inventory/v1/caps", Scope::admin, put_caps},
    Route{"GET", "/inventory/v1/caps", Scope::read, read_caps},
    Route{"POST", "/inventory/v1/selling/stop", Scope::stock, stop_selling},
    Route{"POST", "/inventory/v1/selling/resume", Scope::stock, resume_selling},
    Route{"GET", "/inventory/v1/selling", Scope::read, read_stops},
    Route{"GET", "/inventory/v1/availability", Scope::read, read_availabilities},
    Route{"GET", "/inventory/v1/availability/{sku}", Scope::read, read_availability},
    Route{"POST", "/inventory/v1/stock/receipts", Scope::stock, receive_stock},
    Route{"POST", "/inventory/v1/stock/adjustments", Scope::stock, adjust_stock},
    Route{"POST", "/inventory/v1/stock/unavailable", Scope::stock, mark_unavailable},
    Route{"POST", "/inventory/v1/stock/transfers", Scope::stock, send_transfer},
    Route{"GET", "/inventory/v1/stock/transfers", Scope::read, list_transfers},
    Route{"POST", "/inventory/v1/stock/transfers/{id}/arrive", Scope::stock, arrive_transfer},
    Route{"POST", "/inventory/v1/stock/transfers/{id}/lose", Scope::stock, lose_transfer},
    Route{"POST", "/inventory/v1/stock/sales", Scope::stock, record_sale},
    Route{"POST", "/inventory/v1/stock/counts", Scope::stock, count_stock},
    Route{"POST", "/inventory/v1/stock/bulk", Scope::stock, bulk_stock},
    Route{"GET", "/inventory/v1/stock/stranded", Scope::read, read_stranded},
    Route{"GET", "/inventory/v1/stock/{sku}", Scope::read, stock_at},
    Route{"GET", "/inventory/v1/stock/{sku}/explain", Scope::read, explain_stock},
    Route{"GET", "/inventory/v1/stock/{sku}/history", Scope::read, sku_history},
    Route{"GET", "/inventory/v1/reservations/{id}/history", Scope::read, reservation_history},
    Route{"GET", "/inventory/v1/history", Scope::read, history},
    Route{"GET", "/inventory/v1/events", Scope::read, read_events},
    Route{"GET", "/inventory/v1/owners", Scope::read, read_owners},
    Route{"GET", "/inventory/v1/classes/suggestions", Scope::stock, suggest_classes},
    Route{"GET", "/inventory/v1/cases", Scope::read, list_cases},
    Route{"GET", "/inventory/v1/cases.csv", Scope::read, export_cases},
    Route{"GET", "/inventory/v1/cases/{id}", Scope::read, read_case},
    Route{"POST", "/inventory/v1/cases/{id}/resolve", Scope::stock, resolve_case},
    Route{"PUT", "/inventory/v1/stock/safety", Scope::stock, set_safety_stock},
    Route{"PUT", "/inventory/v1/skus/{sku}", Scope::stock, put_sku},
    Route{"GET", "/inventory/v1/skus/{sku}", Scope::read, read_sku},
    Route{"GET", "/inventory/v1/status", Scope::admin, status},
    Route{"POST", "/inventory/v1/admin/clock/confirm", Scope::admin, confirm_clock},
    Route{"GET", "/livez", Scope::none, live},
    Route{"GET", "/readyz", Scope::none, ready},
    Route{"GET", "/metrics", Scope::none, metrics},
    Route{"GET", "/openapi.json", Scope::none, openapi},
};

}  // namespace

std::span<const Route> routes() { return kRoutes; }

}  // namespace holdfast::transport::http
