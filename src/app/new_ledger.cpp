#include "app/new_ledger.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "ledger/format.hpp"
#include "ledger/open_ledger.hpp"
#include "model/event_codec.hpp"
#include "model/limits.hpp"

namespace holdfast::app {

using base::ErrorCode;
using base::failure;
using base::Result;
using model::Sequence;

namespace {

// "a/" names a directory, but "a/.work" is in it and not beside it.
std::string without_slashes_at_the_end(std::string path) {
    while (path.size() > 1 && path.ends_with('/')) {
        path.pop_back();
    }
    return path;
}

// Nothing can be renamed to it, and what is built beside it is on another disk.
bool is_mount_point(const std::string& directory) {
    struct stat own{};
    struct stat above{};
    return ::stat(directory.c_str(), &own) == 0 &&
           ::stat((directory + "/..").c_str(), &above) == 0 && own.st_dev != above.st_dev;
}

}  // namespace

Result<NewLedgerPlace> find_place(std::string target, std::string_view suffix) {
    target = without_slashes_at_the_end(std::move(target));
    const std::string work = target + std::string(suffix);
    std::error_code ignored;
    if (std::filesystem::exists(target) && !std::filesystem::is_empty(target, ignored)) {
        return failure(ErrorCode::invalid_input,
                       target + " is there already: a new ledger never writes over anything");
    }
    if (is_mount_point(target)) {
        return failure(ErrorCode::invalid_input,
                       target +
                           " is where a disk is mounted, and a ledger is renamed to its place "
                           "when it is whole; name a directory in it, such as " +
                           target + "/ledger");
    }
    if (std::filesystem::exists(work)) {
        return failure(ErrorCode::invalid_input,
                       work + " is left from a run that did not finish; remove it first");
    }
    return NewLedgerPlace{.target = std::move(target), .work = work};
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
