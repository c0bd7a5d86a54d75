#include "transport/grpc/replies_internal.hpp"

#include "transport/grpc/unary_internal.hpp"

namespace holdfast::transport::grpc {

api::Problem unreadable_message() {
    return api::make_problem(model::RefusalCode::malformed_request,
                             "The message is not of its type, or has a text that is not UTF-8.");
}

api::Callback reply_to(RpcPtr rpc) {
    return [rpc = std::move(rpc)](const api::Reply& reply) {
        if (const auto* const problem = reply.problem()) {
            rpc->fail(*problem);
            return;
        }
        v1::Reply message;
        write_reply(reply, v1::VIEW_FULL, message);
        rpc->finish(message);
    };
}

}  // namespace holdfast::transport::grpc
