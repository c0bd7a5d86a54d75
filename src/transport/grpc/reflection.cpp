// grpc.reflection: what this server serves, from the descriptors that are compiled in. The package
// v1alpha has the same messages under another name, so one session serves both.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <grpc/reflection/v1/reflection.pb.h>
#include <grpc/reflection/v1alpha/reflection.pb.h>

#include <set>

#include "transport/grpc/methods_internal.hpp"
#include "transport/grpc/replies_internal.hpp"
#include "transport/grpc/unary_internal.hpp"

namespace holdfast::transport::grpc {
namespace {

namespace reflection = ::grpc::reflection::v1;
using google::protobuf::DescriptorPool;
using google::protobuf::FileDescriptor;
using Request = reflection::ServerReflectionRequest;

void add_file(const FileDescriptor& file, std::set<std::string>& seen,
              reflection::FileDescriptorResponse& out) {
    if (!seen.insert(file.name()).second) {
        return;
    }
    google::protobuf::FileDescriptorProto proto;
    file.CopyTo(&proto);
    out.add_file_descriptor_proto(proto.SerializeAsString());
    for (int i = 0; i < file.dependency_count(); ++i) {
        add_file(*file.dependency(i), seen, out);
    }
}

void set_error(reflection::ServerReflectionResponse& out, std::string_view status,
               std::string message) {
    out.mutable_error_response()->set_error_code(status_number(status));
    out.mutable_error_response()->set_error_message(std::move(message));
}

void answer_file(const FileDescriptor* file, const std::string& asked,
                 reflection::ServerReflectionResponse& out) {
    if (file == nullptr) {
        set_error(out, "NOT_FOUND", asked + " is not known here");
        return;
    }
    std::set<std::string> seen;
    add_file(*file, seen, *out.mutable_file_descriptor_response());
}

void answer_services(reflection::ServerReflectionResponse& out) {
    std::set<std::string_view> names;
    for (const auto& method : methods()) {
        names.insert(service_of(method.path));
    }
    for (const auto name : names) {
        out.mutable_list_services_response()->add_service()->set_name(std::string(name));
    }
}

void answer(const Request& request, reflection::ServerReflectionResponse& out) {
    const auto& pool = *DescriptorPool::generated_pool();
    out.set_valid_host(request.host());
    *out.mutable_original_request() = request;
    switch (request.message_request_case()) {
        case Request::kFileByFilename:
            answer_file(pool.FindFileByName(request.file_by_filename()), request.file_by_filename(),
                        out);
            return;
        case Request::kFileContainingSymbol:
            answer_file(pool.FindFileContainingSymbol(request.file_containing_symbol()),
                        request.file_containing_symbol(), out);
            return;
        case Request::kListServices: answer_services(out); return;
        case Request::kFileContainingExtension:
        case Request::kAllExtensionNumbersOfType:
            set_error(out, "NOT_FOUND", "nothing here has extensions");
            return;
        case Request::MESSAGE_REQUEST_NOT_SET: break;
    }
    set_error(out, "INVALID_ARGUMENT", "nothing was asked for");
}

class Reflection final : public StreamSession {
  public:
    explicit Reflection(RpcPtr rpc) : rpc_(std::move(rpc)) {}

    void on_message(Body& body) override {
        Request request;
        if (!request.ParseFromZeroCopyStream(&body)) {
            rpc_->fail(unreadable_message());
            return;
        }
        reflection::ServerReflectionResponse out;
        answer(request, out);
        rpc_->write(out.SerializeAsString());
    }
    void on_last_message() override { rpc_->end(); }
    void on_written() override { rpc_->read(); }
    void on_gone() override {}
    void on_drain() override { rpc_->fail(api::make_problem(model::RefusalCode::draining)); }

  private:
    RpcPtr rpc_;
};

}  // namespace

SessionPtr reflect(RpcPtr rpc) {
    // Named so that it is linked: clients ask for its file too.
    static_cast<void>(::grpc::reflection::v1alpha::ServerReflectionRequest::descriptor());
    return std::make_shared<Reflection>(std::move(rpc));
}

}  // namespace holdfast::transport::grpc
