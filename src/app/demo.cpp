#include "app/demo.hpp"

#include <array>
#include <atomic>
#include <string_view>

#include "base/check.hpp"
#include "base/log.hpp"

namespace holdfast::app {

namespace {

struct DemoSku {
    std::string_view sku;
    std::int64_t units;
};

// One plentiful, one scarce, one down to its last unit.
constexpr std::array kCatalogue = {DemoSku{"demo-tea", 100}, DemoSku{"demo-mug", 5},
                                   DemoSku{"demo-last-ticket", 1}};

class Waiting final : public partition::Submission {
  public:
    void done() override {
        done_.store(true, std::memory_order_release);
        done_.notify_one();
    }
    void wait() const { done_.wait(false, std::memory_order_acquire); }

  private:
    std::atomic<bool> done_{false};
};

}  // namespace

void stock_demo_catalogue(partition::CommandPort& port) {
    constexpr std::string_view kTenant = "default";
    for (const auto& [sku, units] : kCatalogue) {
        Waiting submission;
        model::Command& command = submission.command;
        command.operation = model::Operation::receive_stock;
        command.tenant = model::tenant_name(kTenant);
        command.request = model::MoveStock{
            .sku = model::sku_name(kTenant, sku), .quantity = units, .reference = "demo"};
        command.key.key =
            model::key_digest(kTenant, command.operation, std::string("demo-").append(sku));
        command.key.fingerprint = model::fingerprint(command);
        CHECK(port.submit(submission) == model::RefusalCode::none, "a new service is not full");
        submission.wait();
        if (submission.answer.kind == partition::AnswerKind::applied) {
            base::log_info("demo stock", {{"sku", sku}, {"units", units}});
        }
    }
}

}  // namespace holdfast::app
