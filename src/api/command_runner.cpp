#include "api/command_runner.hpp"

#include <memory>
#include <utility>

#include "api/false_availability.hpp"
#include "api/render.hpp"
#include "base/log.hpp"
#include "model/event_codec.hpp"
#include "partition/event_lookup.hpp"

namespace holdfast::api {
namespace {

using namespace model;
using partition::Answer;
using partition::AnswerKind;

// Which part of the request a refusal is about; empty if it is about none.
std::string pointer_of(const Refusal& refusal, const RunOptions& options) {
    const std::string& lines = options.lines_pointer;
    const std::string line = lines.empty() ? lines : lines + '/' + std::to_string(refusal.line);
    const auto at = [](std::string_view told, std::string usual) {
        return told.empty() ? usual : std::string(told);
    };
    switch (refusal.code) {
        case RefusalCode::unknown_sku: return at(options.sku_pointer, line + "/sku");
        case RefusalCode::unknown_pool: return at(options.pool_pointer, line + "/pool");
        case RefusalCode::pool_required: return line + "/pool";
        case RefusalCode::unknown_line: return line;
        case RefusalCode::unknown_class: return at(options.class_pointer, "/sku_class");
        case RefusalCode::ttl_out_of_bounds:
            return options.wait_seconds > refusal.limit ? "/wait_seconds" : "/ttl_seconds";
        default: return {};
    }
}

// The first answer of a recorded refusal is taken from its record, so that a retry gets the same
// bytes; only a longer list of lines than the record keeps is worth more than that.
Reply render_refusal(Answer& answer, const RunOptions& options, const Context& context,
                     base::Digest128 tenant) {
    const Names& names = context.names;
    const bool whole = answer.refusal.lines.size() <= kRecordedLines;
    if (!answer.event.empty() && whole) {
        return render_event(std::move(answer.event), answer.sequence, names);
    }
    Reply reply =
        problem_reply(to_problem(answer.refusal, names, context.published.find_tenant(tenant),
                                 pointer_of(answer.refusal, options)));
    if (!answer.event.empty()) {
        reply.position = names.position(answer.sequence);
    }
    return reply;
}

bool may_create(Operation operation) {
    return operation == Operation::create || operation == Operation::put_sku ||
           operation == Operation::put_class || operation == Operation::put_pool ||
           operation == Operation::transfer_stock || operation == Operation::record_sale;
}

}  // namespace

class CommandRunner::Call final : public partition::Submission, public Task {
  public:
    Call(CommandRunner& runner, Command&& asked, RunOptions&& options, Callback&& callback)
        : runner_(runner),
          operation_(asked.operation),
          options_(std::move(options)),
          callback_(std::move(callback)) {
        command = std::move(asked);
    }

    // Takes care of its own life: a call that was taken is freed after its callback.
    static void start(std::unique_ptr<Call> call) {
        const RefusalCode refused = call->runner_.context_.port.submit(*call);
        if (refused == RefusalCode::none) {
            static_cast<void>(call.release());
        } else if (call->replay_) {
            call->finish(std::move(*call->replay_));
        } else {
            call->finish(problem_reply(make_problem(refused)));
        }
    }

    void done() override { runner_.context_.replies.post(*this); }

    void run() override {
        std::unique_ptr<Call> self(this);
        if (replay_) {
            add_present();
            finish(std::move(*replay_));
        } else if (answer.kind == AnswerKind::replayed) {
            replay(std::move(self));
        } else {
            finish(render());
        }
    }

  private:
    Reply render() {
        const Names& names = runner_.context_.names;
        if (answer.kind == AnswerKind::refused) {
            return render_refusal(answer, options_, runner_.context_, command.tenant.digest);
        }
        Reply reply = render_event(std::move(answer.event), answer.sequence, names);
        reply.created = reply.created && answer.kind == AnswerKind::applied;
        add_place(reply);
        return reply;
    }

    // The place in the queue is as of now: no event knows it.
    void add_place(Reply& reply) const {
        auto* const view = std::get_if<ReservationView>(&reply.body);
        if (view != nullptr && view->queue && answer.place) {
            view->queue->ahead = answer.place->ahead;
            if (answer.place->estimate_at != base::kNever) {
                view->queue->estimate_at = answer.place->estimate_at;
            }
        }
    }

    // The answer of the past, and for one reservation a second trip for how it stands now.
    void replay(std::unique_ptr<Call> self) {
        auto found = partition::find_event(runner_.context_.ledger, answer.sequence);
        if (!found) {
            base::log_error("a replayed answer cannot be read",
                            {{"position", answer.sequence.value()},
                             {"why", std::string_view(found.error().message)}});
            finish(problem_reply(make_problem(RefusalCode::unavailable)));
            return;
        }
        const auto event = decode(found->bytes);
        const ReservationId subject = event ? subject_of(*event) : ReservationId{};
        Reply reply =
            render_event(std::move(found->bytes), answer.sequence, runner_.context_.names);
        reply.replayed = true;
        if (subject == ReservationId{}) {
            finish(std::move(reply));
            return;
        }
        replay_ = std::move(reply);
        command = {.operation = Operation::read_reservation,
                   .tenant = std::move(command.tenant),
                   .key = {},
                   .request = ReadReservation{.reservation = subject}};
        answer = {};
        start(std::move(self));
    }

    void add_present() {
        if (answer.kind != AnswerKind::shown) {
            return;
        }
        const auto event = decode(answer.event);
        const auto* const now = event ? std::get_if<ReservationChanged>(&*event) : nullptr;
        if (now != nullptr) {
            replay_->present =
                Present{.state = state_of(now->image), .version = now->image.version};
            add_place(*replay_);
        }
    }

    void finish(Reply&& reply) {
        reply.created = reply.created && may_create(operation_);
        runner_.metrics_.count(operation_, reply);
        const Problem* const problem = reply.problem();
        if (options_.seen && !reply.replayed && problem != nullptr &&
            problem->code == RefusalCode::insufficient_stock) {
            count_false_availability(runner_.context_, runner_.metrics_, command.tenant.text,
                                     *options_.seen, *problem);
        }
        callback_(std::move(reply));
    }

    CommandRunner& runner_;
    Operation operation_;
    RunOptions options_;
    Callback callback_;
    std::optional<Reply> replay_;
};

void CommandRunner::run(Command&& command, RunOptions&& options, Callback&& callback) {
    Call::start(
        std::make_unique<Call>(*this, std::move(command), std::move(options), std::move(callback)));
}

}  // namespace holdfast::api
