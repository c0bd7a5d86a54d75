// Methods: every method this server has, with what it needs and who handles it.
//
// Thread rule: a constant table.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "api/principal.hpp"
#include "transport/grpc/rpc_internal.hpp"

namespace holdfast::transport::grpc {

struct Method {
    std::string_view path;  // "/holdfast.v1.Reservations/Create"
    // Nothing: open to everybody. `none`: any key will do.
    std::optional<api::Scope> scope;
    // One of the two.
    void (*unary)(RpcPtr rpc, Body& body) = nullptr;
    SessionPtr (*stream)(RpcPtr rpc) = nullptr;
};

[[nodiscard]] std::span<const Method> methods();

// "holdfast.v1.Reservations" of the path above.
[[nodiscard]] std::string_view service_of(std::string_view path);
[[nodiscard]] bool is_service(std::string_view name);

// batch.cpp
void batch(RpcPtr rpc, Body& body);
// pipeline.cpp
[[nodiscard]] SessionPtr pipeline(RpcPtr rpc);
// watch_events.cpp
[[nodiscard]] SessionPtr watch_events(RpcPtr rpc);
// health.cpp
void check_health(RpcPtr rpc, Body& body);
[[nodiscard]] SessionPtr watch_health(RpcPtr rpc);
// reflection.cpp
[[nodiscard]] SessionPtr reflect(RpcPtr rpc);

// handlers_*.cpp
[[nodiscard]] std::span<const Method> reservation_methods();
[[nodiscard]] std::span<const Method> stock_methods();
[[nodiscard]] std::span<const Method> policy_methods();
[[nodiscard]] std::span<const Method> history_methods();

}  // namespace holdfast::transport::grpc
