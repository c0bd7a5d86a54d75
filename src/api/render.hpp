// From events to replies. Pure: the same bytes give the same reply, today and in a year.
//
// Thread rule: free functions, any thread but the writer's.
#pragma once

#include "api/names.hpp"
#include "api/reply.hpp"
#include "base/bytes.hpp"
#include "model/event.hpp"
#include "model/ids.hpp"

namespace holdfast::api {

// The views look into whatever the image or event looks into.
[[nodiscard]] ReservationView to_view(const model::ReservationImage& image, const Names& names);
// render_stock.cpp. Of a case: as it stands in the ledger, nothing of what depends on now.
[[nodiscard]] TransferView to_view(const model::TransferChanged& event, const Names& names);
[[nodiscard]] CountView to_view(const model::StockCounted& event, const Names& names);
[[nodiscard]] CaseView to_view(const model::CaseImage& image, const Names& names);

// The reply of a command whose event is `event`, which stands at `sequence`. An event that cannot
// be the reply of a command, or does not decode, gives the problem `unavailable`.
[[nodiscard]] Reply render_event(base::Buffer event, model::Sequence sequence, const Names& names);

// The reservation that an event's reply is about; 0: none.
[[nodiscard]] model::ReservationId subject_of(const model::Event& event);

}  // namespace holdfast::api
