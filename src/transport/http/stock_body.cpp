#include "transport/http/stock_body.hpp"

#include "api/time_text.hpp"

namespace holdfast::transport::http {
namespace {

bool is_told(base::Time time) { return time != base::Time{}; }

std::int64_t in_seconds(base::Duration age) {
    return std::chrono::duration_cast<std::chrono::seconds>(age).count();
}

std::string_view outcome_name(model::CountOutcome outcome) {
    switch (outcome) {
        case model::CountOutcome::matched: return "matched";
        case model::CountOutcome::applied: return "applied";
        case model::CountOutcome::pending: return "pending";
        case model::CountOutcome::outdated: return "outdated";
        case model::CountOutcome::rejected: return "rejected";
    }
    return {};
}

std::string_view step_name(model::TransferStep step) {
    switch (step) {
        case model::TransferStep::sent: return "sent";
        case model::TransferStep::arrived: return "arrived";
        case model::TransferStep::lost: return "lost";
        case model::TransferStep::moved: return "moved";
    }
    return {};
}

void write_pending(JsonWriter& json, const api::PendingCountView& count) {
    json.begin_object("count");
    json.number("counted", count.counted);
    json.number("ledger", count.ledger);
    json.number("drift", count.drift);
    json.number("disputed", count.disputed);
    json.time("as_of", count.as_of);
    json.text("plan", count.plan);
    json.end_object();
}

void write_at_risk(JsonWriter& json, const std::vector<api::AtRiskView>& promises) {
    json.begin_array("at_risk");
    for (const auto& promise : promises) {
        json.begin_object();
        json.text("reservation", promise.reservation);
        json.number("line", std::uint64_t{promise.line});
        json.text("kind", promise.kind);
        json.number("units", promise.units);
        json.end_object();
    }
    json.end_array();
}

void write_end(JsonWriter& json, const api::CaseEnd& end) {
    json.text("resolution", model::to_string(end.resolution));
    json.time("resolved_at", end.at);
    json.text_unless_empty("resolved_by", end.by);
    if (end.reason != model::Reason::none) {
        json.text("resolved_with", model::to_string(end.reason));
    }
}

// What is only known while it is open.
void write_now(JsonWriter& json, const api::CaseView& view) {
    if (!view.age) {
        return;
    }
    json.number("age_seconds", in_seconds(*view.age));
    json.flag("overdue", view.overdue);
    if (view.missing) {
        json.number("missing", *view.missing);
        write_at_risk(json, view.at_risk);
    }
}

// A spreadsheet takes what begins like a formula for one: such a text is kept from being run.
std::string csv_field(std::string_view text) {
    constexpr std::string_view kFormula = "=+-@\t\r";
    std::string value(text);
    if (!text.empty() && kFormula.find(text.front()) != std::string_view::npos) {
        value.insert(value.begin(), '\'');
    }
    if (value.find_first_of(",\"\r\n") == std::string::npos) {
        return value;
    }
    std::string out = "\"";
    for (const char c : value) {
        out.append(c == '"' ? 2 : 1, c);
    }
    return out + '"';
}

std::string csv_time(std::optional<base::Time> time) {
    return time ? api::format_time(*time) : std::string();
}

}  // namespace

void write_transfer(JsonWriter& json, const api::TransferView& view, std::string_view position) {
    json.begin_object();
    json.text("id", view.id);
    json.text("sku", view.sku);
    json.text("from", view.from);
    json.text("to", view.to);
    json.number("quantity", view.quantity);
    json.number("in_transit", view.in_transit);
    json.time("sent_at", view.sent_at);
    json.text_unless_empty("reference", view.reference);
    if (view.step) {
        json.number("arrived", view.arrived);
        json.number("lost", view.lost);
        json.text("step", step_name(*view.step));
        json.number("units", view.units);
        if (view.reason != model::Reason::none) {
            json.text("reason", model::to_string(view.reason));
        }
        if (is_told(view.occurred_at)) {
            json.time("occurred_at", view.occurred_at);
        }
    }
    json.text_unless_empty("position", position);
    json.end_object();
}

void write_count(JsonWriter& json, const api::CountView& view, std::string_view position) {
    json.begin_object();
    json.text("outcome", outcome_name(view.outcome));
    json.text("sku", view.sku);
    json.text("pool", view.pool);
    json.number("counted", view.counted);
    json.number("ledger", view.ledger);
    json.number("drift", view.drift);
    json.time("as_of", view.as_of);
    json.number("delta", view.delta);
    json.number("disputed", view.disputed);
    json.text_unless_empty("plan", view.plan);
    json.text_unless_empty("case", view.case_id);
    json.text_unless_empty("submitter", view.submitter);
    json.text_unless_empty("decided_by", view.decided_by);
    if (view.overridden) {
        json.flag("overridden", true);
    }
    json.number("on_hand", view.cell.on_hand);
    json.number("unavailable", view.cell.unavailable);
    json.text_unless_empty("position", position);
    json.end_object();
}

void write_case(JsonWriter& json, const api::CaseView& view, std::string_view position) {
    json.begin_object();
    json.text("id", view.id);
    json.text("kind", model::to_string(view.kind));
    json.text("status", view.end ? "resolved" : "open");
    json.time("opened_at", view.opened_at);
    if (view.due_at) {
        json.time("due_at", *view.due_at);
    }
    json.text("sku", view.sku);
    json.text_unless_empty("pool", view.pool);
    json.number("units", view.units);
    json.text_unless_empty("reservation", view.reservation);
    json.text_unless_empty("fact", view.fact);
    json.text_unless_empty("reference", view.reference);
    json.text_unless_empty("opened_by", view.opened_by);
    if (view.reason != model::Reason::none) {
        json.text("reason", model::to_string(view.reason));
    }
    if (view.count) {
        write_pending(json, *view.count);
    }
    write_now(json, view);
    if (view.end) {
        write_end(json, *view.end);
    }
    json.text_unless_empty("position", position);
    json.end_object();
}

void write_known_sku(JsonWriter& json, const api::SkuKnownView& view, std::string_view position) {
    json.begin_object();
    json.text("sku", view.sku);
    json.text("sku_class", view.sku_class);
    json.text_unless_empty("position", position);
    json.end_object();
}

void write_cases(JsonWriter& json, const api::CasePage& page) {
    json.begin_object();
    json.begin_array("cases");
    for (const auto& view : page.cases) {
        write_case(json, view, {});
    }
    json.end_array();
    json.text_unless_empty("next_cursor", page.next_cursor);
    json.text("position", page.position);
    json.end_object();
}

std::string cases_as_csv(const api::CasePage& page) {
    std::string out =
        "id,kind,opened_at,age_seconds,due_at,overdue,sku,pool,units,missing,counted,ledger,drift,"
        "plan,reservation,reference,opened_by,reason\r\n";
    for (const auto& view : page.cases) {
        const bool counted = view.count.has_value();
        const std::string fields[] = {
            view.id,
            std::string(model::to_string(view.kind)),
            api::format_time(view.opened_at),
            view.age ? std::to_string(in_seconds(*view.age)) : "",
            csv_time(view.due_at),
            view.overdue ? "true" : "false",
            csv_field(view.sku),
            csv_field(view.pool),
            std::to_string(view.units),
            view.missing ? std::to_string(*view.missing) : "",
            counted ? std::to_string(view.count->counted) : "",
            counted ? std::to_string(view.count->ledger) : "",
            counted ? std::to_string(view.count->drift) : "",
            counted ? view.count->plan : "",
            view.reservation,
            csv_field(view.reference),
            csv_field(view.opened_by),
            view.reason == model::Reason::none ? "" : std::string(model::to_string(view.reason))};
        for (const auto& field : fields) {
            out.append(&field == fields ? "" : ",").append(field);
        }
        out += "\r\n";
    }
    return out;
}

}  // namespace holdfast::transport::http
