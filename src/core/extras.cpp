#include "core/extras.hpp"

#include <algorithm>
#include <cstring>

#include "base/bytes.hpp"
#include "base/check.hpp"

namespace holdfast::core {
namespace {

using model::ReservationId;
using model::ReservationImage;

void write_extras(const ReservationImage& image, base::Buffer& out) {
    base::ByteWriter writer(out);
    const auto& t = image.texts;
    for (const auto text : {t.reference, t.agent_id, t.operator_id, t.channel, t.payment_reference,
                            t.payment_provider, t.order_reference, t.region}) {
        writer.text(text);
    }
    writer.fixed(static_cast<std::uint8_t>(image.committed_late));
    writer.varint(image.replaces.value());
    writer.varint(image.replaced_by.value());
    writer.varint(image.superseded_by.value());
    writer.signed_varint(image.hold_for.count());
    writer.digest(image.customer);
    writer.digest(image.metadata);
    for (const auto& line : image.lines) {
        writer.text(line.line_id);
        writer.text(line.group);
    }
}

Extras make_extras(std::span<const std::byte> packed) {
    const auto size = static_cast<std::uint32_t>(packed.size());
    auto out = std::make_unique_for_overwrite<std::byte[]>(sizeof size + size);
    std::memcpy(out.get(), &size, sizeof size);
    std::memcpy(out.get() + sizeof size, packed.data(), size);
    return out;
}

}  // namespace

bool has_extras(const ReservationImage& image) {
    const auto& t = image.texts;
    const bool any_text =
        !(t.reference.empty() && t.agent_id.empty() && t.operator_id.empty() && t.channel.empty() &&
          t.payment_reference.empty() && t.payment_provider.empty() && t.order_reference.empty() &&
          t.region.empty());
    return any_text || image.committed_late || image.replaces.value() != 0 ||
           image.replaced_by.value() != 0 || image.superseded_by.value() != 0 ||
           image.hold_for.count() != 0 || !image.customer.empty() || !image.metadata.empty() ||
           std::ranges::any_of(image.lines, [](const model::LineImage& line) {
               return !line.line_id.empty() || !line.group.empty();
           });
}

std::span<const std::byte> extras_bytes(const Extras& extras) {
    if (!extras) {
        return {};
    }
    std::uint32_t size = 0;
    std::memcpy(&size, extras.get(), sizeof size);
    return {extras.get() + sizeof size, size};
}

void pack_extras(const ReservationImage& image, Extras& extras) {
    if (!has_extras(image)) {
        extras.reset();
        return;
    }
    thread_local base::Buffer packed;
    packed.clear();
    write_extras(image, packed);
    if (std::ranges::equal(packed, extras_bytes(extras))) {
        return;
    }
    extras = make_extras(packed);
}

Extras copy_extras(const Extras& extras) {
    return extras ? make_extras(extras_bytes(extras)) : Extras{};
}

void unpack_extras(const Extras& extras, ReservationImage& image) {
    if (!extras) {
        return;
    }
    base::ByteReader reader(extras_bytes(extras));
    auto& t = image.texts;
    for (auto* const text :
         {&t.reference, &t.agent_id, &t.operator_id, &t.channel, &t.payment_reference,
          &t.payment_provider, &t.order_reference, &t.region}) {
        *text = reader.text();
    }
    image.committed_late = reader.fixed<std::uint8_t>() != 0;
    image.replaces = ReservationId(reader.varint());
    image.replaced_by = ReservationId(reader.varint());
    image.superseded_by = ReservationId(reader.varint());
    image.hold_for = base::Duration(reader.signed_varint());
    image.customer = reader.digest();
    image.metadata = reader.digest();
    for (auto& line : image.lines) {
        line.line_id = reader.text();
        line.group = reader.text();
    }
    CHECK(!reader.failed() && reader.left() == 0, "extras do not unpack");
}

}  // namespace holdfast::core
