#include "projection/history_rows.hpp"

#include <type_traits>
#include <utility>

namespace holdfast::projection {
namespace {

constexpr std::uint64_t kListMax = 1u << 20;  // more is damage, not data

// The two halves of a row's format: `fields` below walks over a row with either.
class Writer {
  public:
    explicit Writer(base::Buffer& out) : out_(out) {}

    void number(std::int64_t value) { out_.signed_varint(value); }
    void number(std::uint64_t value) { out_.varint(value); }
    void number(std::uint32_t value) { out_.varint(value); }
    void flag(bool value) { out_.fixed(static_cast<std::uint8_t>(value)); }
    void digest(const base::Digest128& value) { out_.digest(value); }
    void text(const std::string& value) { out_.text(value); }
    void duration(base::Duration value) { out_.signed_varint(value.count()); }
    void time(base::Time value) { out_.signed_varint(base::to_ms(value)); }
    template <typename Id>
    void id(Id value) {
        out_.varint(value.value());
    }
    template <typename Enum>
    void enumerator(Enum value) {
        out_.fixed(static_cast<std::uint8_t>(value));
    }
    template <typename List, typename Each>
    void list(const List& values, Each each) {
        out_.varint(values.size());
        for (const auto& value : values) {
            each(*this, value);
        }
    }
    template <typename Value, typename Each>
    void maybe(const std::optional<Value>& value, Each each) {
        flag(value.has_value());
        if (value) {
            each(*this, *value);
        }
    }

  private:
    base::ByteWriter out_;
};

class Reader {
  public:
    explicit Reader(std::span<const std::byte> in) : in_(in) {}

    void number(std::int64_t& value) { value = in_.signed_varint(); }
    void number(std::uint64_t& value) { value = in_.varint(); }
    void number(std::uint32_t& value) { value = static_cast<std::uint32_t>(in_.varint()); }
    void flag(bool& value) { value = in_.fixed<std::uint8_t>() != 0; }
    void digest(base::Digest128& value) { value = in_.digest(); }
    void text(std::string& value) { value = in_.text(); }
    void duration(base::Duration& value) { value = base::Duration(in_.signed_varint()); }
    void time(base::Time& value) { value = base::time_from_ms(in_.signed_varint()); }
    template <typename Id>
    void id(Id& value) {
        value = Id(static_cast<Id::rep>(in_.varint()));
    }
    template <typename Enum>
    void enumerator(Enum& value) {
        value = static_cast<Enum>(in_.fixed<std::uint8_t>());
    }
    template <typename List, typename Each>
    void list(List& values, Each each) {
        const std::uint64_t size = in_.varint();
        if (size > kListMax) {
            too_long_ = true;
            return;
        }
        values.clear();
        for (std::uint64_t i = 0; i < size && !in_.failed(); ++i) {
            each(*this, values.emplace_back());
        }
    }
    template <typename Value, typename Each>
    void maybe(std::optional<Value>& value, Each each) {
        bool is_there = false;
        flag(is_there);
        if (is_there) {
            each(*this, value.emplace());
        }
    }
    [[nodiscard]] bool parsed() const { return !in_.failed() && !too_long_ && in_.left() == 0; }

  private:
    base::ByteReader in_;
    bool too_long_ = false;
};

template <typename Row, typename Value>
concept Is = std::is_same_v<std::remove_const_t<Row>, Value>;

void fields(auto& io, Is<Progress> auto& row) {
    io.id(row.position);
    io.time(row.as_of);
}

void fields(auto& io, Is<model::CellImage> auto& row) {
    io.number(row.on_hand);
    io.number(row.unavailable);
    io.number(row.held);
    io.number(row.committed);
    io.number(row.safety_stock);
    io.number(row.soft_held);
}

void fields(auto& io, Is<OnHandTerm> auto& row) {
    io.enumerator(row.term);
    io.enumerator(row.reason);
    io.number(row.movements);
    io.number(row.units);
    io.list(row.newest, [](auto& each, auto& named) {
        each.id(named.sequence);
        each.time(named.time);
        each.number(named.units);
    });
}

void fields(auto& io, Is<CellRow> auto& row) {
    fields(io, row.cell);
    io.id(row.changed_by);
    io.time(row.changed_at);
    io.list(row.terms, [](auto& each, auto& term) { fields(each, term); });
    io.list(row.unavailable, [](auto& each, auto& term) {
        each.enumerator(term.reason);
        each.number(term.units);
    });
    for (auto& total : row.promises) {
        io.number(total.promises);
        io.number(total.units);
    }
    io.maybe(row.last_count, [](auto& each, auto& count) {
        each.id(count.sequence);
        each.time(count.as_of);
        each.number(count.counted);
    });
    io.duration(row.early_max);
}

void fields(auto& io, Is<model::LineQuantities> auto& row) {
    io.number(row.accepted);
    io.number(row.held);
    io.number(row.committed);
    io.number(row.shipped);
    io.number(row.released);
    io.number(row.expired);
    io.number(row.closed_short);
    io.number(row.returned);
}

void fields(auto& io, Is<ReservationRow> auto& row) {
    io.enumerator(row.waiting);
    io.flag(row.bought);
    io.flag(row.counted);
    io.time(row.expires_at);
    io.time(row.held_since);
    io.list(row.lines, [](auto& each, auto& line) {
        each.id(line.sku);
        each.id(line.pool);
        each.flag(line.untracked);
        each.flag(line.continues);
        each.flag(line.soft);
        fields(each, line.units);
    });
}

void fields(auto& io, Is<PrincipalRow> auto& row) {
    auto& figures = row.figures;
    io.text(figures.name);
    io.number(figures.reservations);
    io.number(figures.holds);
    io.number(figures.bought);
    io.number(figures.held_units);
    io.number(figures.committed_units);
    io.number(figures.released_units);
    io.number(figures.expired_units);
    io.number(row.wasted_unit_ms);
    io.time(figures.last_seen);
}

void fields(auto& io, Is<SkuRow> auto& row) {
    auto& figures = row.figures;
    io.id(figures.sku_class);
    io.time(figures.first_seen);
    io.time(figures.last_seen);
    for (auto* const units : {&figures.received, &figures.sold, &figures.shipped, &figures.returned,
                              &figures.expired, &figures.released, &figures.written_off,
                              &row.on_hand, &row.unavailable, &row.held, &row.committed}) {
        io.number(*units);
    }
    io.number(figures.holds);
    io.number(figures.sales);
    io.number(figures.refused);
    io.number(figures.peak_held_permille);
}

void fields(auto& io, Is<ClassRow> auto& row) {
    io.duration(row.held_grace);
    io.duration(row.payment_grace);
}

void fields(auto& io, Is<Volume> auto& row) {
    io.text(row.source);
    io.enumerator(row.reason);
    io.number(row.movements);
    io.number(row.net);
    io.number(row.volume);
}

void fields(auto& io, Is<TotalsRow> auto& row) {
    auto& figures = row.figures;
    for (auto* const count :
         {&figures.holds, &figures.expiries, &figures.counts, &figures.counts_pending}) {
        io.number(*count);
    }
    for (auto* const units :
         {&figures.held_units, &figures.committed_units, &figures.released_units,
          &figures.expired_units, &row.released_unit_ms, &row.expired_unit_ms}) {
        io.number(*units);
    }
    io.duration(figures.latest_expiry);
    io.list(figures.adjustments, [](auto& each, auto& volume) { fields(each, volume); });
    io.list(figures.drift, [](auto& each, auto& volume) { fields(each, volume); });
}

void fields(auto& io, Is<PromiseRow> auto& row) {
    io.number(row.units);
    io.time(row.expires_at);
}

void fields(auto& io, Is<OpenTransfer> auto& row) {
    io.id(row.id);
    io.id(row.sku);
    io.id(row.from);
    io.id(row.to);
    io.number(row.quantity);
    io.number(row.in_transit);
    io.time(row.sent_at);
    io.text(row.reference);
}

template <typename Row>
base::Buffer written(const Row& row) {
    base::Buffer bytes;
    Writer out(bytes);
    fields(out, row);
    return bytes;
}

}  // namespace

base::Buffer to_bytes(const Progress& row) { return written(row); }
base::Buffer to_bytes(const CellRow& row) { return written(row); }
base::Buffer to_bytes(const ReservationRow& row) { return written(row); }
base::Buffer to_bytes(const PrincipalRow& row) { return written(row); }
base::Buffer to_bytes(const SkuRow& row) { return written(row); }
base::Buffer to_bytes(const ClassRow& row) { return written(row); }
base::Buffer to_bytes(const TotalsRow& row) { return written(row); }
base::Buffer to_bytes(const PromiseRow& row) { return written(row); }
base::Buffer to_bytes(const OpenTransfer& row) { return written(row); }

template <typename Row>
std::optional<Row> from_bytes(std::span<const std::byte> bytes) {
    Row row;
    Reader in(bytes);
    fields(in, row);
    if (!in.parsed()) {
        return std::nullopt;
    }
    return row;
}

template std::optional<Progress> from_bytes<Progress>(std::span<const std::byte>);
template std::optional<CellRow> from_bytes<CellRow>(std::span<const std::byte>);
template std::optional<ReservationRow> from_bytes<ReservationRow>(std::span<const std::byte>);
template std::optional<PrincipalRow> from_bytes<PrincipalRow>(std::span<const std::byte>);
template std::optional<SkuRow> from_bytes<SkuRow>(std::span<const std::byte>);
template std::optional<ClassRow> from_bytes<ClassRow>(std::span<const std::byte>);
template std::optional<TotalsRow> from_bytes<TotalsRow>(std::span<const std::byte>);
template std::optional<PromiseRow> from_bytes<PromiseRow>(std::span<const std::byte>);
template std::optional<OpenTransfer> from_bytes<OpenTransfer>(std::span<const std::byte>);

}  // namespace holdfast::projection
