#include "projection/reservation_index.hpp"

namespace holdfast::projection {

// Persisted in the index: another recipe is another format version.
base::Digest128 reference_digest(std::string_view reference) {
    return base::digest128({"reference", reference});
}

base::Digest128 owner_digest(std::string_view agent_or_operator) {
    return base::digest128({"owner", agent_or_operator});
}

}  // namespace holdfast::projection
