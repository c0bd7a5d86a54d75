// Worker: carries out the steps of a plan against the service, one at a time.
//
// A cart is a short list of actions, some with a delay before them; while it waits the worker goes
// on with other steps. Answers go into the tally; what was refused, and what the plan has no place
// for, is counted.
// Thread rule: a Worker per thread; the Run is shared. A cart's state belongs to whoever has its
// step from the schedule, and is only read once the cart is finished.
#pragma once

#include <atomic>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "replay/plan.hpp"
#include "replay/schedule.hpp"
#include "replay/sender.hpp"
#include "replay/tally.hpp"

namespace holdfast::replay {

enum class Act : std::uint8_t { create, pay, commit, release, ship };

struct Action {
    Act act = Act::create;
    base::Duration delay{};  // before it
};

// What a cart's life consists of.
[[nodiscard]] std::vector<Action> actions_of(const Cart& cart, std::uint64_t seed);

struct CartState {
    std::size_t next_action = 0;
    bool waited = false;  // the delay of the next action is over
    std::string id;       // of the reservation, or of its successor; empty: refused
    bool sold = false;
    bool shipped = false;
};

// What all workers share.
struct Run {
    const ReplayOptions& options;
    std::string id;
    const Plan& plan;
    Schedule& schedule;
    Tally& tally;
    Statistics& statistics;
    std::vector<CartState> carts{};
    // Why the run ended early.
    std::atomic<bool> unauthorised{false};
    std::atomic<bool> unreachable{false};
};

class Worker {
  public:
    Worker(Run& run, Sender& sender) : run_(run), sender_(sender) {}

    // Until the schedule has nothing left.
    void work();

  private:
    enum class Progress : std::uint8_t { goes_on, done };

    void do_step(std::size_t step);
    // False: it was put off.
    bool do_cart(std::size_t step, std::size_t index);
    Progress do_action(Act act, const Cart& cart, CartState& state);
    Progress create(const Cart& cart, CartState& state);
    Progress commit(const Cart& cart, CartState& state);
    Progress release(const Cart& cart, CartState& state);
    Progress ship(const Cart& cart, CartState& state);
    void pay(const Cart& cart, const CartState& state);
    void do_reversal(const Reversal& reversal);
    void do_write_off(const WriteOff& write_off);
    bool count_write_off(const WriteOff& write_off);

    // The answer if it is a success; refusals and failures are counted under `what`.
    std::optional<client::RestAnswer> send(std::string_view what,
                                           const client::RestRequest& request);
    void count_refusal(std::string_view what, const client::RestAnswer& answer);

    Run& run_;
    Sender& sender_;
    std::string last_code_;  // of the refusal that `send` met; "none" if nobody answered
};

}  // namespace holdfast::replay
