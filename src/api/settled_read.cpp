#include "api/settled_read.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace holdfast::api {
namespace {

using namespace model;

bool waits(const Reply& reply) {
    const auto* const view = std::get_if<ReservationView>(&reply.body);
    return view != nullptr && view->state == ReservationState::queued;
}

class Poll final : public partition::QueueExits::Bell, public std::enable_shared_from_this<Poll> {
  public:
    Poll(CommandRunner& runner, Command read, Callback callback)
        : runner_(runner), read_(std::move(read)), callback_(std::move(callback)) {}

    // The bell hangs before the read that finds the reservation waiting, so no exit is missed.
    void start(base::Duration longest) {
        exits().hang_up(reservation(), shared_from_this());
        timer_ = context().timers.start(longest,
                                        [self = shared_from_this()] { self->look_again(true); });
        read();
    }

    void ring() override { look_again(false); }

  private:
    enum class Phase : std::uint8_t { reading, parked, done };

    [[nodiscard]] const Context& context() const { return runner_.context(); }
    [[nodiscard]] partition::QueueExits& exits() const { return context().published.queue_exits(); }
    [[nodiscard]] ReservationId reservation() const {
        return std::get<ReadReservation>(read_.request).reservation;
    }

    // Rings on the writer's thread, which must not submit: the read is sent from the executor.
    void look_again(bool time_is_up) {
        {
            const std::lock_guard lock(mutex_);
            time_is_up_ = time_is_up_ || time_is_up;
            rung_ = true;
            if (phase_ != Phase::parked) {
                return;  // whoever reads now looks at `rung_` after it
            }
            phase_ = Phase::reading;
        }
        post(context().replies, [self = shared_from_this()] { self->read(); });
    }

    void read() {
        {
            const std::lock_guard lock(mutex_);
            rung_ = false;
        }
        runner_.run(Command(read_), {},
                    [self = shared_from_this()](Reply reply) { self->judge(std::move(reply)); });
    }

    void judge(Reply reply) {
        bool again = false;
        {
            const std::lock_guard lock(mutex_);
            if (waits(reply) && !time_is_up_ && !rung_) {
                phase_ = Phase::parked;
                return;
            }
            again = waits(reply) && !time_is_up_;
            phase_ = again ? Phase::reading : Phase::done;
        }
        if (again) {
            read();
        } else {
            finish(std::move(reply));
        }
    }

    void finish(Reply reply) {
        exits().take_down(reservation(), *this);
        static_cast<void>(context().timers.cancel(timer_));
        callback_(std::move(reply));
    }

    CommandRunner& runner_;
    Command read_;
    Callback callback_;
    Timers::Id timer_ = 0;
    std::mutex mutex_;
    Phase phase_ = Phase::reading;
    bool rung_ = false;
    bool time_is_up_ = false;
};

}  // namespace

void read_when_settled(CommandRunner& runner, Command read, base::Duration longest,
                       Callback callback) {
    if (longest <= base::Duration(0)) {
        runner.run(std::move(read), {}, std::move(callback));
        return;
    }
    std::make_shared<Poll>(runner, std::move(read), std::move(callback))->start(longest);
}

}  // namespace holdfast::api
