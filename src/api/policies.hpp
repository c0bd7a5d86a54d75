// Policies: what a merchant decides: classes, pools, caps, where selling is stopped.
//
// Changes are commands and answered with their event; reads are of what is published and answered
// at once. A tenant that has done nothing yet has the class and the pool `default`.
// Thread rule: as CommandRunner. `stops` reads notes from a disk: not on an io thread.
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/command_runner.hpp"
#include "api/policy_requests.hpp"
#include "api/policy_views.hpp"
#include "api/principal.hpp"

namespace holdfast::api {

struct ClassList {
    std::vector<ClassView> classes;  // in the order they were made
    std::string position;
};

struct PoolList {
    std::vector<PoolView> pools;
    std::string position;
};

struct StopList {
    std::vector<SellingView> stops;  // in force
    std::string position;
};

struct Caps {
    CapsView caps;
    std::string position;
};

using RehearsalCallback = std::move_only_function<void(std::expected<ClassRehearsal, Problem>)>;

class Policies {
  public:
    explicit Policies(CommandRunner& runner) : runner_(runner) {}

    // `dry_run` is not looked at: see `rehearse`.
    void put_class(const Principal& principal, PutClassRequest request, Callback callback);
    void put_pool(const Principal& principal, PutPoolRequest request, Callback callback);
    void put_caps(const Principal& principal, const PutCapsRequest& request, Callback callback);
    void change_selling(const Principal& principal, const SellingRequest& request,
                        Callback callback);

    // What putting the class would change.
    void rehearse(const Principal& principal, const PutClassRequest& request,
                  RehearsalCallback callback) const;

    [[nodiscard]] ClassList classes(const Principal& principal) const;
    // Problems: not_found.
    [[nodiscard]] std::expected<ClassView, Problem> sku_class(const Principal& principal,
                                                              const std::string& name) const;
    [[nodiscard]] PoolList pools(const Principal& principal) const;
    [[nodiscard]] std::expected<PoolView, Problem> pool(const Principal& principal,
                                                        const std::string& name) const;
    [[nodiscard]] Caps caps(const Principal& principal) const;
    [[nodiscard]] StopList stops(const Principal& principal) const;

  private:
    [[nodiscard]] std::shared_ptr<const partition::TenantPolicy> policy_of(
        const Principal& principal) const;
    [[nodiscard]] std::string position() const;

    CommandRunner& runner_;
};

}  // namespace holdfast::api
