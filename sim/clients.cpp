#include "sim/clients.hpp"

namespace holdfast::sim {

using base::Duration;

void Clients::begin(Duration now, base::Prng& dice, const Faults& faults) {
    commands_.push_back(workload_.next());
    calls_.begin(now, dice, faults);
}

void Clients::hear(std::size_t number, const partition::Answer& answer, Duration now,
                   base::Prng& dice, const Faults& faults) {
    if (calls_.hear(number, now, dice, faults) && answer.kind == partition::AnswerKind::applied &&
        commands_[number].operation == model::Operation::create) {
        workload_.created(model::ReservationId(answer.sequence.value()));
    }
}

void Clients::ask_all_again(Duration now) {
    for (std::size_t number = 0; number < commands_.size(); ++number) {
        if (!commands_[number].key.empty()) {
            calls_.ask_again(number, now);
        }
    }
}

}  // namespace holdfast::sim
