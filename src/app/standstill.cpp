#include "app/standstill.hpp"

#include "base/log.hpp"

namespace holdfast::app {

void Standstill::failed(const base::Error& error) {
    if (!next_try_) {
        base::log_error(
            view_ + " stands still and is tried again every two seconds",
            {{"code", base::to_string(error.code)}, {"detail", std::string_view(error.message)}});
    }
    next_try_ = std::chrono::steady_clock::now() + pause_;
}

void Standstill::went_on() {
    if (next_try_) {
        base::log_info(view_ + " goes on");
        next_try_.reset();
    }
}

}  // namespace holdfast::app
