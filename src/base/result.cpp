#include "base/result.hpp"

#include "base/check.hpp"

namespace holdfast::base {

std::string_view to_string(ErrorCode code) {
    switch (code) {
        case ErrorCode::invalid_input: return "invalid_input";
        case ErrorCode::not_found: return "not_found";
        case ErrorCode::already_locked: return "already_locked";
        case ErrorCode::permission_denied: return "permission_denied";
        case ErrorCode::corrupted: return "corrupted";
        case ErrorCode::newer_format: return "newer_format";
        case ErrorCode::storage_full: return "storage_full";
        case ErrorCode::conflict: return "conflict";
        case ErrorCode::unavailable: return "unavailable";
        case ErrorCode::outcome_unknown: return "outcome_unknown";
    }
    UNREACHABLE();
}

}  // namespace holdfast::base
