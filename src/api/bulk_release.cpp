#include "api/bulk_release.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "api/idempotency.hpp"
#include "api/reports.hpp"
#include "api/validation.hpp"
#include "model/limits.hpp"

namespace holdfast::api {
namespace {

using namespace model;

struct Filter {
    Name tenant;
    std::optional<Name> sku{};
    std::optional<Name> sku_class{};
    std::string channel{};
    std::string agent{};
    std::optional<base::Time> older_than{};
    bool include_payment = false;
    bool dry_run = false;
    Reason reason = Reason::none;
    std::string key{};  // empty: none was sent
};

struct Match {
    ReservationId id;
    std::uint32_t version = 0;
};

struct Found {
    std::vector<Match> matches;  // the oldest, at most kBulkReleaseMax
    std::uint64_t matched = 0;
    std::int64_t units = 0;
    Sequence position;
};

std::expected<std::string, Problem> key_of(const Attempt& attempt) {
    if (attempt.source || attempt.source_sequence) {
        return std::unexpected(invalid_body(attempt.source ? "/source" : "/source_sequence",
                                            "This address takes a key only."));
    }
    // Checks both places a key may stand in.
    if (auto checked = resolve_attempt("", Operation::release, attempt, false); !checked) {
        return std::unexpected(std::move(checked).error());
    }
    return attempt.header_key.value_or(attempt.body_key.value_or(""));
}

std::expected<Filter, Problem> make_filter(const Principal& principal,
                                           const ReleaseMatchingRequest& request) {
    Validator check;
    const std::string& tenant = principal.tenant.text;
    Filter out{.tenant = principal.tenant};
    if (request.sku) {
        out.sku = sku_name(tenant, check.optional_text(request.sku, "/sku", kSkuBytesMax));
    }
    if (request.sku_class) {
        out.sku_class = class_name(
            tenant, check.optional_text(request.sku_class, "/sku_class", kReferenceBytesMax));
    }
    out.channel = check.optional_text(request.channel, "/channel", kReferenceBytesMax);
    out.agent = check.optional_text(request.agent_id, "/agent_id", kReferenceBytesMax);
    out.older_than = check.optional_time(request.older_than, "/older_than");
    if (!request.sku && !request.sku_class && !request.channel && !request.agent_id &&
        !request.older_than) {
        check.add("", "Needs at least one of sku, sku_class, channel, agent_id, older_than.");
    }
    out.include_payment = request.include_payment.value_or(false);
    out.dry_run = request.dry_run.value_or(false);
    if (request.reason) {
        const auto reason = parse_reason(*request.reason);
        if (!reason || *reason == Reason::none) {
            check.add("/reason", "Is not a known reason code.");
        }
        out.reason = reason.value_or(Reason::none);
    }
    if (!check.ok()) {
        return std::unexpected(check.take());
    }
    auto key = key_of(request.attempt);
    if (!key) {
        return std::unexpected(std::move(key).error());
    }
    out.key = std::move(*key);
    return out;
}

// The filters as the state knows them.
class Matcher {
  public:
    // False: something named is not known, so nothing matches.
    bool prepare(const core::State& state, const Filter& filter) {
        filter_ = &filter;
        const auto tenant = state.find_tenant(filter.tenant.digest);
        if (!tenant) {
            return false;
        }
        tenant_ = *tenant;
        if (filter.sku) {
            sku_ = state.find_sku(filter.sku->digest);
        }
        if (filter.sku_class) {
            sku_class_ = state.find_class(tenant_, filter.sku_class->digest);
        }
        return filter.sku.has_value() == sku_.has_value() &&
               filter.sku_class.has_value() == sku_class_.has_value();
    }

    // The units it holds; 0: it does not match.
    [[nodiscard]] std::int64_t units_of(const core::State& state,
                                        const core::Reservation& hold) const {
        const bool wanted =
            hold.waiting == ReservationState::held ||
            (filter_->include_payment && hold.waiting == ReservationState::payment_pending);
        if (hold.tenant != tenant_ || !wanted ||
            (filter_->older_than && base::time_from_ms(hold.created_ms) >= *filter_->older_than)) {
            return 0;
        }
        const std::int64_t held = state.held_of(hold);
        return held > 0 && lines_fit(state, hold) && texts_fit(state, hold) ? held : 0;
    }

  private:
    [[nodiscard]] bool lines_fit(const core::State& state, const core::Reservation& hold) const {
        bool sku = !sku_;
        bool sku_class = !sku_class_;
        for (std::uint32_t i = hold.first_line; i != core::kNoIndex; i = state.lines[i].next) {
            const core::Line& line = state.lines[i];
            if (state.held_of(line) > 0) {
                sku = sku || state.sku_of(line) == *sku_;
                sku_class = sku_class || state.sku(state.sku_of(line)).sku_class == *sku_class_;
            }
        }
        return sku && sku_class;
    }
    [[nodiscard]] bool texts_fit(const core::State& state, const core::Reservation& hold) const {
        if (filter_->channel.empty() && filter_->agent.empty()) {
            return true;
        }
        const auto image = state.image_of(hold);
        return (filter_->channel.empty() || image.texts.channel == filter_->channel) &&
               (filter_->agent.empty() || image.texts.agent_id == filter_->agent);
    }

    const Filter* filter_ = nullptr;
    TenantId tenant_;
    std::optional<SkuId> sku_;
    std::optional<ClassId> sku_class_;
};

Found find_matches(const core::State& state, Sequence position, const Filter& filter) {
    Found out{.matches = {}, .position = position};
    Matcher matcher;
    if (!matcher.prepare(state, filter)) {
        return out;
    }
    for (std::uint32_t i = 0; i < state.reservations.size(); ++i) {
        const core::Reservation& hold = state.reservations[i];
        const std::int64_t units = matcher.units_of(state, hold);
        if (units == 0) {
            continue;
        }
        ++out.matched;
        out.units += units;
        if (out.matches.size() < kBulkReleaseMax) {
            out.matches.push_back({.id = hold.id, .version = hold.version});
        }
    }
    return out;
}

Command release_of(const Filter& filter, const Match& match, const std::string& id) {
    Command out{.operation = Operation::release,
                .tenant = filter.tenant,
                .key = {},
                .request = ChangeReservation{.reservation = match.id, .reason = filter.reason}};
    if (!filter.key.empty()) {
        out.key.key = key_digest(filter.tenant.text, Operation::release,
                                 "release-matching " + filter.key + ' ' + id);
        out.key.fingerprint = fingerprint(out);
    }
    // A hold that went on to payment meanwhile is not what was matched.
    std::get<ChangeReservation>(out.request).expected_version = match.version;
    return out;
}

// Waits for the answers to all commands, which may come in any order.
class Gathering {
  public:
    Gathering(BulkReleaseView view, std::size_t count, BulkReleaseCallback callback)
        : view_(std::move(view)), left_(count), callback_(std::move(callback)) {}

    void answered(std::string id, const Reply& reply) {
        const std::unique_lock lock(mutex_);
        if (reply.problem() == nullptr) {
            view_.released.push_back(std::move(id));
            view_.position = reply.position;
        }
        if (--left_ == 0) {
            callback_(std::move(view_));
        }
    }

  private:
    std::mutex mutex_;
    BulkReleaseView view_;
    std::size_t left_;
    BulkReleaseCallback callback_;
};

void release_all(CommandRunner& runner, const Filter& filter, const Found& found,
                 BulkReleaseCallback callback) {
    const Names& names = runner.context().names;
    BulkReleaseView view{.dry_run = filter.dry_run,
                         .matched = found.matched,
                         .units = found.units,
                         .released = {},
                         .more = found.matched > found.matches.size(),
                         .position = names.position(found.position)};
    if (filter.dry_run || found.matches.empty()) {
        for (const Match& match : found.matches) {
            view.released.push_back(names.reservation(match.id));
        }
        callback(std::move(view));
        return;
    }
    const auto gathering =
        std::make_shared<Gathering>(std::move(view), found.matches.size(), std::move(callback));
    for (const Match& match : found.matches) {
        std::string id = names.reservation(match.id);
        Command command = release_of(filter, match, id);
        runner.run(std::move(command), {},
                   [gathering, id = std::move(id)](const Reply& reply) mutable {
                       gathering->answered(std::move(id), reply);
                   });
    }
}

}  // namespace

void BulkRelease::run(const Principal& principal, const ReleaseMatchingRequest& request,
                      BulkReleaseCallback callback) {
    auto filter = make_filter(principal, request);
    if (!filter) {
        callback(std::unexpected(std::move(filter).error()));
        return;
    }
    report(runner_.context(),
           [this, filter = std::move(*filter), callback = std::move(callback)]() mutable {
               Found found;
               const auto looked = look_at_state(runner_.context(),
                                                 [&](const core::State& state, Sequence position) {
                                                     found = find_matches(state, position, filter);
                                                 });
               if (!looked) {
                   callback(std::unexpected(looked.error()));
                   return;
               }
               release_all(runner_, filter, found, std::move(callback));
           });
}

}  // namespace holdfast::api
