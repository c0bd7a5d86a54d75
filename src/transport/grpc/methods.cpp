#include "transport/grpc/methods_internal.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace holdfast::transport::grpc {
namespace {

constexpr std::array kOthers = {
    Method{"/holdfast.v1.Commands/Batch", api::Scope::none, batch},
    Method{"/holdfast.v1.Commands/Pipeline", api::Scope::none, nullptr, pipeline},
    Method{"/grpc.health.v1.Health/Check", std::nullopt, check_health},
    Method{"/grpc.health.v1.Health/Watch", std::nullopt, nullptr, watch_health},
    // What the service can do is no secret: as the REST interface's description.
    Method{"/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", std::nullopt, nullptr,
           reflect},
    // The same bytes under the name that older clients ask for.
    Method{"/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", std::nullopt, nullptr,
           reflect},
};

std::vector<Method> all_methods() {
    std::vector<Method> out(kOthers.begin(), kOthers.end());
    for (const auto some :
         {reservation_methods(), stock_methods(), policy_methods(), history_methods()}) {
        out.insert(out.end(), some.begin(), some.end());
    }
    std::ranges::sort(out, {}, &Method::path);
    return out;
}

}  // namespace

// By path.
std::span<const Method> methods() {
    static const std::vector<Method> all = all_methods();
    return all;
}

std::string_view service_of(std::string_view path) { return path.substr(1, path.rfind('/') - 1); }

bool is_service(std::string_view name) {
    return std::ranges::any_of(methods(),
                               [&](const Method& each) { return service_of(each.path) == name; });
}

}  // namespace holdfast::transport::grpc
