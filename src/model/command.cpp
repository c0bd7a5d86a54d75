#include "model/command.hpp"

#include <cstring>

#include "base/bytes.hpp"

namespace holdfast::model {
namespace {

Name make_name(std::string_view kind, std::string_view tenant, std::string_view text) {
    return {.text = std::string(text), .digest = base::digest128({kind, tenant, text})};
}

// Writes every field in a fixed order; an absent optional differs from any value.
class FingerprintWriter {
  public:
    explicit FingerprintWriter(base::Buffer& out) : out_(out) {}

    void add(std::string_view text) { out_.text(text); }
    void add(const Name& name) { out_.text(name.text); }
    void add(const PersonalText& text) { out_.digest(text.digest); }
    void add(base::Digest128 digest) { out_.digest(digest); }
    void add(base::Time time) { out_.signed_varint(base::to_ms(time)); }
    void add(ReservationId id) { out_.varint(id.value()); }
    void add(std::int64_t value) { out_.signed_varint(value); }
    void add(std::uint32_t value) { out_.varint(value); }
    void add(bool value) { out_.fixed(static_cast<std::uint8_t>(value)); }
    void add(Reason value) { out_.fixed(value); }
    void add(Disposition value) { out_.fixed(value); }
    void add(Sequence value) { out_.varint(value.value()); }
    void add(CaseId value) { out_.varint(value.value()); }
    void add(TransferId value) { out_.varint(value.value()); }
    void add(Resolution value) { out_.fixed(value); }
    void add(StopScope value) { out_.fixed(value); }
    void add(base::Duration value) { out_.signed_varint(value.count()); }
    void add(const CapsByKind& caps) {
        for (const auto& cap : caps) {
            all(cap.units, cap.holds, cap.unit_seconds);
        }
    }
    void add(const std::vector<RequestedLine>& lines) {
        all(static_cast<std::int64_t>(lines.size()));
        for (const auto& line : lines) {
            all(line.sku, line.pool, line.quantity, line.min_quantity,
                std::string_view(line.line_id), std::string_view(line.group));
        }
    }
    void add(const SkuClass& c) {
        all(c.hold_ttl, c.hold_ttl_max, c.payment_ttl, c.payment_ttl_max, c.lifetime_max,
            c.review_max, c.extensions_max, number(c.on_payment_timeout), number(c.late_commit),
            number(c.tracking), c.held_downtime_grace, c.payment_downtime_grace, c.safety_units,
            c.safety_permille, c.backorder_max, c.hold_permille, c.stop_selling_at,
            number(c.allocation), c.split, c.wait_max, c.line_units_max, c.caps,
            number(c.shortage_order), c.count_units_max, c.count_permille_max,
            number(c.consistency), c.banded, c.low_units);
    }
    template <typename Value>
    void add(const std::optional<Value>& value) {
        add(value.has_value());
        if (value) {
            add(*value);
        }
    }

    template <typename... Fields>
    void all(const Fields&... fields) {
        (add(fields), ...);
    }

    void operator()(const CreateReservation& r) {
        all(r.lines, r.ttl_seconds, r.reference, std::string_view(r.agent_id),
            std::string_view(r.operator_id), std::string_view(r.channel), r.customer, r.metadata,
            std::string_view(r.region), r.supersedes, r.supersedes_same_reference, r.partial,
            r.dry_run, r.wait_seconds);
    }
    void operator()(const ChangeReservation& r) {
        all(r.reservation, r.expected_version, static_cast<std::int64_t>(r.lines.size()));
        for (const auto& part : r.lines) {
            all(std::string_view(part.line_id), part.sku, part.quantity);
        }
        all(r.ttl_seconds, std::string_view(r.payment_reference),
            std::string_view(r.payment_provider), std::string_view(r.order_reference),
            std::string_view(r.document), r.reason, r.note, r.disposition, r.occurred_at, r.from,
            r.to);
    }
    void operator()(const ReleaseByName& r) { all(r.create_key, r.reference, r.block_late); }
    void operator()(const MoveStock& r) {
        all(r.sku, r.pool, r.quantity, r.reason, r.from_unavailable, r.undoes,
            std::string_view(r.reference), r.note, r.occurred_at);
    }
    void operator()(const SetSafetyStock& r) { all(r.sku, r.pool, r.units); }
    void operator()(const PutSku& r) { all(r.sku, r.sku_class); }
    void operator()(const ReadReservation& r) { all(r.reservation); }
    void operator()(const PutClass& r) { all(r.name, r.policy, r.expected_version); }
    void operator()(const PutPool& r) {
        const Pool& pool = r.settings;
        all(r.name, number(pool.kind), std::string_view(pool.region),
            static_cast<std::int64_t>(pool.priority),
            static_cast<std::int64_t>(pool.channels.size()));
        for (const auto& channel : pool.channels) {
            add(std::string_view(channel));
        }
        all(r.overflow, r.expected_version);
    }
    void operator()(const SetCaps& r) { all(r.caps); }
    void operator()(const ChangeSelling& r) {
        all(r.scope, r.subject, r.stopped, r.reason, r.until, r.note);
    }
    void operator()(const TransferStock& r) {
        all(r.sku, r.from, r.to, r.quantity, r.instant, std::string_view(r.reference),
            r.occurred_at);
    }
    void operator()(const SettleTransfer& r) {
        all(r.transfer, r.quantity, r.lost, r.reason, r.occurred_at);
    }
    void operator()(const RecordSale& r) {
        all(r.lines, r.reference, std::string_view(r.channel), r.customer, r.shipped,
            r.occurred_at);
    }
    void operator()(const CountStock& r) { all(r.sku, r.pool, r.counted, r.as_of, r.includes); }
    void operator()(const ResolveCase& r) {
        all(r.id, r.resolution, r.plan, r.override_submitter, r.reason, r.note);
    }

  private:
    template <typename Enum>
    static std::uint32_t number(Enum value) {
        return static_cast<std::uint32_t>(value);
    }

    base::ByteWriter out_;
};

}  // namespace

Name tenant_name(std::string_view tenant) { return make_name("tenant", "", tenant); }
Name sku_name(std::string_view tenant, std::string_view sku) {
    return make_name("sku", tenant, sku);
}
Name pool_name(std::string_view tenant, std::string_view pool) {
    return make_name("pool", tenant, pool);
}
Name class_name(std::string_view tenant, std::string_view sku_class) {
    return make_name("class", tenant, sku_class);
}
Name reference_name(std::string_view tenant, std::string_view reference) {
    return make_name("reference", tenant, reference);
}

base::Digest128 key_digest(std::string_view tenant, Operation operation, std::string_view key) {
    return base::digest128({"key", tenant, to_string(operation), key});
}

base::Digest128 source_digest(std::string_view tenant, std::string_view source,
                              std::int64_t sequence) {
    char digits[sizeof sequence];
    std::memcpy(digits, &sequence, sizeof sequence);
    return base::digest128({"source", tenant, source, std::string_view(digits, sizeof digits)});
}

base::Digest128 fingerprint(const Command& command) {
    thread_local base::Buffer buffer;
    buffer.clear();
    buffer.push_back(static_cast<std::byte>(command.operation));
    std::visit(FingerprintWriter(buffer), command.request);
    return base::digest128(buffer);
}

}  // namespace holdfast::model
