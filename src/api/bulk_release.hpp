// BulkRelease: everything held that fits some filters goes back, each reservation for itself.
//
// Which those are is looked up in the replayed state; each is then released by a command of its
// own, on the condition that it has not changed since. With a key each command gets a key made of
// that and its reservation's id, so that a retry repeats none of them.
// Thread rule: as CommandRunner; the callback runs on an executor's thread.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <string>
#include <vector>

#include "api/command_runner.hpp"
#include "api/policy_requests.hpp"
#include "api/principal.hpp"

namespace holdfast::api {

// One call releases at most so many.
inline constexpr std::size_t kBulkReleaseMax = 1'000;

struct BulkReleaseView {
    bool dry_run = false;
    std::uint64_t matched = 0;
    std::int64_t units = 0;             // of those that matched
    std::vector<std::string> released;  // dry run: that would be
    bool more = false;                  // more matched than one call releases: call again
    std::string position;
};

using BulkReleaseReply = std::expected<BulkReleaseView, Problem>;
using BulkReleaseCallback = std::move_only_function<void(BulkReleaseReply)>;

class BulkRelease {
  public:
    explicit BulkRelease(CommandRunner& runner) : runner_(runner) {}

    void run(const Principal& principal, const ReleaseMatchingRequest& request,
             BulkReleaseCallback callback);

  private:
    CommandRunner& runner_;
};

}  // namespace holdfast::api
