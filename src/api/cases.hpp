// Cases: the worklist of what people have to look at, and their decisions.
//
// Open cases are read from the replayed state, with everything that was published before the
// request; who may be disappointed by a shortage comes from the history. A case that is over is put
// together from its events. Decisions are commands like any other.
// Thread rule: any thread; callbacks run on an executor's thread, or at once.
#pragma once

#include <deque>
#include <expected>
#include <functional>
#include <string>
#include <vector>

#include "api/command_runner.hpp"
#include "api/principal.hpp"
#include "api/stock_requests.hpp"
#include "api/waiters.hpp"
#include "model/sku_class.hpp"

namespace holdfast::api {

struct CasePage {
    std::vector<CaseView> cases;  // oldest first
    std::string next_cursor;      // empty: this was the last page
    std::string position;
    // What the views look at.
    struct Texts {
        std::string reference;
        std::string opened_by;
    };
    std::deque<Texts> texts;
    std::vector<base::Buffer> events;
};

using CasesCallback = std::move_only_function<void(std::expected<CasePage, Problem>)>;

class Cases {
  public:
    Cases(CommandRunner& runner, Waiters& waiters) : runner_(runner), waiters_(waiters) {}

    void list(const Principal& principal, const CaseListRequest& request,
              CasesCallback callback) const;
    // All open ones of a kind or SKU, without pages; for export.
    void list_all(const Principal& principal, const CaseListRequest& request,
                  CasesCallback callback) const;
    // A page with one case. Problems: unknown_case.
    void read(const Principal& principal, const std::string& id, CasesCallback callback) const;

    void resolve(const Principal& principal, const ResolveRequest& request, Callback callback);

  private:
    CommandRunner& runner_;
    Waiters& waiters_;
};

}  // namespace holdfast::api
