#include "replay/csv.hpp"

#include <gtest/gtest.h>

namespace holdfast::replay {
namespace {

using Fields = std::vector<std::string>;

std::vector<CsvRow> read_all(std::string_view text) {
    CsvReader reader(text);
    std::vector<CsvRow> rows;
    while (auto row = reader.next()) {
        rows.push_back(*row);
    }
    return rows;
}

TEST(CsvReader, ReadsPlainAndQuotedFields) {
    const auto rows = read_all("a,b,c\n1,\"x, \"\"y\"\"\",\n");
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[1].fields, (Fields{"1", "x, \"y\"", ""}));
    EXPECT_EQ(rows[1].line, 2U);
}

TEST(CsvReader, AQuotedFieldMayHoldLineEnds) {
    const auto rows = read_all("\"two\nlines\",x\nnext,y\n");
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].fields, (Fields{"two\nlines", "x"}));
    EXPECT_EQ(rows[1].line, 3U);
}

TEST(CsvReader, LineEndsMayBeCrLfAndTheLastMayBeMissing) {
    const auto rows = read_all("a,b\r\n\r\nc,d");
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[1].fields, (Fields{"c", "d"}));
    EXPECT_EQ(rows[1].line, 3U);
}

TEST(CsvReader, SkipsAByteOrderMark) {
    EXPECT_EQ(read_all("\xEF\xBB\xBFx,y\n").at(0).fields, (Fields{"x", "y"}));
}

TEST(CsvReader, ReportsAMalformedRowAndGoesOnWithTheNextLine) {
    const auto rows = read_all("a,b\"c\n\"x\"y,z\ngood,1\n");
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(rows[0].problem, "a quote inside an unquoted field");
    EXPECT_EQ(rows[1].problem, "text behind a closing quote");
    EXPECT_EQ(rows[2].problem, "");
    EXPECT_EQ(rows[2].fields, (Fields{"good", "1"}));
}

TEST(CsvReader, AQuoteThatIsNeverClosedCostsItsOwnLineOnly) {
    const auto rows = read_all("\"open,1\nb,2\nc,3\n");
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(rows[0].problem, "a quote that is never closed");
    EXPECT_EQ(rows[0].line, 1U);
    EXPECT_EQ(rows[1].fields, (Fields{"b", "2"}));
    EXPECT_EQ(rows[2].line, 3U);
}

}  // namespace
}  // namespace holdfast::replay
