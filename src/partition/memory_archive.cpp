#include <map>
#include <mutex>

#include "base/check.hpp"
#include "partition/archive.hpp"

namespace holdfast::partition {
namespace {

using base::Digest128;
using base::Result;
using model::Sequence;

class MemoryArchive final : public Archive {
  public:
    Result<void> add(const ArchiveRows& rows, Sequence position) override {
        const std::lock_guard lock(mutex_);
        CHECK(position >= position_, "an archive goes forward");
        for (const auto& rest : rows.rests) {
            rests_[{rest.id, rest.since}] = rest.version;
        }
        for (const auto& row : rows.keys) {
            keys_[row.key] = row.record;
        }
        position_ = position;
        return {};
    }
    [[nodiscard]] Sequence position() const override {
        const std::lock_guard lock(mutex_);
        return position_;
    }
    Result<std::optional<core::KeyRecord>> find_key(Digest128 key) override {
        const std::lock_guard lock(mutex_);
        const auto found = keys_.find(key);
        return found != keys_.end() ? std::optional(found->second) : std::nullopt;
    }
    Result<std::optional<core::Resting>> find_rest(model::ReservationId id,
                                                   Sequence before) override {
        const std::lock_guard lock(mutex_);
        auto after = rests_.lower_bound({id, before});
        if (after == rests_.begin() || (--after)->first.first != id) {
            return std::nullopt;
        }
        return core::Resting{.id = id, .version = after->second, .since = after->first.second};
    }
    Result<void> list_keys(std::uint8_t first_byte, const KeyVisitor& visit) override {
        const std::lock_guard lock(mutex_);
        auto at = keys_.lower_bound({.high = std::uint64_t{first_byte} << 56, .low = 0});
        for (; at != keys_.end() && at->first.high >> 56 == first_byte; ++at) {
            visit(at->first);
        }
        return {};
    }

  private:
    mutable std::mutex mutex_;
    std::map<std::pair<model::ReservationId, Sequence>, std::uint32_t> rests_;
    std::map<Digest128, core::KeyRecord> keys_;
    Sequence position_;
};

}  // namespace

std::unique_ptr<Archive> make_memory_archive() { return std::make_unique<MemoryArchive>(); }

}  // namespace holdfast::partition
