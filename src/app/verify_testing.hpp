// A ledger written by hand, event by event, with whatever is wrong with it. For tests of `verify`.
//
// Thread rule: one thread.
#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "app/verify.hpp"
#include "ledger/format.hpp"
#include "model/event.hpp"
#include "model/event_codec.hpp"
#include "model/sku_class.hpp"

namespace holdfast::app::testing {

inline constexpr model::SkuId kApple{0};
inline constexpr base::Time kStart = base::time_from_ms(1'767'225'600'000);

// Batches as they are, checked by nobody.
class HandLedger final : public ledger::Ledger {
  public:
    struct Lie {  // what a batch's header says instead of the truth
        std::optional<base::Sha256> previous{};
        std::optional<std::uint64_t> epoch{};
        std::optional<std::uint32_t> count{};
    };

    void add(base::Buffer payload, std::uint32_t count, base::Time time, const Lie& lie) {
        base::Buffer sealed;
        ledger::reserve_header(sealed);
        sealed.insert(sealed.end(), payload.begin(), payload.end());
        const ledger::BatchHeader header{.partition = {},
                                         .first = model::Sequence(tail_.last.value() + 1),
                                         .count = lie.count.value_or(count),
                                         .epoch = model::Epoch(lie.epoch.value_or(2)),
                                         .time = time,
                                         .previous = lie.previous.value_or(tail_.hash)};
        tail_.hash = ledger::seal(sealed, header);
        tail_.last = model::Sequence(tail_.last.value() + header.count);
        tail_.time = time;
        batches_.push_back(std::move(sealed));
    }

    base::Result<void> append(const ledger::Append&) override { return no<void>(); }
    base::Result<void> read_from(model::Sequence first, std::size_t limit,
                                 const ledger::BytesVisitor& visit) override {
        for (const base::Buffer& sealed : batches_) {
            const auto batch = ledger::open_sealed(sealed);
            if (batch && batch->last() >= first && limit > 0) {
                --limit;
                TRY_VOID(visit(sealed));
            }
        }
        return {};
    }
    base::Result<ledger::Tail> tail() override { return tail_; }
    base::Result<std::unique_ptr<ledger::CheckpointWriter>> begin_checkpoint(
        model::Sequence) override {
        return no<std::unique_ptr<ledger::CheckpointWriter>>();
    }
    base::Result<std::optional<model::Sequence>> read_newest_checkpoint(
        model::Sequence, const ledger::BytesVisitor&) override {
        return std::nullopt;
    }
    base::Result<std::optional<std::string>> private_text(base::Digest128) override {
        return std::nullopt;
    }
    base::Result<void> forget(std::span<const base::Digest128>) override { return no<void>(); }

  private:
    template <typename T>
    static base::Result<T> no() {
        return base::failure(base::ErrorCode::invalid_input, "written by hand");
    }

    std::deque<base::Buffer> batches_;
    ledger::Tail tail_;
};

// A shop with ten apples. Each event is a batch of its own, at `now`.
class Story {
  public:
    using Changed = model::ReservationChanged;

    Story() {
        write(model::LedgerCreated{.ledger_id = {.high = 1, .low = 2}, .id_key = {}});
        write(model::TenantRegistered{.tenant = {},
                                      .recorded_refusals_max = 10,
                                      .recorded_refusals_per_second = 2,
                                      .tombstones_max = 10,
                                      .name = "default"});
        policy_ = model::default_class();
        write(model::ClassDefined{.tenant = {}, .sku_class = policy_, .key = {}});
        write(model::SkuRegistered{
            .tenant = {}, .sku = kApple, .sku_class = model::kDefaultClass, .name = "apple"});
        cell_.on_hand = 10;
        write(receipt(10));
    }

    // -- writing ---------------------------------------------------------------------------
    std::uint64_t next() const { return next_; }
    void wait(base::Duration duration) { now_ += duration; }
    [[nodiscard]] base::Time now() const { return now_; }
    model::CellImage& cell() { return cell_; }  // as the story knows it

    std::uint64_t write(const model::Event& event, const HandLedger::Lie& lie = {}) {
        base::Buffer payload;
        model::encode(event, payload);
        return write_bytes(std::move(payload), lie);
    }
    std::uint64_t write_bytes(base::Buffer payload, const HandLedger::Lie& lie = {}) {
        ledger_.add(std::move(payload), 1, now_, lie);
        return next_++;
    }
    void define(const model::SkuClass& policy) {
        policy_ = policy;
        write(model::ClassDefined{.tenant = {}, .sku_class = policy, .key = {}});
    }
    [[nodiscard]] model::SkuClass policy() const { return policy_; }

    // -- events that fit what the story knows ------------------------------------------------
    [[nodiscard]] model::StockMoved receipt(std::int64_t delta) {
        return {.tenant = {}, .sku = kApple, .delta = delta, .cell = cell_, .key = {}};
    }
    static model::KeyUse key(std::uint64_t number) {
        return {.key = {.high = 77, .low = number}, .fingerprint = {.high = 1, .low = number}};
    }
    // A new hold; its image is known by its id from here on.
    Changed hold(std::int64_t units, std::uint64_t key_number = 0) {
        Changed out{.verb = model::Verb::hold, .image = {}, .key = {}};
        out.image = {.id = model::ReservationId(next_), .version = 1};
        out.image.created_at = out.image.first_created_at = now_;
        out.image.expires_at = now_ + std::chrono::minutes(10);
        out.image.lines.push_back(
            {.sku = kApple, .requested = units, .units = {.accepted = units, .held = units}});
        out.key = key_number == 0 ? model::KeyUse{} : key(key_number);
        return out;
    }
    // The next event of a reservation: what `change` does to the image, one version on.
    template <typename Change>
    static Changed after(const Changed& before, model::Verb verb, Change&& change) {
        Changed out = before;
        out.verb = verb;
        out.key = {};
        ++out.image.version;
        change(out.image);
        return out;
    }
    static Changed commit(const Changed& before) {
        return after(before, model::Verb::commit, [](model::ReservationImage& image) {
            auto& units = image.lines[0].units;
            units.committed = std::exchange(units.held, 0);
            image.expires_at = base::kNever;
        });
    }
    static Changed expire(const Changed& before) {
        return after(before, model::Verb::expire, [](model::ReservationImage& image) {
            auto& units = image.lines[0].units;
            units.expired = std::exchange(units.held, 0);
            image.expires_at = base::kNever;
            image.ended_as = model::ReservationState::expired;
        });
    }

    // -- judging -----------------------------------------------------------------------------
    VerifyReport verify(const std::string& checkpoints = {}) {
        VerifyOptions options;
        options.checkpoints = checkpoints;
        auto report = verify_ledger(ledger_, options);
        return report.value();
    }

  private:
    HandLedger ledger_;
    model::SkuClass policy_;
    model::CellImage cell_;
    std::uint64_t next_ = 1;
    base::Time now_ = kStart;
};

// Which checks were violated, by name.
inline std::vector<std::string> violated(const VerifyReport& report) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < audit::kChecks; ++i) {
        const auto check = static_cast<audit::Check>(i);
        if (report.findings.at(check).violations > 0) {
            out.emplace_back(audit::info_of(check).name);
        }
    }
    return out;
}

}  // namespace holdfast::app::testing
