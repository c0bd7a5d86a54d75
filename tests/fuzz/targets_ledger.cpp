// Stored bytes: a value has one encoding, and nothing else is taken for it.
#include <algorithm>
#include <cstring>

#include "base/check.hpp"
#include "core/invariants.hpp"
#include "core/snapshot.hpp"
#include "ledger/format.hpp"
#include "model/event_codec.hpp"
#include "tests/fuzz/target.hpp"

namespace holdfast::fuzz {

namespace {

bool equal(Input a, Input b) { return std::ranges::equal(a, b); }

// The checksum that the writer would have put there: random bytes would never have it.
void put_checksum(base::Buffer& sealed) {
    constexpr std::size_t kChecked = 72;
    base::Buffer checked(sealed.begin(), sealed.begin() + kChecked);
    checked.insert(checked.end(), sealed.begin() + ledger::kBatchHeaderBytes, sealed.end());
    const std::uint32_t crc = base::crc32c(checked);
    std::memcpy(sealed.data() + kChecked, &crc, sizeof crc);
}

// `decode` reads one event from the front.
void encodes_to_itself(Input bytes) {
    const auto event = model::decode(bytes);
    if (event) {
        base::Buffer again;
        model::encode(*event, again);
        CHECK(again.size() <= bytes.size() && equal(again, bytes.first(again.size())),
              "two encodings of one event");
    }
}

}  // namespace

void fuzz_batch(Input input) {
    base::Buffer sealed(input.begin(), input.end());
    if (sealed.size() >= ledger::kBatchHeaderBytes) {
        put_checksum(sealed);
    }
    const auto batch = ledger::open_sealed(sealed);
    if (!batch) {
        return;
    }
    base::Buffer again;
    ledger::reserve_header(again);
    again.insert(again.end(), batch->payload.begin(), batch->payload.end());
    static_cast<void>(ledger::seal(again, batch->header));
    CHECK(equal(again, sealed), "two seals of one batch");
}

void fuzz_events(Input input) {
    encodes_to_itself(input);
    model::EventCursor cursor(input, model::Sequence(1));
    while (true) {
        const auto item = cursor.next();
        if (!item || !*item) {
            return;
        }
        encodes_to_itself((*item)->bytes);
    }
}

// A chunk of a checkpoint; whatever is taken is a state that holds together.
void fuzz_snapshot(Input input) {
    core::SnapshotReader reader;
    if (!reader.add(input)) {
        return;
    }
    const auto state = reader.finish();
    if (state) {
        const auto broken = core::check_invariants(**state);
        CHECK(!broken, "a snapshot was taken that is no state: " + broken.value_or(""));
    }
}

}  // namespace holdfast::fuzz
