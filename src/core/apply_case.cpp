// Cases and parked facts.
#include <tuple>

#include "base/check.hpp"
#include "core/apply_internal.hpp"

namespace holdfast::core {

using namespace model;

namespace {

// Where a case hangs beside the worklist: on its cell, or on its reservation.
void hang(State& state, const CaseImage& image, bool open) {
    const CaseId id = open ? image.id : CaseId{};
    if (image.kind == CaseKind::shortage || image.kind == CaseKind::count) {
        const std::uint32_t cell = ensure_cell(state, image.sku, image.pool);
        const Rehash rehash(state, state.cells[cell], state.cell_facts[cell]);
        if (image.kind == CaseKind::shortage) {
            state.cell_facts[cell].shortage = id;
            state.cells[cell].short_case = open;
        } else {
            state.cell_facts[cell].pending_count = id;
        }
        return;
    }
    const std::tuple about(image.reservation, image.kind, image.id);
    if (open) {
        state.cases_about.insert(about);
    } else {
        state.cases_about.erase(about);
    }
}

}  // namespace

void restore_case(State& state, const CaseImage& image) {
    Case& record = state.cases[image.id];
    CHECK(record.image.id.value() == 0, "a case was opened twice");
    record.reference = image.reference;
    record.opened_by = image.opened_by;
    record.image = image;
    record.image.reference = record.reference;
    record.image.opened_by = record.opened_by;
    state.hash += hash_of(record);
    if (image.kind != CaseKind::shortage && image.kind != CaseKind::count) {
        hang(state, image, true);
    }
}

void apply_case_opened(State& state, const CaseOpened& event) {
    restore_case(state, event.image);
    if (event.image.kind == CaseKind::shortage || event.image.kind == CaseKind::count) {
        hang(state, event.image, true);
    }
}

void apply_case_resolved(State& state, const CaseResolved& event) {
    const auto found = state.cases.find(event.image.id);
    CHECK(found != state.cases.end(), "a case was resolved that is not open");
    hang(state, event.image, false);
    const auto fact = state.parked.find(event.image.fact);
    if (fact != state.parked.end()) {
        state.hash -= hash_of(fact->first, fact->second);
        state.parked.erase(fact);
        --state.totals.parked_facts;
    }
    state.hash -= hash_of(found->second);
    state.cases.erase(found);
}

namespace {

// A line may be served from more pools by the time the fact fits.
std::vector<std::int64_t> by_line(const FactParked& event) {
    std::vector<std::int64_t> out;
    for (std::size_t i = 0; i < event.image.lines.size(); ++i) {
        if (!event.image.lines[i].continues) {
            out.push_back(0);
        }
        out.back() += event.quantities[i];
    }
    return out;
}

}  // namespace

void restore_parked(State& state, const FactParked& event, Sequence sequence) {
    ParkedFact& fact = state.parked[sequence];
    fact = {.reservation = event.image.id,
            .verb = event.verb,
            .disposition = event.disposition,
            .occurred_at = event.occurred_at,
            .document = std::string(event.document),
            .quantities = by_line(event)};
    state.hash += hash_of(sequence, fact);
}

void apply_parked(State& state, const FactParked& event, Sequence sequence) {
    restore_parked(state, event, sequence);
    ++state.totals.parked_facts;
}

}  // namespace holdfast::core
