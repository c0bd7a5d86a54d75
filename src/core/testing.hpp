// World: a small language in which tests of the machine read like the specification.
//
// A World is a partition without I/O: a state, its machine and a clock that only the test moves.
// Every command is a batch of its own. After each one the World checks what must hold whatever the
// test is about: the batch replayed into a second state gives the same hash, every event decodes,
// and the invariants hold; at the end a snapshot of the state comes back as the same state.
//
//   World world;
//   world.receive("A", 5);
//   const auto cart = world.held("A", 3);
//   world.wait(15min);
//   EXPECT_EQ(world.commit(cart).code(), RefusalCode::expired);
//
// Thread rule: one thread per World.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "core/apply.hpp"
#include "core/forget_testing.hpp"
#include "core/invariants.hpp"
#include "core/machine.hpp"
#include "core/offer.hpp"
#include "core/replay.hpp"
#include "core/snapshot.hpp"
#include "core/state.hpp"
#include "core/testing_requests.hpp"
#include "model/command.hpp"
#include "model/event_codec.hpp"

namespace holdfast::core::testing {

class World {
  public:
    static constexpr base::Time kStart = base::time_from_ms(1'800'000'000'000);

    World() {
        for (const auto& event : genesis({.high = 1, .low = 2}, {.high = 3, .low = 4})) {
            append(event);
        }
    }
    // Bounds of tenant `default` other than a new ledger's.
    explicit World(const model::TenantRegistered& bounds) {
        append(model::LedgerCreated{.ledger_id = {.high = 1, .low = 2}, .id_key = {}});
        append(bounds);
        append(model::ClassDefined{
            .tenant = bounds.tenant, .sku_class = model::default_class(), .key = {}});
    }
    ~World() { check_snapshot(); }
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    // -- time and settings ----------------------------------------------------------------
    [[nodiscard]] base::Time now() const { return now_; }
    void wait(base::Duration duration) { now_ += duration; }
    void at(base::Duration since_start) { now_ = kStart + since_start; }
    void tenant(std::string name) { tenant_ = std::move(name); }
    void expiry_budget(std::uint32_t holds) { expiry_budget_ = holds; }
    // Invariants cost as much as the state is large: long tests check every n-th batch only.
    void check_every(std::uint64_t batches) { check_every_ = batches; }

    // Defines (or redefines) a class of the present tenant by changing a copy of `default`.
    template <typename Change>
    void define_class(const std::string& name, Change&& change) {
        const auto owner = *state_->find_tenant(model::tenant_name(tenant_).digest);
        const auto& classes = state_->tenant(owner).classes;
        const auto known = state_->find_class(owner, model::class_name(tenant_, name).digest);
        model::SkuClass fresh = known ? classes[known->value()] : model::default_class();
        fresh.id = known.value_or(model::ClassId(static_cast<std::uint16_t>(classes.size())));
        fresh.version = known ? fresh.version + 1 : 1;
        fresh.name = name;
        change(fresh);
        append(model::ClassDefined{.tenant = owner, .sku_class = fresh, .key = {}});
    }

    // -- stock ----------------------------------------------------------------------------
    Reply put_sku(const std::string& sku, const std::string& sku_class = {},
                  const std::string& key = {}) {
        model::PutSku request{.sku = sku_name(sku), .sku_class = {}};
        if (!sku_class.empty()) {
            request.sku_class = model::class_name(tenant_, sku_class);
        }
        return send(model::Operation::put_sku, std::move(request), key);
    }
    Reply receive(const std::string& sku, std::int64_t quantity, const std::string& key = {},
                  const std::string& pool = {}) {
        return move(model::Operation::receive_stock,
                    {.sku = sku, .quantity = quantity, .pool = pool, .key = key});
    }
    // receive_stock, adjust_stock, mark_unavailable
    Reply move(model::Operation operation, const Move& how) {
        return send(operation,
                    model::MoveStock{.sku = sku_name(how.sku),
                                     .pool = maybe_pool(how.pool),
                                     .quantity = how.quantity,
                                     .reason = how.reason,
                                     .from_unavailable = how.from_unavailable,
                                     .undoes = {},
                                     .occurred_at = how.occurred_at},
                    how.key);
    }
    Reply put_pool(const std::string& name, model::Pool settings = {},
                   const std::string& overflow = {}) {
        return send(model::Operation::put_pool,
                    model::PutPool{.name = pool_name(name),
                                   .settings = std::move(settings),
                                   .overflow = maybe_pool(overflow),
                                   .expected_version = {}},
                    {});
    }
    template <typename Change>
    Reply put_class(const std::string& name, Change&& change, const std::string& key = {}) {
        model::SkuClass policy = model::default_class();
        change(policy);
        return send(model::Operation::put_class,
                    model::PutClass{.name = model::class_name(tenant_, name),
                                    .policy = std::move(policy),
                                    .expected_version = {}},
                    key);
    }
    Reply set_caps(const model::CapsByKind& caps) {
        return send(model::Operation::set_caps, model::SetCaps{.caps = caps}, {});
    }
    Reply stop_selling(model::StopScope scope, const std::string& name = {},
                       std::optional<base::Time> until = {}) {
        return change_selling(scope, name, true, until);
    }
    Reply resume_selling(model::StopScope scope, const std::string& name = {}) {
        return change_selling(scope, name, false, {});
    }
    Reply change_selling(model::StopScope scope, const std::string& name, bool stopped,
                         std::optional<base::Time> until) {
        model::Name subject{.text = name, .digest = {}};
        if (scope == model::StopScope::sku) {
            subject = sku_name(name);
        } else if (scope == model::StopScope::pool) {
            subject = pool_name(name);
        } else if (scope == model::StopScope::sku_class) {
            subject = model::class_name(tenant_, name);
        }
        return send(model::Operation::change_selling,
                    model::ChangeSelling{.scope = scope,
                                         .subject = subject,
                                         .stopped = stopped,
                                         .reason = model::Reason::incident,
                                         .until = until,
                                         .note = {},
                                         .who = "ann"},
                    {});
    }
    Reply transfer(const std::string& sku, const std::string& from, const std::string& to,
                   std::int64_t quantity, bool instant = false) {
        return send(model::Operation::transfer_stock,
                    model::TransferStock{.sku = sku_name(sku),
                                         .from = pool_name(from),
                                         .to = pool_name(to),
                                         .quantity = quantity,
                                         .instant = instant,
                                         .reference = "truck"},
                    {});
    }
    Reply settle(model::TransferId id, std::optional<std::int64_t> quantity, bool lost = false) {
        return send(model::Operation::settle_transfer,
                    model::SettleTransfer{.transfer = id,
                                          .quantity = quantity,
                                          .lost = lost,
                                          .reason = model::Reason::none,
                                          .occurred_at = {}},
                    {});
    }
    Reply sale(const Cart& cart, bool shipped = false) {
        model::RecordSale request{.lines = requested(cart),
                                  .reference = reference_name(cart.reference),
                                  .channel = cart.channel,
                                  .customer = {},
                                  .shipped = shipped};
        return send(model::Operation::record_sale, std::move(request), cart.key);
    }
    Reply count(const Seen& seen) {
        const auto id = state_->find_sku(sku_name(seen.sku).digest);
        const auto pool =
            seen.pool.empty()
                ? model::kDefaultPool
                : state_
                      ->find_pool(*state_->find_tenant(model::tenant_name(tenant_).digest),
                                  pool_name(seen.pool).digest)
                      .value_or(model::kDefaultPool);
        const std::uint32_t cell = id ? state_->find_cell(*id, pool) : kNoIndex;
        const auto last =
            cell != kNoIndex ? state_->cell_facts[cell].last_count : model::Sequence{};
        return send(model::Operation::count_stock,
                    model::CountStock{
                        .sku = sku_name(seen.sku),
                        .pool = maybe_pool(seen.pool),
                        .counted = seen.counted,
                        .as_of = seen.as_of.value_or(now_),
                        .includes = {},
                        .drift = seen.drift,
                        .position = seen.position.value_or(model::Sequence(next_.value() - 1)),
                        .last_count = seen.last_count.value_or(last),
                        .submitter = seen.submitter},
                    seen.key);
    }
    Reply resolve(model::ResolveCase request, const std::string& key = {}) {
        return send(model::Operation::resolve_case, std::move(request), key);
    }
    Reply adjust(const std::string& sku, std::int64_t delta, const std::string& key = {}) {
        return send(
            model::Operation::adjust_stock,
            model::MoveStock{
                .sku = sku_name(sku), .quantity = delta, .reason = model::Reason::cycle_count},
            key);
    }
    Reply safety_stock(const std::string& sku, std::int64_t units, const std::string& key = {}) {
        return send(model::Operation::set_safety_stock,
                    model::SetSafetyStock{.sku = sku_name(sku), .pool = {}, .units = units}, key);
    }

    // -- reservations ---------------------------------------------------------------------
    Reply create(const Cart& cart) {
        model::CreateReservation request;
        request.lines = requested(cart);
        request.ttl_seconds = cart.ttl_seconds;
        request.reference = reference_name(cart.reference);
        request.agent_id = cart.agent_id;
        request.operator_id = cart.operator_id;
        if (!cart.customer.empty()) {
            request.customer = {.digest = base::digest128({cart.customer}), .text = cart.customer};
        }
        request.channel = cart.channel;
        request.region = cart.region;
        request.wait_seconds = cart.wait_seconds;
        request.supersedes = cart.supersedes;
        request.supersedes_same_reference = cart.supersedes_same_reference;
        request.partial = cart.partial;
        request.dry_run = cart.dry_run;
        return send(model::Operation::create, std::move(request), cart.key);
    }
    Reply hold(const std::string& sku, std::int64_t quantity, const std::string& key = {}) {
        return create({.lines = {{.sku = sku, .quantity = quantity}}, .key = key});
    }
    // A create that must succeed; its id.
    model::ReservationId held(const Cart& cart) {
        const Reply reply = create(cart);
        EXPECT_EQ(reply.code(), model::RefusalCode::none);
        return reply.accepted() ? reply.id() : model::ReservationId{};
    }
    model::ReservationId held(const std::string& sku, std::int64_t quantity) {
        return held({.lines = {{.sku = sku, .quantity = quantity}}});
    }
    Reply begin_payment(model::ReservationId id, const With& with = {}) {
        return change(model::Operation::begin_payment, id, with);
    }
    Reply commit(model::ReservationId id, const With& with = {}) {
        return change(model::Operation::commit, id, with);
    }
    Reply release(model::ReservationId id, const With& with = {}) {
        return change(model::Operation::release, id, with);
    }
    Reply extend(model::ReservationId id, const With& with = {}) {
        return change(model::Operation::extend, id, with);
    }
    Reply ship(model::ReservationId id, const With& with = {}) {
        return change(model::Operation::ship, id, with);
    }
    Reply cancel(model::ReservationId id, const With& with = {}) {
        return change(model::Operation::cancel, id, with);
    }
    Reply return_units(model::ReservationId id, const With& with) {
        return change(model::Operation::return_units, id, with);
    }
    Reply reallocate(model::ReservationId id, const With& with) {
        return change(model::Operation::reallocate, id, with);
    }
    Reply close_short(model::ReservationId id, const With& with) {
        return change(model::Operation::close_short, id, with);
    }
    Reply read(model::ReservationId id) {
        return send(model::Operation::read_reservation, model::ReadReservation{.reservation = id},
                    {});
    }
    Reply release_key(const std::string& create_key, const std::string& key = {}) {
        return send(
            model::Operation::release_by_name,
            model::ReleaseByName{.create_key = key_digest(model::Operation::create, create_key)},
            key);
    }
    Reply release_reference(const std::string& reference, bool block_late = false,
                            const std::string& key = {}) {
        return send(
            model::Operation::release_by_name,
            model::ReleaseByName{
                .create_key = {}, .reference = reference_name(reference), .block_late = block_late},
            key);
    }
    Reply change(model::Operation operation, model::ReservationId id, const With& with = {}) {
        model::ChangeReservation request{.reservation = id,
                                         .expected_version = with.version,
                                         .ttl_seconds = with.ttl_seconds,
                                         .payment_reference = with.payment_reference,
                                         .payment_provider = with.payment_provider,
                                         .order_reference = with.order_reference,
                                         .document = with.document,
                                         .reason = with.reason,
                                         .disposition = with.disposition,
                                         .occurred_at = with.occurred_at,
                                         .from = maybe_pool(with.from),
                                         .to = maybe_pool(with.to)};
        for (const auto& part : with.lines) {
            request.lines.push_back({.line_id = part.line_id,
                                     .sku = part.sku.empty() ? model::Name{} : sku_name(part.sku),
                                     .quantity = part.quantity});
        }
        return send(operation, std::move(request), with.key);
    }

    Reply send(model::Operation operation, model::Request request, const std::string& key) {
        model::Command command{.operation = operation,
                               .tenant = model::tenant_name(tenant_),
                               .request = std::move(request)};
        if (!key.empty()) {
            command.key.key = key_digest(operation, key);
            command.key.fingerprint = model::fingerprint(command);
        }
        return send(command);
    }
    // The door that all others lead to.
    Reply send(const model::Command& command) {
        if (shelf_) {
            shelf_->thaw_for(*state_, command);
        }
        OpenBatch batch = open();
        Execution execution = machine_->execute(command, batch, expiry_budget_);
        Reply out{.outcome = execution.outcome,
                  .refusal = std::move(execution.refusal),
                  .sequence = execution.sequence,
                  .place = execution.place};
        if (!execution.reply.empty()) {
            out.bytes = std::make_shared<const base::Buffer>(execution.reply.begin(),
                                                             execution.reply.end());
        }
        close(batch);
        if (out.outcome == Outcome::replayed) {
            out.bytes = events_.at(out.sequence.value());
        }
        if (out.bytes) {
            out.event = decoded(*out.bytes);
        }
        return out;
    }

    // -- what is not a client's -----------------------------------------------------------
    void append(const model::Event& event) {
        OpenBatch batch = open();
        machine_->append(event, batch);
        close(batch);
    }
    // Ends due holds within the budget; how many.
    std::uint32_t expire_due() {
        OpenBatch batch = open();
        machine_->expire_due(batch, expiry_budget_);
        close(batch);
        return batch.expiries;
    }
    // From now on memory forgets after each command whatever it may, the replica now and then.
    void forget_everything() { shelf_.emplace(); }
    [[nodiscard]] std::size_t reservations() const {
        return in_order_of_ids(*state_).size() + state_->archived.reservations;
    }
    [[nodiscard]] std::uint64_t thawed() const { return shelf_ ? shelf_->thawed() : 0; }
    // Every event that there ever was, encoded, by sequence.
    [[nodiscard]] const auto& event_bytes() const { return events_; }
    // Events of the batch of the last command.
    [[nodiscard]] std::uint32_t last_count() const { return last_count_; }
    [[nodiscard]] std::vector<model::Event> last_events() const {
        std::vector<model::Event> out;
        for (std::uint64_t n = next_.value() - last_count_; n < next_.value(); ++n) {
            out.push_back(decoded(*events_.at(n)));
        }
        return out;
    }
    // Goes on with a state that was written to a snapshot and read back.
    void restore_from_snapshot() {
        auto restored = snapshot_round_trip(*state_);
        ASSERT_NE(restored, nullptr);
        state_ = std::move(restored);
        machine_.emplace(*state_);
    }

    // -- what is there --------------------------------------------------------------------
    [[nodiscard]] const State& core_state() const { return *state_; }
    [[nodiscard]] model::SkuId sku(const std::string& name) const {
        const auto found = state_->find_sku(sku_name(name).digest);
        CHECK(found.has_value(), "the test names a SKU that is not there");
        return *found;
    }
    [[nodiscard]] model::CellImage cell(const std::string& name) const {
        return state_->cell_of(sku(name)).units;
    }
    [[nodiscard]] model::CellImage cell(const std::string& name, const std::string& pool) const {
        const auto owner = *state_->find_tenant(model::tenant_name(tenant_).digest);
        const auto place = state_->find_pool(owner, pool_name(pool).digest);
        CHECK(place.has_value(), "the test names a pool that is not there");
        const std::uint32_t index = state_->find_cell(sku(name), *place);
        return index != kNoIndex ? state_->cells[index].units : model::CellImage{};
    }
    // What one reservation could get now.
    [[nodiscard]] std::int64_t offered(const std::string& name) const {
        return core::sellable(*state_, sku(name), now_);
    }
    [[nodiscard]] std::int64_t sellable(const std::string& name) const {
        return cell(name).sellable();
    }
    // Open cases of a kind, oldest first.
    [[nodiscard]] std::vector<model::CaseImage> cases(model::CaseKind kind) const {
        std::vector<model::CaseImage> out;
        for (const auto& [id, record] : state_->cases) {
            if (record.image.kind == kind) {
                out.push_back(record.image);
            }
        }
        return out;
    }
    [[nodiscard]] model::ReservationImage image(model::ReservationId id) const {
        const auto* const found = state_->find_reservation(id);
        const auto resting = found == nullptr && shelf_ ? shelf_->image(id) : std::nullopt;
        CHECK(found != nullptr || resting, "the test names a reservation that is not there");
        return found != nullptr ? state_->image_of(*found) : *resting;
    }
    [[nodiscard]] model::LineQuantities line(model::ReservationId id, std::size_t index = 0) const {
        return image(id).lines.at(index).units;
    }
    [[nodiscard]] model::ReservationState state(model::ReservationId id) const {
        return model::state_of(image(id));
    }
    [[nodiscard]] model::Name sku_name(const std::string& sku) const {
        return model::sku_name(tenant_, sku);
    }
    [[nodiscard]] model::Name pool_name(const std::string& pool) const {
        return model::pool_name(tenant_, pool);
    }
    [[nodiscard]] std::optional<model::Name> maybe_pool(const std::string& pool) const {
        return pool.empty() ? std::nullopt : std::optional(pool_name(pool));
    }
    [[nodiscard]] model::Name reference_name(const std::string& reference) const {
        return reference.empty() ? model::Name{} : model::reference_name(tenant_, reference);
    }
    [[nodiscard]] base::Digest128 key_digest(model::Operation operation,
                                             const std::string& key) const {
        return model::key_digest(tenant_, operation, key);
    }

    // A state written to a snapshot and read back; null if that failed.
    static std::unique_ptr<State> snapshot_round_trip(const State& state) {
        SnapshotReader reader;
        const auto written = write_snapshot(
            state, [&](std::span<const std::byte> chunk) { return reader.add(chunk); });
        EXPECT_TRUE(written.has_value()) << (written ? "" : written.error().message);
        auto restored = reader.finish();
        EXPECT_TRUE(restored.has_value()) << (restored ? "" : restored.error().message);
        return restored ? std::move(*restored) : nullptr;
    }

  private:
    [[nodiscard]] std::vector<model::RequestedLine> requested(const Cart& cart) const {
        std::vector<model::RequestedLine> out;
        for (const auto& from : cart.lines) {
            out.push_back({.sku = sku_name(from.sku),
                           .pool = maybe_pool(from.pool),
                           .quantity = from.quantity,
                           .min_quantity = from.min_quantity,
                           .line_id = from.line_id,
                           .group = from.group});
        }
        return out;
    }

    OpenBatch open() {
        payload_.clear();
        touched_.clear();
        names_.clear();
        return {
            .payload = payload_, .next = next_, .time = now_, .touched = touched_, .names = names_};
    }

    void close(const OpenBatch& batch) {
        last_count_ = batch.count;
        const auto keep = [&](std::span<const std::byte> bytes, model::Sequence sequence) {
            events_.emplace(sequence.value(),
                            std::make_shared<const base::Buffer>(bytes.begin(), bytes.end()));
        };
        model::EventCursor cursor(payload_, next_);
        for (auto item = cursor.next(); item.has_value() && item->has_value();
             item = cursor.next()) {
            keep((*item)->bytes, (*item)->sequence);
        }
        const auto replayed =
            replay(replica_, payload_, next_, now_, {}, shelf_ ? shelf_->thawer() : Thawer{});
        EXPECT_TRUE(replayed.has_value()) << (replayed ? "" : replayed.error().message);
        EXPECT_EQ(replica_.hash, state_->hash) << "replay differs from live";
        EXPECT_EQ(replica_.totals, state_->totals);
        forget_some();
        next_ = batch.next;
        if (++batches_ % check_every_ == 0) {
            EXPECT_EQ(check_invariants(*state_).value_or("sound"), "sound");
        }
    }

    void forget_some() {
        if (!shelf_) {
            return;
        }
        for (std::uint64_t n = next_.value(); n < next_.value() + last_count_; ++n) {
            shelf_->note(decoded(*events_.at(n)), model::Sequence(n), events_.at(n));
        }
        shelf_->empty_into_archive(*state_);
        if (batches_ % 5 == 0) {
            shelf_->empty_into_archive(replica_);
        }
    }

    static model::Event decoded(const base::Buffer& bytes) {
        auto event = model::decode(bytes);
        EXPECT_TRUE(event.has_value()) << (event ? "" : event.error().message);
        return event ? std::move(*event) : model::Event{};
    }

    void check_snapshot() const {
        EXPECT_EQ(check_invariants(*state_).value_or("sound"), "sound");
        EXPECT_EQ(check_invariants(replica_).value_or("sound"), "sound");
        const auto restored = snapshot_round_trip(*state_);
        if (restored != nullptr) {
            EXPECT_EQ(restored->hash, state_->hash);
            EXPECT_EQ(restored->totals, state_->totals);
            EXPECT_EQ(check_invariants(*restored).value_or("sound"), "sound");
        }
    }

    std::unique_ptr<State> state_ = std::make_unique<State>();
    State replica_;  // fed by replay only
    std::optional<Machine> machine_{*state_};
    std::map<std::uint64_t, std::shared_ptr<const base::Buffer>> events_;  // by sequence
    base::Buffer payload_;
    std::vector<model::SkuId> touched_;
    std::vector<model::Event> names_;
    model::Sequence next_{1};
    base::Time now_ = kStart;
    std::string tenant_ = "default";
    std::optional<Shelf> shelf_;
    std::uint32_t expiry_budget_ = 4096;
    std::uint32_t last_count_ = 0;
    std::uint64_t batches_ = 0;
    std::uint64_t check_every_ = 1;
};

}  // namespace holdfast::core::testing
