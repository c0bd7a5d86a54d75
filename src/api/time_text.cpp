#include "api/time_text.hpp"

#include <charconv>
#include <chrono>

namespace holdfast::api {
namespace {

// Takes fixed-width numbers and single characters from the front; remembers the first misfit.
class Scanner {
  public:
    explicit Scanner(std::string_view text) : left_(text) {}

    int number(std::size_t digits) {
        int value = 0;
        if (left_.size() < digits) {
            ok_ = false;
            return 0;
        }
        for (std::size_t i = 0; i < digits; ++i) {
            ok_ = ok_ && left_[i] >= '0' && left_[i] <= '9';
            value = value * 10 + (left_[i] - '0');
        }
        left_.remove_prefix(digits);
        return ok_ ? value : 0;
    }
    bool accept(char wanted) {
        const bool found = !left_.empty() && (left_.front() == wanted || lower(wanted));
        if (found) {
            left_.remove_prefix(1);
        }
        return found;
    }
    void expect(char wanted) { ok_ = accept(wanted) && ok_; }
    [[nodiscard]] bool at_digit() const {
        return !left_.empty() && left_.front() >= '0' && left_.front() <= '9';
    }
    void require(bool holds) { ok_ = ok_ && holds; }
    [[nodiscard]] bool ok() const { return ok_; }
    [[nodiscard]] bool done() const { return ok_ && left_.empty(); }

  private:
    [[nodiscard]] bool lower(char wanted) const {
        return wanted >= 'A' && wanted <= 'Z' && left_.front() == wanted + 32;
    }

    std::string_view left_;
    bool ok_ = true;
};

std::chrono::sys_days read_date(Scanner& in) {
    const std::chrono::year year(in.number(4));
    in.expect('-');
    const std::chrono::month month(static_cast<unsigned>(in.number(2)));
    in.expect('-');
    const std::chrono::day day(static_cast<unsigned>(in.number(2)));
    const std::chrono::year_month_day date(year, month, day);
    in.require(date.ok());
    return in.ok() ? std::chrono::sys_days(date) : std::chrono::sys_days{};
}

base::Duration read_clock(Scanner& in) {
    const int hour = in.number(2);
    in.expect(':');
    const int minute = in.number(2);
    in.expect(':');
    const int second = in.number(2);
    in.require(hour < 24 && minute < 60 && second < 60);
    int fraction = 0;
    if (in.accept('.')) {
        in.require(in.at_digit());
        for (int unit = 100; in.ok() && in.at_digit(); unit /= 10) {
            fraction += in.number(1) * unit;
        }
    }
    return std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second) +
           base::Duration(fraction);
}

base::Duration read_offset(Scanner& in) {
    if (in.accept('Z')) {
        return base::Duration{};
    }
    const bool west = in.accept('-');
    if (!west) {
        in.expect('+');
    }
    const int hours = in.number(2);
    in.expect(':');
    const int minutes = in.number(2);
    in.require(hours < 24 && minutes < 60);
    const base::Duration offset = std::chrono::hours(hours) + std::chrono::minutes(minutes);
    return west ? -offset : offset;
}

void append_digits(std::string& out, std::int64_t value, std::size_t width) {
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    const auto size = static_cast<std::size_t>(end - digits);
    out.append(width > size ? width - size : 0, '0').append(digits, size);
}

}  // namespace

std::string format_time(base::Time time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    std::string out;
    out.reserve(24);
    append_digits(out, int{date.year()}, 4);
    out += '-';
    append_digits(out, unsigned{date.month()}, 2);
    out += '-';
    append_digits(out, unsigned{date.day()}, 2);
    out += 'T';
    append_digits(out, clock.hours().count(), 2);
    out += ':';
    append_digits(out, clock.minutes().count(), 2);
    out += ':';
    append_digits(out, clock.seconds().count(), 2);
    out += '.';
    append_digits(out, clock.subseconds().count(), 3);
    out += 'Z';
    return out;
}

std::optional<base::Time> parse_time(std::string_view text) {
    Scanner in(text);
    const auto date = read_date(in);
    in.expect('T');
    const auto clock = read_clock(in);
    const auto offset = read_offset(in);
    if (!in.done()) {
        return std::nullopt;
    }
    const base::Time time = date + clock - offset;
    return time >= base::Time{} ? std::optional(time) : std::nullopt;
}

}  // namespace holdfast::api
