#include "cli/table_file.hpp"

#include <gtest/gtest.h>

#include <array>

#include "cli/testing.hpp"

namespace holdfast::cli {
namespace {

using namespace std::string_literals;  // NUL bytes
using testing::TemporaryFile;

constexpr std::array<Column, 3> kColumns = {{{"sku", true}, {"quantity", true}, {"pool", false}}};

// Rows as "LINE:sku/quantity/pool", errors as "LINE: SENTENCE".
std::vector<std::string> read(const std::string& text) {
    const TemporaryFile temporary("table.csv", text);
    const auto strip = [&](const base::Error& error) {
        return error.message.substr(error.message.find("line ") + 5);
    };
    auto file = TableFile::open(temporary.path(), kColumns);
    if (!file) {
        return {strip(file.error())};
    }
    std::vector<std::string> out;
    for (;;) {
        const auto row = file->next();
        if (!row) {
            out.push_back(strip(row.error()));
        } else if (!*row) {
            return out;
        } else {
            out.push_back(std::to_string((*row)->line) + ':' + std::string((*row)->at("sku")) +
                          '/' + std::string((*row)->at("quantity")) + '/' +
                          std::string((*row)->at("pool")));
        }
    }
}

using Rows = std::vector<std::string>;

TEST(TableFile, ReadsColumnsInAnyOrderAndKnowsTheLine) {
    EXPECT_EQ(read("quantity,sku\n5,mug\n\n6,tea\n"), (Rows{"2:mug/5/", "4:tea/6/"}));
}

TEST(TableFile, TakesAByteOrderMarkWindowsLinesAndQuotes) {
    EXPECT_EQ(read("\xEF\xBB\xBFsku,quantity\r\n\"a,b\nc\",1\r\nt\xC3\xA9,2"),
              (Rows{"2:a,b\nc/1/", "4:t\xC3\xA9/2/"}));
}

TEST(TableFile, AWrongHeaderNamesWhatWasExpectedAndFound) {
    EXPECT_EQ(read("sku,qty\n"),
              (Rows{"1: the column quantity is missing; expected sku,quantity,[pool], found "
                    "sku,qty"}));
    EXPECT_EQ(read("sku,quantity,pol\n"),
              (Rows{"1: unknown column 'pol'; expected sku,quantity,[pool], found "
                    "sku,quantity,pol; did you mean 'pool'?"}));
    EXPECT_EQ(read("sku,quantity,sku\n").at(0).find("1: two columns 'sku'"), 0U);
}

TEST(TableFile, OtherEncodingsAreNamedWithTheLine) {
    EXPECT_EQ(read("\xFF\xFEs\0k\0u\0"s), (Rows{"1: this is UTF-16; save the file as UTF-8"}));
    EXPECT_EQ(read("sku,quantity\nmug,1\nt\xE9,2\n").at(1),
              "3: byte 2 of the line (0xe9) is not UTF-8; if the file is Latin-1, convert it: "
              "iconv -f ISO-8859-1 -t UTF-8");
    EXPECT_EQ(read("sku,quantity\nm\0,1\n"s).at(0).find("2: a NUL byte"), 0U);
}

TEST(TableFile, OverlongAndSurrogateFormsAreNotUtf8) {
    for (const char* bad : {"\xC0\xAF", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\xE2\x82"}) {
        EXPECT_NE(read("sku,quantity\n" + std::string(bad) + ",1\n").at(0).find("not UTF-8"),
                  std::string::npos);
    }
}

TEST(TableFile, ABadRowDoesNotHideTheNext) {
    EXPECT_EQ(read("sku,quantity\nmug\ntea,2\n"),
              (Rows{"2: 1 fields, the header has 2", "3:tea/2/"}));
    EXPECT_EQ(read("sku,quantity\n\"mug,1\n"), (Rows{"2: a quote that is never closed"}));
}

TEST(TableFile, AQuoteThatIsNeverClosedCannotEatAllMemory) {
    std::string text = "sku,quantity\n\"";
    for (int i = 0; i < 20'000; ++i) {
        text += "mug,1\n";
    }
    EXPECT_NE(read(text).at(0).find("2: a row of more than 64 KiB"), std::string::npos);
}

TEST(TableFile, AnEmptyOrAbsentFileIsAnError) {
    const TemporaryFile empty("empty.csv", "");
    EXPECT_NE(TableFile::open(empty.path(), kColumns).error().message.find("is empty"),
              std::string::npos);
    EXPECT_EQ(TableFile::open("/nowhere.csv", kColumns).error().code, base::ErrorCode::not_found);
}

TEST(Duplicates, AreNamedByBothLines) {
    Duplicates duplicates;
    const auto key = [](std::string_view text) { return base::digest128({text}); };
    duplicates.add(key("a"), 2);
    duplicates.add(key("b"), 3);
    duplicates.add(key("a"), 4);
    duplicates.add(key("a"), 5);
    const auto pairs = duplicates.find(10);
    ASSERT_EQ(pairs.size(), 2U);
    EXPECT_EQ(pairs[0].first, 2U);
    EXPECT_EQ(pairs[0].again, 4U);
    EXPECT_EQ(pairs[1].first, 2U);
    EXPECT_EQ(pairs[1].again, 5U);
}

TEST(FileProblems, KeepsTwentyAndCountsTheRest) {
    FileProblems problems("f.csv");
    for (std::size_t line = 1; line <= 25; ++line) {
        problems.add(line, "bad");
    }
    EXPECT_EQ(problems.text().find("f.csv line 1: bad\n"), 0U);
    EXPECT_NE(problems.text().find("... and 5 more\n"), std::string::npos);
}

TEST(TimeText, IsATimeWithAZone) {
    EXPECT_TRUE(is_time_text("2026-05-04T10:00:00Z"));
    EXPECT_TRUE(is_time_text("2026-05-04T10:00:00.5+02:00"));
    EXPECT_FALSE(is_time_text("2026-05-04T10:00:00"));
    EXPECT_FALSE(is_time_text("2026-05-04 10:00:00Z"));
    EXPECT_FALSE(is_time_text("2026-05-04T10:00:00.Z"));
    EXPECT_FALSE(is_time_text("yesterday"));
}

}  // namespace
}  // namespace holdfast::cli
