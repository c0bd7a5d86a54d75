#include "api/paging.hpp"

#include "api/cursor.hpp"
#include "api/text.hpp"
#include "model/limits.hpp"

namespace holdfast::api {

std::expected<std::size_t, Problem> read_limit(std::optional<std::int64_t> limit) {
    if (!limit) {
        return model::kPageSizeDefault;
    }
    if (*limit < 1 || *limit > static_cast<std::int64_t>(model::kPageSizeMax)) {
        return std::unexpected(invalid_parameter(
            "limit", "Must be 1 to " + std::to_string(model::kPageSizeMax) + "."));
    }
    return static_cast<std::size_t>(*limit);
}

std::expected<Page, Problem> read_page(
    const Context& context, const PageRequest& request,
    std::initializer_list<std::optional<std::string_view>> what) {
    const auto limit = read_limit(request.limit);
    if (!limit) {
        return std::unexpected(limit.error());
    }
    base::Buffer bytes;
    base::ByteWriter out(bytes);
    for (const auto& part : what) {
        out.fixed(static_cast<std::uint8_t>(part.has_value()));
        out.text(part.value_or(""));
    }
    Page page{.limit = *limit, .resume_after = {}, .scope = std::string(base::as_text(bytes))};
    if (request.cursor) {
        auto resume = open_cursor(context.private_key, page.scope, *request.cursor);
        if (!resume) {
            return std::unexpected(
                invalid_parameter("cursor", "Does not belong to this list and its filters."));
        }
        page.resume_after = std::move(*resume);
    }
    return page;
}

std::string next_cursor(const Context& context, const Page& page, std::string_view resume_after) {
    return resume_after.empty() ? std::string()
                                : seal_cursor(context.private_key, page.scope, resume_after);
}

std::optional<Problem> check_filter(std::string_view parameter,
                                    const std::optional<std::string>& value,
                                    std::size_t bytes_max) {
    if (value && (value->empty() || value->size() > bytes_max || !is_utf8(*value))) {
        return invalid_parameter(std::string(parameter),
                                 "Must be 1 to " + std::to_string(bytes_max) + " bytes of UTF-8.");
    }
    return std::nullopt;
}

}  // namespace holdfast::api
