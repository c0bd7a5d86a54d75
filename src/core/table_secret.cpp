#include "core/table_secret.hpp"

namespace holdfast::core {
namespace {

// 2^64 over the golden ratio, until somebody has a better one.
constinit std::uint64_t secret_now = 0x9e3779b97f4a7c15ULL;

}  // namespace

void use_table_secret(std::uint64_t secret) { secret_now = secret | 1; }

std::uint64_t table_secret() { return secret_now; }

}  // namespace holdfast::core
