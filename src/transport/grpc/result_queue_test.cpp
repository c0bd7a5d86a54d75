#include <gtest/gtest.h>
#include <holdfast/v1/commands.pb.h>

#include "transport/grpc/result_queue_internal.hpp"

namespace holdfast::transport::grpc {
namespace {

api::Reply refusal(std::size_t bytes) {
    return api::problem_reply(
        api::make_problem(model::RefusalCode::not_found, std::string(bytes, 'x')));
}

v1::ResultBatch pop(ResultQueue& queue, std::size_t results) {
    const auto message = queue.pop();
    EXPECT_EQ(message.results, results);
    v1::ResultBatch out;
    EXPECT_TRUE(out.ParseFromString(message.bytes));
    return out;
}

TEST(ResultQueue, OneMessageHasWhatCameSinceTheLast) {
    ResultQueue queue;
    EXPECT_TRUE(queue.empty());
    queue.push(7, refusal(10), v1::VIEW_BASIC);
    queue.push(9, refusal(10), v1::VIEW_BASIC);
    const auto batch = pop(queue, 2);
    ASSERT_EQ(batch.results_size(), 2);
    EXPECT_EQ(batch.results(0).correlation(), 7U);
    EXPECT_EQ(batch.results(1).correlation(), 9U);
    EXPECT_EQ(batch.results(1).reply().refusal().code(), "not_found");
    EXPECT_TRUE(queue.empty());
}

TEST(ResultQueue, AMessageStaysBelowItsSizeUnlessOneResultIsLarger) {
    ResultQueue queue;
    const std::size_t half = ResultQueue::kMessageBytes / 2 + 1;
    queue.push(1, refusal(half), v1::VIEW_BASIC);
    queue.push(2, refusal(half), v1::VIEW_BASIC);
    queue.push(3, refusal(4 * half), v1::VIEW_BASIC);
    for (std::uint64_t number = 1; number <= 3; ++number) {
        EXPECT_EQ(pop(queue, 1).results(0).correlation(), number);
    }
}

TEST(ResultQueue, TheViewDecidesWhatAReservationShows) {
    api::Reply reply;
    api::ReservationView view;
    view.id = "rsv_1";
    view.version = 3;
    view.lines.push_back({.line_id = "1", .sku = "a", .group = {}, .units = {}, .allocations = {}});
    reply.body = view;
    ResultQueue queue;
    queue.push(1, reply, v1::VIEW_BASIC);
    queue.push(2, reply, v1::VIEW_FULL);
    const auto batch = pop(queue, 2);
    EXPECT_EQ(batch.results(0).reply().reservation().id(), "rsv_1");
    EXPECT_EQ(batch.results(0).reply().reservation().version(), 3U);
    EXPECT_EQ(batch.results(0).reply().reservation().lines_size(), 0);
    EXPECT_EQ(batch.results(1).reply().reservation().lines_size(), 1);
}

}  // namespace
}  // namespace holdfast::transport::grpc
