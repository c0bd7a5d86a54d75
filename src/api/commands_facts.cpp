// Transfers, sales made elsewhere, counts and decisions about cases: a request into a command.
#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "api/commands.hpp"
#include "api/private_data.hpp"
#include "api/validation.hpp"
#include "model/limits.hpp"
#include "projection/reservation_index.hpp"

namespace holdfast::api {
namespace {

using namespace model;

constexpr std::size_t kIncludedMax = 1'000;
constexpr base::Duration kFutureMax{5'000};  // clocks of counters run a little ahead

std::string in_list(std::string_view list, std::size_t index) {
    return std::string(list) + '/' + std::to_string(index);
}

std::optional<std::uint8_t> hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return static_cast<std::uint8_t>(c - '0');
    }
    return c >= 'a' && c <= 'f' ? std::optional(static_cast<std::uint8_t>(c - 'a' + 10))
                                : std::nullopt;
}

// The inverse of base::to_hex.
std::optional<base::Digest128> parse_digest(std::string_view text) {
    std::array<std::uint8_t, sizeof(base::Digest128)> bytes{};
    if (text.size() != 2 * bytes.size()) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto high = hex_digit(text[2 * i]);
        const auto low = hex_digit(text[2 * i + 1]);
        if (!high || !low) {
            return std::nullopt;
        }
        bytes[i] = static_cast<std::uint8_t>(*high << 4 | *low);
    }
    return std::bit_cast<base::Digest128>(bytes);
}

base::Digest128 read_plan(const std::optional<std::string>& plan, Validator& check) {
    if (!plan) {
        check.add("/plan", "Is required to approve: the plan that the case shows.");
        return {};
    }
    const auto digest = parse_digest(*plan);
    if (!digest) {
        check.add("/plan", "Must be 32 hexadecimal digits, as the case shows them.");
    }
    return digest.value_or(base::Digest128{});
}

Reason optional_reason(const std::optional<std::string>& reason, const std::string& note,
                       Validator& check) {
    return reason ? check.required_reason(reason, !note.empty()) : Reason::none;
}

void check_line(const LineRequest& line, const std::string& at, Validator& check) {
    if (line.min_quantity) {
        check.add(at + "/min_quantity", "What was sold was sold: all of it counts.");
    }
}

std::vector<RequestedLine> make_lines(const std::string& tenant,
                                      const std::vector<LineRequest>& lines, Validator& check) {
    if (lines.empty() || lines.size() > kLinesMax) {
        check.add("/lines", "Must have 1 to " + std::to_string(kLinesMax) + " lines.");
        return {};
    }
    std::vector<RequestedLine> out;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const LineRequest& line = lines[i];
        const std::string at = in_list("/lines", i);
        check_line(line, at, check);
        RequestedLine made;
        made.sku = sku_name(tenant, check.required_text(line.sku, at + "/sku", kSkuBytesMax));
        made.quantity = check.required_number(line.quantity, at + "/quantity",
                                              {.least = 1, .most = kLineQuantityMax});
        if (line.pool) {
            made.pool =
                pool_name(tenant, check.optional_text(line.pool, at + "/pool", kReferenceBytesMax));
        }
        made.line_id = check.optional_text(line.line_id, at + "/line_id", kLineIdBytesMax);
        made.group = check.optional_text(line.group, at + "/group", kLineIdBytesMax);
        out.push_back(std::move(made));
    }
    check_line_ids(lines, "/lines", check);
    return out;
}

// A time without a fraction means the end of that second: whoever writes "10:00:05" has seen what
// happened in it.
std::optional<base::Time> read_as_of(const std::optional<std::string>& text, base::Time now,
                                     Validator& check) {
    if (!text) {
        check.add("/as_of", "Is required: when it was counted.");
        return std::nullopt;
    }
    auto as_of = check.optional_time(text, "/as_of");
    if (as_of && text->find('.') == std::string::npos) {
        *as_of += base::Duration(999);
    }
    if (as_of && *as_of > now + kFutureMax) {
        check.add("/as_of", "Must not be in the future.");
    }
    return as_of;
}

// What a repetition has to say again.
base::Digest128 digest_of(const std::optional<IncludesRequest>& includes, Validator& check) {
    if (!includes) {
        return {};
    }
    base::Buffer bytes;
    base::ByteWriter out(bytes);
    const auto references = includes->references.value_or(std::vector<std::string>{});
    if (references.size() + includes->watermarks.size() > kIncludedMax) {
        check.add("/includes", "Must name at most " + std::to_string(kIncludedMax) +
                                   " references and watermarks.");
        return {};
    }
    out.varint(references.size());
    for (std::size_t i = 0; i < references.size(); ++i) {
        out.text(check.required_text(references[i], in_list("/includes/references", i),
                                     kReferenceBytesMax));
    }
    for (std::size_t i = 0; i < includes->watermarks.size(); ++i) {
        const WatermarkRequest& mark = includes->watermarks[i];
        const std::string at = in_list("/includes/watermarks", i);
        out.text(check.required_text(mark.source, at + "/source", kReferenceBytesMax));
        if (!mark.sequence) {
            check.add(at + "/sequence", "Is required.");
        }
        out.signed_varint(
            check.optional_number(mark.sequence, at + "/sequence", {.least = 0}).value_or(0));
    }
    return base::digest128(bytes);
}

std::optional<Resolution> read_resolution(const std::optional<std::string>& text,
                                          Validator& check) {
    constexpr std::array<std::pair<std::string_view, Resolution>, 3> kWords = {
        {{"approve", Resolution::approved},
         {"reject", Resolution::rejected},
         {"acknowledge", Resolution::acknowledged}}};
    const auto* const found =
        text ? std::ranges::find(kWords, *text, &std::pair<std::string_view, Resolution>::first)
             : kWords.end();
    if (found == kWords.end()) {
        check.add("/resolution", "Must be \"approve\", \"reject\" or \"acknowledge\".");
        return std::nullopt;
    }
    return found->second;
}

}  // namespace

CommandOrProblem make_command(const Context& context, const Principal& principal,
                              const TransferRequest& request) {
    const std::string& tenant = principal.tenant.text;
    Validator check;
    TransferStock out;
    out.sku = sku_name(tenant, check.required_text(request.sku, "/sku", kSkuBytesMax));
    out.from = pool_name(tenant, check.required_text(request.from, "/from", kReferenceBytesMax));
    out.to = pool_name(tenant, check.required_text(request.to, "/to", kReferenceBytesMax));
    if (request.from && request.from == request.to) {
        check.add("/to", "Must be another pool than \"from\".");
    }
    out.quantity = check.required_number(request.quantity, "/quantity",
                                         {.least = 1, .most = kLineQuantityMax});
    out.instant = request.instant.value_or(false);
    out.reference = check.optional_text(request.reference, "/reference", kReferenceBytesMax);
    out.occurred_at = check.optional_past(request.occurred_at, "/occurred_at", context.latest());
    if (!check.ok()) {
        return std::unexpected(check.take());
    }
    return finish_command(principal, Operation::transfer_stock, request.attempt, true,
                          std::move(out));
}

CommandOrProblem make_command(const Context& context, const Principal& principal,
                              const SettleTransferRequest& request) {
    const auto id = context.names.find_transfer(request.transfer);
    if (!id) {
        return std::unexpected(make_problem(RefusalCode::unknown_transfer));
    }
    Validator check;
    SettleTransfer out;
    out.transfer = *id;
    out.lost = request.lost;
    out.quantity = check.optional_number(request.quantity, "/quantity",
                                         {.least = 1, .most = kLineQuantityMax});
    if (request.lost) {
        // A transfer has no note; its reference says what it was.
        out.reason = check.required_reason(request.reason, true);
    }
    out.occurred_at = check.optional_past(request.occurred_at, "/occurred_at", context.latest());
    if (!check.ok()) {
        return std::unexpected(check.take());
    }
    return finish_command(principal, Operation::settle_transfer, request.attempt, true,
                          std::move(out));
}

CommandOrProblem make_command(const Context& context, const Principal& principal,
                              const SaleRequest& request) {
    Validator check;
    RecordSale out;
    out.lines = make_lines(principal.tenant.text, request.lines, check);
    const std::string reference =
        check.optional_text(request.reference, "/reference", kReferenceBytesMax);
    if (!reference.empty()) {
        out.reference = reference_name(principal.tenant.text, reference);
    }
    out.channel = check.optional_text(request.channel, "/channel", kReferenceBytesMax);
    out.customer =
        customer_text(context.private_key, principal.tenant.text,
                      check.optional_text(request.customer_id, "/customer_id", kReferenceBytesMax));
    out.shipped = request.shipped.value_or(false);
    out.occurred_at = check.optional_past(request.occurred_at, "/occurred_at", context.latest());
    if (!check.ok()) {
        return std::unexpected(check.take());
    }
    return finish_command(principal, Operation::record_sale, request.attempt, true, std::move(out));
}

CommandOrProblem make_command(const Context& context, const Principal& principal,
                              const CountRequest& request) {
    const std::string& tenant = principal.tenant.text;
    Validator check;
    CountStock out;
    out.sku = sku_name(tenant, check.required_text(request.sku, "/sku", kSkuBytesMax));
    if (request.pool) {
        out.pool =
            pool_name(tenant, check.optional_text(request.pool, "/pool", kReferenceBytesMax));
    }
    out.counted =
        check.required_number(request.counted, "/counted", {.least = 0, .most = kCellQuantityMax});
    out.as_of = read_as_of(request.as_of, context.latest(), check).value_or(base::Time{});
    out.includes = digest_of(request.includes, check);
    out.submitter = who_asks(principal, request.by, check);
    if (!check.ok()) {
        return std::unexpected(check.take());
    }
    return finish_command(principal, Operation::count_stock, request.attempt, true, std::move(out));
}

CommandOrProblem make_command(const Context& context, const Principal& principal,
                              const ResolveRequest& request) {
    const auto id = context.names.find_case(request.id);
    if (!id) {
        return std::unexpected(make_problem(RefusalCode::unknown_case));
    }
    Validator check;
    ResolveCase out;
    out.id = *id;
    const std::string note =
        check.optional_text(request.note, "/note", kNoteBytesMax, TextKind::note);
    out.resolution = read_resolution(request.resolution, check).value_or(Resolution::acknowledged);
    out.reason = optional_reason(request.reason, note, check);
    if (out.resolution == Resolution::approved) {
        out.plan = read_plan(request.plan, check);
    } else if (request.plan) {
        check.add("/plan", "Belongs to an approval.");
    }
    out.override_submitter = request.override_submitter.value_or(false);
    if (out.override_submitter && out.reason == Reason::none) {
        check.add("/reason", "Is required to override.");
    }
    out.note = note_text(context.private_key, principal.tenant.text, note);
    out.who = who_asks(principal, request.by, check);
    if (!check.ok()) {
        return std::unexpected(check.take());
    }
    return finish_command(principal, Operation::resolve_case, request.attempt, false,
                          std::move(out));
}

}  // namespace holdfast::api
