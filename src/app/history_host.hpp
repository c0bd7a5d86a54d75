// HistoryHost: the history of one partition: its directory, and how it follows the ledger.
//
// The history is a function of the ledger, and nothing else depends on it: one that is damaged, or
// knows more than the ledger (a backup was restored), is made again, by the next start if it is
// found while others read it. What its disk does not take is tried again every two seconds. Where
// the ledger is damaged it stands still: who writes and reads without it is served.
// Thread rule: history() may be asked on any thread; the rest on the replayer's.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "app/standstill.hpp"
#include "base/result.hpp"
#include "ledger/ledger.hpp"
#include "partition/follower.hpp"
#include "partition/published.hpp"
#include "projection/history.hpp"

namespace holdfast::app {

class HistoryObserver;

class HistoryHost {
  public:
    // In `directory`, which may not be there yet. `last`: the newest event of the ledger.
    // Errors: the history's.
    [[nodiscard]] static base::Result<std::unique_ptr<HistoryHost>> open(
        std::string directory, ledger::Ledger& ledger, const partition::Published& published,
        model::Sequence last);
    ~HistoryHost();
    HistoryHost(const HistoryHost&) = delete;
    HistoryHost& operator=(const HistoryHost&) = delete;

    [[nodiscard]] projection::History& history() { return *history_; }

    // Reads a step further. False: there is nothing more, or it stands still.
    bool follow();
    // What it has read; nothing while it stands still.
    [[nodiscard]] std::optional<model::Sequence> position() const;

  private:
    HistoryHost(std::string directory, ledger::Ledger& ledger,
                const partition::Published& published);

    base::Result<void> open_history(model::Sequence last);
    base::Result<void> remake();
    void begin_to_follow();
    base::Result<bool> read_on();
    void stop_following(const base::Error& error);
    void give_up(const base::Error& error);
    [[nodiscard]] std::string damage_mark() const { return directory_ + ".damaged"; }

    std::string directory_;
    ledger::Ledger& ledger_;
    const partition::Published& published_;
    std::unique_ptr<projection::History> history_;
    std::unique_ptr<HistoryObserver> observer_;
    std::unique_ptr<partition::Follower> follower_;  // gone while it stands still
    Standstill standstill_{"the history"};
    bool gave_up_ = false;  // until the next start
};

}  // namespace holdfast::app
