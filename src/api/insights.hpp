// Insights: reports that a person reads: who hoards, what is stranded, what is under way, which
// class would suit a SKU.
//
// From the history; every answer says its position. Thread rule: as Histories.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/histories.hpp"
#include "api/principal.hpp"
#include "api/stock_requests.hpp"
#include "api/waiters.hpp"

namespace holdfast::api {

struct OwnerView {
    std::string_view kind;
    std::string name;       // of an agent or operator; of a buyer unless it was forgotten
    std::string principal;  // hex digest: the same one is the same principal
    projection::PrincipalFigures figures;
};

struct OwnerList {
    std::vector<OwnerView> owners;  // most wasted first
    std::string position;
    base::Time as_of{};
};

struct TransferList {
    std::vector<TransferView> transfers;  // on their way, newest first
    std::vector<std::string> references;  // what the views look at
    std::string next_cursor;
    std::string position;
    base::Time as_of{};
};

// Units that are there and cannot be bought.
struct StrandedView {
    std::string_view sku;
    std::string_view pool;
    std::int64_t units = 0;
    std::string_view why;  // unavailable | selling_stopped | fenced | in_transit
    std::optional<base::Time> since;
    std::string transfer;  // id; empty: none
};

struct StrandedList {
    std::vector<StrandedView> stranded;
    std::string next_cursor;
    std::string position;
    base::Time as_of{};
};

struct SuggestionView {
    std::string_view sku;
    std::string_view present;    // its class now
    std::string_view suggested;  // the name of a preset
    std::string reason;
    projection::SkuFigures figures;
};

struct SuggestionList {
    std::vector<SuggestionView> suggestions;
    std::string next_cursor;
    std::string position;
    base::Time as_of{};
};

class Insights {
  public:
    Insights(const Context& context, Waiters& waiters) : context_(context), waiters_(waiters) {}

    // Problems of all: validation_failed, unavailable.
    void owners(const Principal& principal, const OwnersRequest& request,
                Answer<OwnerList> answer) const;
    void transfers(const Principal& principal, const TransferListRequest& request,
                   Answer<TransferList> answer) const;
    void stranded(const Principal& principal, const StrandedRequest& request,
                  Answer<StrandedList> answer) const;
    void suggestions(const Principal& principal, const PageRequest& request,
                     Answer<SuggestionList> answer) const;

  private:
    const Context& context_;
    Waiters& waiters_;
};

}  // namespace holdfast::api
