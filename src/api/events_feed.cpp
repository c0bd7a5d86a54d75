#include "api/events_feed.hpp"

#include <memory>
#include <utility>

#include "api/paging.hpp"
#include "base/log.hpp"
#include "ledger/format.hpp"
#include "model/event_codec.hpp"

namespace holdfast::api {
namespace {

using namespace model;

// One answer looks at no more than this; other tenants' events are passed over.
constexpr std::size_t kBatchesPerRead = 16;
constexpr std::size_t kBatchesMax = 512;
// Of events as the ledger has them; an event of 2,000 lines is 100 KiB, so a page may be shorter
// than it was asked for.
constexpr std::size_t kPageBytesMax = std::size_t{4} << 20;

struct Asked {
    base::Digest128 tenant_digest{};
    std::string tenant_name;
    Sequence after{};
    base::Duration wait{};
    std::size_t limit = 0;
};

std::expected<Asked, Problem> judge(const Context& context, const Principal& principal,
                                    const EventsRequest& request) {
    Asked out{.tenant_digest = principal.tenant.digest, .tenant_name = principal.tenant.text};
    if (request.after) {
        const auto after = context.names.find_position(*request.after);
        if (!after) {
            return std::unexpected(invalid_parameter("after", "Is not a position."));
        }
        out.after = *after;
    }
    const auto limit = read_limit(request.limit);
    if (!limit) {
        return std::unexpected(limit.error());
    }
    out.limit = *limit;
    const std::int64_t seconds = request.wait_seconds.value_or(0);
    if (seconds < 0 || seconds > kFeedWaitSecondsMax) {
        return std::unexpected(invalid_parameter(
            "wait_seconds", "Must be 0 to " + std::to_string(kFeedWaitSecondsMax) + "."));
    }
    out.wait = std::chrono::seconds(seconds);
    return out;
}

// Collects the tenant's events of batches until there are enough.
class Reading {
  public:
    Reading(const Context& context, TenantId tenant, const Asked& asked, Sequence head)
        : context_(context), tenant_(tenant), limit_(asked.limit), head_(head), at_(asked.after) {}

    base::Result<void> run() {
        for (std::size_t read = 0; read < kBatchesMax && !done_ && at_ < head_;
             read += kBatchesPerRead) {
            const Sequence before = at_;
            TRY_VOID(context_.ledger.read_from(
                Sequence(at_.value() + 1), kBatchesPerRead,
                [this](std::span<const std::byte> sealed) { return take(sealed); }));
            if (at_ == before) {
                break;
            }
        }
        return {};
    }

    [[nodiscard]] std::vector<EventView> take_events() { return std::move(events_); }
    [[nodiscard]] Sequence at() const { return at_; }

  private:
    base::Result<void> take(std::span<const std::byte> sealed) {
        if (done_) {
            return {};
        }
        TRY(const auto batch, ledger::open_sealed(sealed));
        EventCursor cursor(batch.payload, batch.header.first);
        while (!done_) {
            TRY(const auto item, cursor.next());
            if (!item) {
                break;
            }
            if (item->sequence <= at_) {
                continue;
            }
            if (item->sequence > head_) {
                done_ = true;
                break;
            }
            TRY_VOID(take(*item, batch.header.time));
            at_ = item->sequence;
            done_ = events_.size() >= limit_ || bytes_ >= kPageBytesMax;
        }
        return {};
    }

    base::Result<void> take(const EventCursor::Item& item, base::Time time) {
        TRY(const auto event, decode(item.bytes));
        if (tenant_of(event) == tenant_) {
            auto view = view_event(base::Buffer(item.bytes.begin(), item.bytes.end()),
                                   item.sequence, time, context_.names);
            if (view) {
                bytes_ += item.bytes.size();
                events_.push_back(std::move(*view));
            }
        }
        return {};
    }

    const Context& context_;
    TenantId tenant_;
    std::size_t limit_;
    Sequence head_;
    Sequence at_;
    bool done_ = false;
    std::size_t bytes_ = 0;  // of these, as the ledger has them
    std::vector<EventView> events_;
};

// One request: asks again while there is nothing and it may wait.
class Poll : public std::enable_shared_from_this<Poll> {
  public:
    Poll(const Context& context, Waiters& waiters, Asked asked, FeedCallback callback)
        : context_(context),
          waiters_(waiters),
          asked_(std::move(asked)),
          until_(context.clock.now().boot + asked_.wait),
          callback_(std::move(callback)) {}

    void wait() {
        const base::Duration left = until_ - context_.clock.now().boot;
        waiters_.wait(
            left, [self = shared_from_this()] { return self->head() > self->asked_.after; },
            [self = shared_from_this()](bool ready) { self->read(ready); });
    }

  private:
    [[nodiscard]] Sequence head() const {
        return context_.published.freshness(context_.clock.now().wall).position;
    }

    void read(bool ready) {
        EventFeedPage page{.events = {},
                           .next = context_.names.position(asked_.after),
                           .source = "/inventory/" + asked_.tenant_name};
        // The head first: a tenant that is not known after it has no event up to it.
        const Sequence now = head();
        const auto tenant = context_.published.find_tenant(asked_.tenant_digest);
        if (ready && !tenant) {
            asked_.after = std::max(asked_.after, now);
        }
        if (ready && tenant) {
            Reading reading(context_, *tenant, asked_, now);
            if (const auto done = reading.run(); !done) {
                base::log_error("events cannot be read",
                                {{"why", std::string_view(done.error().message)}});
                callback_(std::unexpected(make_problem(RefusalCode::unavailable)));
                return;
            }
            page.events = reading.take_events();
            asked_.after = reading.at();
        }
        page.next = context_.names.position(asked_.after);
        const bool caught_up = asked_.after >= now;
        const bool over = context_.clock.now().boot >= until_;
        if (page.events.empty() && ready && caught_up && !over) {
            wait();
            return;
        }
        callback_(std::move(page));
    }

    const Context& context_;
    Waiters& waiters_;
    Asked asked_;
    base::Duration until_;
    FeedCallback callback_;
};

}  // namespace

void EventsFeed::read(const Principal& principal, const EventsRequest& request,
                      FeedCallback callback) const {
    auto asked = judge(context_, principal, request);
    if (!asked) {
        callback(std::unexpected(std::move(asked).error()));
        return;
    }
    std::make_shared<Poll>(context_, waiters_, std::move(*asked), std::move(callback))->wait();
}

}  // namespace holdfast::api
