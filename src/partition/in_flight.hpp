// InFlight: a batch between its first decision and the release of its answers.
//
// The writer fills it, the flusher seals and appends `record`, the writer publishes the captures
// and releases the answers. Its buffers are used again for later batches.
// Thread rule: owned by one side at a time; handing over is the flusher's queues.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "ledger/format.hpp"
#include "ledger/ledger.hpp"
#include "model/event.hpp"
#include "partition/published.hpp"
#include "partition/submission.hpp"

namespace holdfast::partition {

// A name as readers must know it once the batch is durable.
struct NameCapture {
    enum class Kind : std::uint8_t { tenant, sku };
    Kind kind = Kind::tenant;
    model::TenantId tenant;
    std::uint32_t id = 0;  // of the SKU
    std::string name;
};

struct PolicyCapture {
    model::TenantId tenant;
    std::shared_ptr<const TenantPolicy> policy;
};

struct InFlight {
    base::Buffer record;  // reserved header, then payload
    ledger::BatchHeader header;
    std::vector<ledger::PrivateText> private_texts;  // views into the waiting commands
    std::vector<SkuCapture> skus;
    std::vector<CellView> cells;  // of `skus`, one behind the other
    std::vector<NameCapture> names;
    std::vector<PolicyCapture> policies;
    std::vector<model::ReservationId> left_queue;  // reservations that wait no more
    std::vector<Submission*> waiting;  // answers that rest on this batch or on earlier ones
    base::Result<void> outcome;        // of the append

    [[nodiscard]] model::Sequence last() const {
        return model::Sequence(header.first.value() + header.count - 1);
    }
    void clear() {
        record.clear();
        ledger::reserve_header(record);
        header = {};
        private_texts.clear();
        skus.clear();
        cells.clear();
        names.clear();
        policies.clear();
        left_queue.clear();
        waiting.clear();
        outcome = {};
    }
};

}  // namespace holdfast::partition
