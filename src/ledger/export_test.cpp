#include "ledger/export.hpp"

#include <fstream>

#include "ledger/memory_ledger.hpp"
#include "ledger/testing.hpp"

namespace holdfast::ledger {
namespace {

using base::ErrorCode;
using testing::append_one;
using testing::failed_with;
using testing::payloads;
using testing::succeeded;
using Texts = std::vector<std::string>;

class Export : public ::testing::Test {
  protected:
    std::string stream() {
        std::string bytes;
        const auto write = [&](std::span<const std::byte> piece) -> base::Result<void> {
            bytes += base::as_text(piece);
            return {};
        };
        EXPECT_TRUE(succeeded(export_ledger(*ledger_, write)));
        return bytes;
    }
    auto open(const std::string& bytes) {
        std::ofstream(path_, std::ios::binary) << bytes;
        return open_exported(path_);
    }

    testing::TemporaryDirectory directory_;
    std::string path_ = directory_ / "ledger.export";
    std::unique_ptr<Ledger> ledger_ = make_memory_ledger(make_memory_disk(), testing::kPartition);
};

TEST_F(Export, IsReadBackAsALedger) {
    for (int at = 0; at < 200; ++at) {
        ASSERT_TRUE(succeeded(append_one(*ledger_, 2, std::to_string(at))));
    }
    const auto exported = open(stream());
    ASSERT_TRUE(succeeded(exported));
    EXPECT_EQ(payloads(**exported).value(), payloads(*ledger_).value());
    EXPECT_EQ(payloads(**exported, 4, 2).value(), (Texts{"1", "2"}));
    EXPECT_EQ((*exported)->tail()->last, model::Sequence(400));
    EXPECT_EQ((*exported)->tail()->hash, ledger_->tail()->hash);
    EXPECT_EQ((*exported)->tail()->bytes, ledger_->tail()->bytes);
    EXPECT_TRUE(failed_with(append_one(**exported, 1, "x"), ErrorCode::invalid_input));
}

TEST_F(Export, OfAnEmptyLedgerIsEmpty) {
    const auto exported = open(stream());
    ASSERT_TRUE(succeeded(exported));
    EXPECT_EQ((*exported)->tail()->last, model::Sequence(0));
}

TEST_F(Export, DamageAnywhereIsNoticed) {
    ASSERT_TRUE(succeeded(append_one(*ledger_, 1, "one")));
    ASSERT_TRUE(succeeded(append_one(*ledger_, 1, "two")));
    const std::string intact = stream();
    for (std::size_t at = 0; at < intact.size(); ++at) {
        std::string damaged = intact;
        damaged[at] = static_cast<char>(damaged[at] ^ 4);
        EXPECT_FALSE(open(damaged)) << "byte " << at;
        EXPECT_TRUE(failed_with(open(intact.substr(0, at)), ErrorCode::corrupted)) << "cut " << at;
    }
    EXPECT_TRUE(failed_with(open(intact + "x"), ErrorCode::corrupted));
}

}  // namespace
}  // namespace holdfast::ledger
