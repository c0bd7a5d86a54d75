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
    Route{"GET", "/inventory/v1/availability", Scope::read, read_availabilities},
    Route{"GET", "/inventory/v1/availability/{sku}", Scope::read, read_availability},
    Route{"POST", "/inventory/v1/stock/receipts", Scope::stock, receive_stock},
    Route{"POST", "/inventory/v1/stock/adjustments", Scope::stock, adjust_stock},
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
