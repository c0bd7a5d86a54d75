#include "api/private_data.hpp"

#include <utility>

#include "base/log.hpp"

namespace holdfast::api {
namespace {

base::Digest128 digest_of(const base::Buffer& key, std::string_view kind, std::string_view tenant,
                          std::string_view text) {
    base::Buffer scoped;
    base::ByteWriter out(scoped);
    out.text(kind);
    out.text(tenant);
    out.text(text);
    return base::keyed_digest128(key, base::as_text(scoped));
}

model::PersonalText make(const base::Buffer& key, std::string_view kind, std::string_view tenant,
                         std::string text) {
    if (text.empty()) {
        return {};
    }
    const auto digest = digest_of(key, kind, tenant, text);
    return {.digest = digest, .text = std::move(text)};
}

}  // namespace

model::PersonalText customer_text(const base::Buffer& key, std::string_view tenant,
                                  std::string customer_id) {
    return make(key, "customer", tenant, std::move(customer_id));
}

model::PersonalText metadata_text(const base::Buffer& key, std::string_view tenant,
                                  std::string canonical_json) {
    return make(key, "metadata", tenant, std::move(canonical_json));
}

model::PersonalText note_text(const base::Buffer& key, std::string_view tenant, std::string note) {
    return make(key, "note", tenant, std::move(note));
}

std::optional<std::string> clear_text(ledger::Ledger& ledger, base::Digest128 digest) {
    if (digest.empty()) {
        return std::nullopt;
    }
    auto text = ledger.private_text(digest);
    if (!text) {
        base::log_error("personal data cannot be read",
                        {{"why", std::string_view(text.error().message)}});
        return std::nullopt;
    }
    return std::move(*text);
}

base::Digest128 customer_digest(const base::Buffer& key, std::string_view tenant,
                                std::string_view customer_id) {
    return digest_of(key, "customer", tenant, customer_id);
}

}  // namespace holdfast::api
