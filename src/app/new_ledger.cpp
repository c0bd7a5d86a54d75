#include "app/new_ledger.hpp"

#include <algorithm>
#include <filesystem>

#include "ledger/format.hpp"
#include "ledger/open_ledger.hpp"
#include "model/event_codec.hpp"
#include "model/limits.hpp"

namespace holdfast::app {

using base::ErrorCode;
using base::failure;
using base::Result;
using model::Sequence;

Result<void> expect_free(const std::string& target, const std::string& work) {
    std::error_code ignored;
    if (std::filesystem::exists(target) && !std::filesystem::is_empty(target, ignored)) {
        return failure(ErrorCode::invalid_input,
                       target + " is there already: a new ledger never writes over anything");
    }
    if (std::filesystem::exists(work)) {
        return failure(ErrorCode::invalid_input,
                       work + " is left from a run that did not finish; remove it first");
    }
    return {};
}

Result<Sequence> move_on(const std::string& directory, std::uint64_t state_hash, Sequence until) {
    TRY(const auto info, ledger::read_ledger_info(directory));
    TRY(const auto ledger,
        ledger::open_ledger(
            {.path = directory, .partition = info.partition, .create_if_missing = false}));
    while (true) {
        TRY(const auto tail, ledger->tail());
        if (tail.last >= until) {
            return Sequence(tail.last.value() + 1);
        }
        const auto count = static_cast<std::uint32_t>(
            std::min<std::uint64_t>(until.value() - tail.last.value(), model::kBatchEventsMax));
        base::Buffer record;
        ledger::reserve_header(record);
        for (std::uint32_t i = 0; i < count; ++i) {
            model::encode(model::StateHashLogged{.hash = state_hash}, record);
        }
        const base::Sha256 hash = ledger::seal(record, {.partition = info.partition,
                                                        .first = Sequence(tail.last.value() + 1),
                                                        .count = count,
                                                        .epoch = tail.epoch,
                                                        .time = tail.time,
                                                        .previous = tail.hash});
        TRY_VOID(ledger->append({.expected_last = tail.last,
                                 .epoch = tail.epoch,
                                 .batch = record,
                                 .private_texts = {},
                                 .hash = hash}));
    }
}

}  // namespace holdfast::app
