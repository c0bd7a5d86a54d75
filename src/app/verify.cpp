#include "app/verify.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "app/replay_beside.hpp"
#include "audit/auditor.hpp"
#include "core/invariants.hpp"
#include "core/snapshot.hpp"
#include "ledger/checkpoint_files.hpp"

namespace holdfast::app {

using audit::Check;
using base::ErrorCode;
using base::Result;
using model::Sequence;

namespace {

constexpr std::size_t kBatchesPerRead = 256;
constexpr std::uint64_t kEventsPerProgress = 1'000'000;

bool is_damage(const base::Error& error) {
    return error.code == ErrorCode::corrupted || error.code == ErrorCode::newer_format;
}

Result<std::uint64_t> hash_of_checkpoint(const ledger::CheckpointFiles& files, Sequence at) {
    core::SnapshotReader reader;
    TRY_VOID(files.read(at, [&](std::span<const std::byte> chunk) { return reader.add(chunk); }));
    TRY(const auto state, reader.finish());
    return state->hash;
}

// The checkpoints that are not ahead of the ledger, read on a thread of their own: the audit does
// not need them before its end.
class CheckpointHashes {
  public:
    static Result<std::unique_ptr<CheckpointHashes>> begin(const std::string& directory,
                                                           Sequence tail,
                                                           model::PartitionId partition) {
        std::unique_ptr<CheckpointHashes> out(new CheckpointHashes);
        if (!directory.empty()) {
            TRY(const auto positions,
                ledger::CheckpointFiles(directory, partition, [](const auto&) {}).positions());
            for (const Sequence at : positions) {
                if (at <= tail) {
                    out->positions_.insert(at);
                }
            }
        }
        out->thread_ = std::thread([hashes = out.get(), directory, partition] {
            const ledger::CheckpointFiles files(directory, partition, [](const auto&) {});
            for (const Sequence at : hashes->positions_) {
                hashes->read_.emplace(at, hash_of_checkpoint(files, at));
            }
        });
        return out;
    }
    ~CheckpointHashes() { join(); }
    CheckpointHashes(const CheckpointHashes&) = delete;
    CheckpointHashes& operator=(const CheckpointHashes&) = delete;

    [[nodiscard]] const std::set<Sequence>& positions() const { return positions_; }
    // The state hash of each, or why it cannot be read; after join().
    [[nodiscard]] const std::map<Sequence, Result<std::uint64_t>>& read() const { return read_; }
    void join() {
        if (thread_.joinable()) {
            thread_.join();
        }
    }

  private:
    CheckpointHashes() = default;
    std::set<Sequence> positions_;
    std::map<Sequence, Result<std::uint64_t>> read_;
    std::thread thread_;
};

Result<model::PartitionId> partition_of(ledger::Ledger& ledger) {
    model::PartitionId out;
    TRY_VOID(
        ledger.read_from(Sequence(1), 1, [&](std::span<const std::byte> sealed) -> Result<void> {
            if (const auto batch = ledger::open_sealed(sealed)) {
                out = batch->header.partition;
            }
            return {};
        }));
    return out;
}

// What both folds keep must be the same, however each came to it.
void compare_folds(const audit::Auditor& auditor, const core::State& state, Sequence at,
                   audit::Findings& findings) {
    for (std::uint32_t i = 0; i < state.cells.size(); ++i) {
        const core::Cell& cell = state.cells[i];
        const std::uint32_t known = auditor.figures().find(cell.sku, cell.pool);
        const model::CellImage audited =
            known == audit::kNone ? model::CellImage{} : auditor.figures()[known].units;
        findings.looked(Check::agreement);
        if (audited != cell.units) {
            findings.found(Check::agreement, at,
                           "the figures of SKU " + state.sku(cell.sku).name + " differ");
        }
    }
    for (std::size_t i = 0; i < auditor.promises().size(); ++i) {
        const audit::ReservationRecord& audited = auditor.promises()[i];
        const core::Reservation* const known =
            state.find_reservation(model::ReservationId(audited.id));
        if (known == nullptr && auditor.promises().units_of(audited).held == 0 &&
            audited.waiting != model::ReservationState::queued) {
            continue;  // over, and no longer kept in memory
        }
        findings.looked(Check::agreement);
        const bool same = known != nullptr && known->version == audited.version &&
                          known->deadline_ms == audited.deadline_ms &&
                          state.units_of(*known) == auditor.promises().units_of(audited);
        if (!same) {
            findings.found(Check::agreement, at,
                           "reservation " + std::to_string(audited.id) + " differs");
        }
    }
}

class Verifier {
  public:
    Verifier(ledger::Ledger& ledger, const VerifyOptions& options, VerifyReport& report)
        : ledger_(ledger), options_(options), report_(report), auditor_(report.findings) {}

    Result<void> run() {
        TRY(const auto tail, ledger_.tail());
        tail_ = tail.last;
        TRY(const auto partition, partition_of(ledger_));
        TRY(checkpoints_, CheckpointHashes::begin(options_.checkpoints, tail_, partition));
        replay_.emplace(checkpoints_->positions());
        while (!damaged_ && auditor_.last() < tail_) {
            TRY_VOID(read_on());
        }
        auditor_.finish();
        if (!damaged_ && auditor_.last() == tail.last && auditor_.hash() != tail.hash) {
            report_.findings.found(Check::chain, tail.last,
                                   "the last batch is another one than is remembered");
        }
        replay_->join();
        checkpoints_->join();
        TRY_VOID(judge_checkpoints());
        judge_replay();
        fill_in();
        return {};
    }

  private:
    Result<void> read_on() {
        const Sequence before = auditor_.last();
        const auto read = ledger_.read_from(
            Sequence(before.value() + 1), kBatchesPerRead,
            [&](std::span<const std::byte> sealed) -> Result<void> { return take(sealed); });
        if (read && auditor_.last() == before && !damaged_ && before < tail_) {
            damaged_ = true;
            report_.findings.found(Check::chain, Sequence(before.value() + 1),
                                   "the ledger has no batch here");
        }
        if (!read && !is_damage(read.error())) {
            return read;
        }
        if (!read && !damaged_) {
            damaged_ = true;
            report_.findings.found(Check::chain, Sequence(auditor_.last().value() + 1),
                                   read.error().message);
        }
        return {};
    }

    Result<void> take(std::span<const std::byte> sealed) {
        if (auditor_.last() >= tail_) {
            return {};  // appended since the reading began, or not asked for
        }
        if (is_beyond(sealed)) {
            tail_ = auditor_.last();
            return {};
        }
        if (!auditor_.add(sealed)) {
            damaged_ = true;
            return base::failure(ErrorCode::corrupted, "damaged");  // ends the reading
        }
        if (report_.findings.may_replay()) {
            replay_->feed(auditor_.newest(), auditor_.logged_hashes());
        }
        if (options_.progress && auditor_.last().value() / kEventsPerProgress != shown_) {
            shown_ = auditor_.last().value() / kEventsPerProgress;
            options_.progress({.done = auditor_.last(), .of = tail_});
        }
        return {};
    }

    [[nodiscard]] bool is_beyond(std::span<const std::byte> sealed) const {
        const VerifyUntil& until = options_.until;
        if (until.position.value() == UINT64_MAX && until.time == base::kNever) {
            return false;
        }
        const auto batch = ledger::open_sealed(sealed);
        return batch && (batch->last() > until.position || batch->header.time > until.time);
    }

    // One that cannot be read is a finding; one that its owner has just dropped is none.
    Result<void> judge_checkpoints() {
        audit::Findings& findings = report_.findings;
        for (const auto& [at, hash] : checkpoints_->read()) {
            findings.looked(Check::checkpoints);
            const auto replayed = replay_->asked().find(at);
            if (!hash && is_damage(hash.error())) {
                findings.found(Check::checkpoints, at, hash.error().message);
            } else if (!hash && hash.error().code != ErrorCode::not_found) {
                return std::unexpected(hash.error());
            } else if (hash && replayed != replay_->asked().end()) {
                ++report_.checkpoints;
                if (replayed->second != *hash) {
                    findings.found(Check::checkpoints, at,
                                   "is not the state that the events lead to");
                }
            }
        }
        return {};
    }

    // The invariants on a thread of their own: both only read.
    void compare(const core::State& state) {
        audit::Findings& findings = report_.findings;
        std::optional<std::string> wrong;
        std::thread beside([&] { wrong = core::check_invariants(state); });
        compare_folds(auditor_, state, replay_->last(), findings);
        beside.join();
        findings.looked(Check::invariants);
        if (wrong) {
            findings.found(Check::invariants, replay_->last(), *wrong);
        }
    }

    void judge_replay() {
        audit::Findings& findings = report_.findings;
        for (std::uint64_t i = 0; i < replay_->hashes(); ++i) {
            findings.looked(Check::state_hashes);
        }
        if (replay_->failed()) {
            findings.found(Check::state_hashes, replay_->failed()->at, replay_->failed()->text);
        }
        if (replay_->last() != auditor_.last() || damaged_) {
            return;  // the machine did not see all of it: nothing more can be compared
        }
        compare(replay_->state());
    }

    void fill_in() {
        report_.last = auditor_.last();
        report_.time = auditor_.time();
        report_.epoch = auditor_.epoch();
        report_.batches = auditor_.batches();
        report_.events = auditor_.last().value();
        report_.bytes = auditor_.bytes();
        report_.state_hashes = replay_->hashes();
        report_.reservations = auditor_.promises().size();
        report_.live_holds = auditor_.promises().open();
        report_.skus = auditor_.policies().skus();
        report_.replayed = replay_->last();
        report_.state_hash = replay_->state().hash;
    }

    ledger::Ledger& ledger_;
    const VerifyOptions& options_;
    VerifyReport& report_;
    audit::Auditor auditor_;
    std::unique_ptr<CheckpointHashes> checkpoints_;
    std::optional<ReplayBeside> replay_;
    Sequence tail_{};
    std::uint64_t shown_ = 0;
    bool damaged_ = false;
};

}  // namespace

Result<VerifyReport> verify_ledger(ledger::Ledger& ledger, const VerifyOptions& options) {
    const auto begun = std::chrono::steady_clock::now();
    VerifyReport report;
    report.findings = audit::Findings(options.violations_kept);
    TRY_VOID(Verifier(ledger, options, report).run());
    report.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    return report;
}

}  // namespace holdfast::app
