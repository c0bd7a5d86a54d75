// Views of stock facts, cases and histories as JSON and CSV bodies. As reply_body.hpp.
//
// Thread rule: free functions.
#pragma once

#include <string>
#include <string_view>

#include "api/cases.hpp"
#include "api/events_feed.hpp"
#include "api/histories.hpp"
#include "api/insights.hpp"
#include "api/stock_views.hpp"
#include "transport/http/json_writer.hpp"

namespace holdfast::transport::http {

// `position` is left out if empty.
void write_transfer(JsonWriter& json, const api::TransferView& view, std::string_view position);
void write_count(JsonWriter& json, const api::CountView& view, std::string_view position);
void write_case(JsonWriter& json, const api::CaseView& view, std::string_view position);
void write_known_sku(JsonWriter& json, const api::SkuKnownView& view, std::string_view position);

void write_cases(JsonWriter& json, const api::CasePage& page);
// RFC 4180: a header line, CRLF, quotes where they are needed.
[[nodiscard]] std::string cases_as_csv(const api::CasePage& page);

// history_body.cpp
void write_events(JsonWriter& json, const api::EventList& list);
void write_feed(JsonWriter& json, const api::EventFeedPage& page);  // CloudEvents 1.0
void write_stock_at(JsonWriter& json, const api::StockAtView& view);
void write_explanation(JsonWriter& json, const api::ExplanationView& view);

// insight_body.cpp
void write_transfers(JsonWriter& json, const api::TransferList& list);
void write_owners(JsonWriter& json, const api::OwnerList& list);
void write_stranded(JsonWriter& json, const api::StrandedList& list);
void write_suggestions(JsonWriter& json, const api::SuggestionList& list);

}  // namespace holdfast::transport::http
