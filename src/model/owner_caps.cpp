#include "model/owner_caps.hpp"

#include "base/check.hpp"

namespace holdfast::model {

std::string_view to_string(PrincipalKind kind) {
    switch (kind) {
        case PrincipalKind::agent: return "agent";
        case PrincipalKind::operator_: return "operator";
        case PrincipalKind::buyer: return "buyer";
    }
    UNREACHABLE();
}

std::string_view to_string(CapMeasure measure) {
    switch (measure) {
        case CapMeasure::units: return "units";
        case CapMeasure::holds: return "holds";
        case CapMeasure::unit_seconds: return "unit_seconds";
    }
    UNREACHABLE();
}

}  // namespace holdfast::model
