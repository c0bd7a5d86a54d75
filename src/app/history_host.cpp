#include "app/history_host.hpp"

#include <filesystem>
#include <fstream>
#include <string_view>
#include <utility>

#include "app/ledger_damage.hpp"
#include "base/log.hpp"

namespace holdfast::app {

using base::ErrorCode;
using base::Result;

// Batches are read as soon as they are durable, which may be a moment before the writer has
// published their names. A row must not be seen before the names it shows, so nothing is committed
// beyond the published position.
class HistoryObserver final : public partition::EventObserver {
  public:
    HistoryObserver(projection::History& history, const partition::Published& published)
        : history_(history), published_(published) {}

    Result<void> event(const model::Event& event, std::span<const std::byte> bytes,
                       model::Sequence sequence, base::Time time) override {
        return history_.event(event, bytes, sequence, time);
    }
    Result<void> reached(model::Sequence position, base::Time as_of) override {
        published_.wait_until(position);
        return history_.reached(position, as_of);
    }
    [[nodiscard]] model::Sequence position() const override { return history_.position(); }

  private:
    projection::History& history_;
    const partition::Published& published_;
};

Result<std::unique_ptr<HistoryHost>> HistoryHost::open(std::string directory,
                                                       ledger::Ledger& ledger,
                                                       const partition::Published& published,
                                                       model::Sequence last) {
    std::unique_ptr<HistoryHost> host(new HistoryHost(std::move(directory), ledger, published));
    TRY_VOID(host->open_history(last));
    host->begin_to_follow();
    return host;
}

HistoryHost::HistoryHost(std::string directory, ledger::Ledger& ledger,
                         const partition::Published& published)
    : directory_(std::move(directory)), ledger_(ledger), published_(published) {}

HistoryHost::~HistoryHost() = default;

Result<void> HistoryHost::open_history(model::Sequence last) {
    std::error_code none;
    if (std::filesystem::exists(damage_mark(), none)) {
        base::log_warning("the history was damaged and is made again");
        return remake();
    }
    auto opened = projection::open_history(directory_);
    const bool damaged = !opened && opened.error().code == ErrorCode::corrupted;
    if (damaged || (opened && (*opened)->position() > last)) {
        base::log_warning("the history does not fit the ledger and is made again",
                          {{"detail", damaged ? std::string_view(opened.error().message)
                                              : std::string_view("it is ahead")}});
        opened = base::failure(ErrorCode::corrupted, {});  // closed before it is removed
        return remake();
    }
    TRY(history_, std::move(opened));
    return {};
}

Result<void> HistoryHost::remake() {
    std::error_code ignored;  // what cannot be removed cannot be opened either
    std::filesystem::remove_all(directory_, ignored);
    std::filesystem::remove(damage_mark(), ignored);
    TRY(history_, projection::open_history(directory_));
    return {};
}

void HistoryHost::begin_to_follow() {
    observer_ = std::make_unique<HistoryObserver>(*history_, published_);
    follower_ = std::make_unique<partition::Follower>(ledger_, *observer_);
}

bool HistoryHost::follow() {
    if (gave_up_ || standstill_.waits()) {
        return false;
    }
    const auto moved = read_on();
    if (!moved) {
        stop_following(moved.error());
        return false;
    }
    standstill_.went_on();
    return *moved;
}

Result<bool> HistoryHost::read_on() {
    if (!follower_) {
        TRY_VOID(history_->begin_again());
        begin_to_follow();
    }
    return follower_->step();
}

void HistoryHost::stop_following(const base::Error& error) {
    follower_.reset();
    if (error.code == ErrorCode::corrupted) {
        give_up(error);
    } else {
        standstill_.failed(error);
    }
}

void HistoryHost::give_up(const base::Error& error) {
    gave_up_ = true;
    if (is_ledger_damaged(ledger_, history_->position())) {
        base::log_error("the history stands still: the ledger is damaged",
                        {{"position", history_->position().value()},
                         {"detail", std::string_view(error.message)}});
        return;
    }
    std::ofstream{damage_mark()};
    base::log_error("the history is damaged; the next start makes it again",
                    {{"detail", std::string_view(error.message)}});
}

std::optional<model::Sequence> HistoryHost::position() const {
    return follower_ ? std::optional(follower_->position()) : std::nullopt;
}

}  // namespace holdfast::app
