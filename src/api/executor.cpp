#include "api/executor.hpp"

#include <memory>
#include <utility>

namespace holdfast::api {

namespace {

class FunctionTask final : public Task {
  public:
    explicit FunctionTask(std::move_only_function<void()> work) : work_(std::move(work)) {}

    void run() override {
        const std::unique_ptr<FunctionTask> self(this);
        work_();
    }

  private:
    std::move_only_function<void()> work_;
};

}  // namespace

void post(Executor& executor, std::move_only_function<void()> work) {
    executor.post(*std::make_unique<FunctionTask>(std::move(work)).release());
}

void TaskQueue::post(Task& task) {
    Task* before = newest_.load(std::memory_order_relaxed);
    do {
        task.next_ = before;
    } while (!newest_.compare_exchange_weak(before, &task, std::memory_order_release,
                                            std::memory_order_relaxed));
    // Only the first task since the last taking can find a sleeper.
    if (before == nullptr) {
        bell_.ring();
    }
}

bool TaskQueue::run_ready() {
    Task* newest = newest_.exchange(nullptr, std::memory_order_acquire);
    Task* oldest = nullptr;
    while (newest != nullptr) {
        Task* const older = std::exchange(newest->next_, oldest);
        oldest = std::exchange(newest, older);
    }
    const bool any = oldest != nullptr;
    while (oldest != nullptr) {
        // A task may destroy itself, or post itself again.
        Task* const next = oldest->next_;
        oldest->run();
        oldest = next;
    }
    return any;
}

bool TaskQueue::run_until_stopped() {
    while (true) {
        if (run_ready()) {
            return true;
        }
        if (stopped_.load(std::memory_order_acquire)) {
            return run_ready();
        }
        bell_.wait();
    }
}

void TaskQueue::stop() {
    stopped_.store(true, std::memory_order_release);
    bell_.ring();
}

}  // namespace holdfast::api
