#include "ledger/tail_recovery.hpp"

#include <limits>

#include "ledger/format.hpp"

namespace holdfast::ledger {
namespace {

using base::Result;

constexpr model::Sequence kEnd(std::numeric_limits<std::uint64_t>::max());

std::unexpected<base::Error> refused(const std::string& directory, const std::string& what) {
    return base::failure(base::ErrorCode::corrupted,
                         "ledger " + directory + " " + what +
                             ". Nothing was changed; `holdfast ledger salvage` copies what is "
                             "intact into a new directory");
}

std::string to_text(model::Sequence sequence) { return std::to_string(sequence.value()); }

std::unexpected<base::Error> ends_early(const std::string& directory, model::Sequence last,
                                        const Tail& mark) {
    return refused(directory, "ends at sequence " + to_text(last) + ", but its tail mark " +
                                  directory + "/tail says " + to_text(mark.last) + ": events " +
                                  std::to_string(last.value() + 1) + " to " + to_text(mark.last) +
                                  " are missing");
}

}  // namespace

Result<Tail> recover_tail(const std::string& directory, RocksdbStore& store, const Tail& mark) {
    TRY(const auto last_bytes, store.last_batch());
    model::Sequence last;
    if (last_bytes) {
        TRY(const Batch batch, open_sealed(*last_bytes));
        last = batch.last();
    }
    if (last < mark.last) {
        return ends_early(directory, last, mark);
    }
    Tail tail = mark;
    ChainReader chain(mark.last, mark.hash);
    const auto follow = [&](std::span<const std::byte> sealed) -> Result<void> {
        TRY(const Batch opened, open_sealed(sealed));
        if (opened.header.first <= mark.last) {
            if (opened.last() != mark.last || base::sha256(sealed) != mark.hash) {
                return refused(directory, "has another batch at sequence " + to_text(mark.last) +
                                              " than its tail mark " + directory +
                                              "/tail remembers");
            }
            tail.epoch = opened.header.epoch;
            return {};
        }
        TRY(const Batch batch, chain.next(sealed));
        tail.bytes += sealed.size();
        tail.time = batch.header.time;
        tail.epoch = batch.header.epoch;
        return {};
    };
    const model::Sequence from(mark.last.value() == 0 ? 1 : mark.last.value());
    TRY_VOID(store.read_batches(from, kEnd, std::numeric_limits<std::size_t>::max(), follow));
    tail.last = chain.last();
    tail.hash = chain.hash();
    if (tail.last != last) {
        return ends_early(directory, tail.last, mark);
    }
    return tail;
}

}  // namespace holdfast::ledger
