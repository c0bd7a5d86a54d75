// The index against the obvious: a vector that is filtered and sorted.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/prng.hpp"
#include "ledger/testing.hpp"
#include "projection/testing.hpp"

namespace holdfast::projection {
namespace {

using namespace testing;

constexpr std::array<std::string_view, 4> kNames = {"", "anna", "bert", "cleo"};
constexpr std::array<std::string_view, 5> kReferences = {"", "A-1", "A-2", "B-1", "B-2"};
constexpr std::array<base::Digest128, 3> kCustomers = {base::Digest128{}, base::Digest128{1, 1},
                                                       base::Digest128{2, 1}};

class Dice {
  public:
    explicit Dice(std::uint64_t seed) : prng_(seed) {}

    template <typename Choices>
    auto pick(const Choices& choices) {
        return choices[prng_.below(choices.size())];
    }
    bool one_in(std::uint64_t n) { return prng_.chance(1, n); }
    std::int64_t upto(std::int64_t high) { return prng_.between(0, high); }

    model::ReservationImage image(std::uint64_t id, model::TenantId tenant) {
        model::ReservationImage image = held(id, 10'000 + upto(30), pick(kNames));
        image.tenant = tenant;
        image.version = static_cast<std::uint32_t>(prng_.below(1'000'000));
        image.texts.reference = pick(kReferences);
        image.texts.operator_id = pick(kNames);
        image.customer = pick(kCustomers);
        image.waiting = static_cast<model::ReservationState>(upto(2));
        image.ended_as = static_cast<model::ReservationState>(6 + upto(2));
        if (one_in(8)) {
            image.expires_at = base::kNever;
        }
        const std::int64_t held_units = one_in(2) ? upto(5) : 0;
        const std::int64_t committed_units = one_in(2) ? upto(5 - held_units) : 0;
        const std::int64_t shipped = one_in(2) ? upto(5 - held_units - committed_units) : 0;
        image.lines.front().units = {.accepted = 5,
                                     .held = held_units,
                                     .committed = committed_units,
                                     .shipped = shipped,
                                     .released = 5 - held_units - committed_units - shipped};
        return image;
    }

    ReservationFilter filter(model::TenantId tenant) {
        ReservationFilter filter{.tenant = tenant};
        if (one_in(2)) {
            filter.state = static_cast<model::ReservationState>(upto(8));
        }
        if (one_in(3)) {
            filter.reference = reference_digest(kReferences[1 + prng_.below(4)]);
        }
        if (one_in(2)) {
            filter.owner = one_in(3) ? kCustomers[1 + prng_.below(2)]
                                     : owner_digest(kNames[1 + prng_.below(3)]);
        }
        if (one_in(2)) {
            filter.expires_before = at(10'000 + upto(31));
        }
        return filter;
    }

  private:
    base::Prng prng_;
};

using Rows = std::map<std::pair<model::TenantId, std::uint64_t>, model::ReservationImage>;

bool is_asked_for(const model::ReservationImage& image, const ReservationFilter& filter) {
    const auto& texts = image.texts;
    const bool owns =
        !filter.owner ||
        (!texts.agent_id.empty() && owner_digest(texts.agent_id) == *filter.owner) ||
        (!texts.operator_id.empty() && owner_digest(texts.operator_id) == *filter.owner) ||
        image.customer == *filter.owner;
    const bool refers =
        !filter.reference ||
        (!texts.reference.empty() && reference_digest(texts.reference) == *filter.reference);
    const bool expires = !filter.expires_before || (model::sum_lines(image.lines).held > 0 &&
                                                    image.expires_at < *filter.expires_before);
    return image.tenant == filter.tenant && owns && refers && expires &&
           (!filter.state || model::state_of(image) == *filter.state);
}

std::vector<Seen> expected(const Rows& rows, const ReservationFilter& filter) {
    std::vector<model::ReservationImage> found;
    for (const auto& [name, image] : rows) {
        if (is_asked_for(image, filter)) {
            found.push_back(image);
        }
    }
    std::ranges::sort(found, [&](const auto& a, const auto& b) {
        return filter.expires_before ? std::pair(a.expires_at, a.id) < std::pair(b.expires_at, b.id)
                                     : a.id > b.id;
    });
    std::vector<Seen> out;
    for (const auto& image : found) {
        out.emplace_back(image.id.value(), image.version);
    }
    return out;
}

class ReservationIndexModelTest : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(ReservationIndexModelTest, AnswersLikeAFilteredVector) {
    const ledger::testing::TemporaryDirectory directory;
    auto opened = open_reservation_index(directory.path());
    ASSERT_TRUE(opened.has_value());
    Dice dice(GetParam());
    Rows written;
    Rows visible;
    std::uint64_t newest = 0;
    constexpr std::array kTenants = {model::TenantId(0), model::TenantId(255)};
    for (std::uint64_t step = 1; step <= 3'000; ++step) {
        const auto tenant = dice.pick(kTenants);
        const bool is_new = newest == 0 || dice.one_in(4);
        newest += is_new ? 1 : 0;
        const auto id =
            is_new
                ? newest
                : 1 + static_cast<std::uint64_t>(dice.upto(static_cast<std::int64_t>(newest) - 1));
        const auto image = dice.image(id, tenant);
        ASSERT_TRUE((*opened)->put(image).has_value());
        written.insert_or_assign({tenant, id}, image);
        if (dice.one_in(10)) {
            ASSERT_TRUE((*opened)->commit(model::Sequence(step), at(0)).has_value());
            visible = written;
        }
        if (dice.one_in(300)) {
            opened->reset();
            opened = open_reservation_index(directory.path());
            ASSERT_TRUE(opened.has_value());
            written = visible;
        }
        if (dice.one_in(5)) {
            const auto filter = dice.filter(dice.pick(kTenants));
            const auto limit = static_cast<std::size_t>(1 + dice.upto(20));
            ASSERT_EQ(list_all(**opened, filter, limit), expected(visible, filter))
                << "step " << step;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, ReservationIndexModelTest, ::testing::Values(1, 2, 3, 4));

}  // namespace
}  // namespace holdfast::projection
