// Names: ids of the ledger as clients know them.
//
// Thread rule: const methods from any thread; texts live as long as the partition.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/ids.hpp"
#include "model/public_id.hpp"
#include "partition/published.hpp"

namespace holdfast::api {

class Names {
  public:
    Names(const partition::Published& published, const model::PublicIds& ids,
          model::PartitionId partition)
        : published_(published), ids_(ids), partition_(partition) {}

    [[nodiscard]] std::string_view sku(model::SkuId id) const { return published_.sku_name(id); }
    // Empty for no pool in particular.
    [[nodiscard]] std::string_view pool(model::TenantId tenant, model::PoolId id) const;
    [[nodiscard]] std::string_view sku_class(model::TenantId tenant, model::ClassId id) const {
        return published_.class_name(tenant, id);
    }
    // Empty for none.
    [[nodiscard]] std::string reservation(model::ReservationId id) const;
    [[nodiscard]] std::string transfer(model::TransferId id) const {
        return ids_.encode(partition_, id);
    }
    // Empty for none.
    [[nodiscard]] std::string case_id(model::CaseId id) const {
        return id == model::CaseId{} ? std::string() : ids_.encode(partition_, id);
    }
    [[nodiscard]] std::string position(model::Sequence sequence) const {
        return model::encode_position(partition_, sequence);
    }

    [[nodiscard]] bool is_here(model::PartitionId partition) const {
        return partition == partition_;
    }

    // Nothing if the text has not the form of an id. The id of another partition is one that does
    // not exist here.
    [[nodiscard]] std::optional<model::ReservationId> find_reservation(std::string_view id) const;
    [[nodiscard]] std::optional<model::TransferId> find_transfer(std::string_view id) const;
    [[nodiscard]] std::optional<model::CaseId> find_case(std::string_view id) const;
    // Nothing if it is no position of this partition.
    [[nodiscard]] std::optional<model::Sequence> find_position(std::string_view text) const;

  private:
    const partition::Published& published_;
    const model::PublicIds& ids_;
    model::PartitionId partition_;
};

}  // namespace holdfast::api
