#include "replay/requests.hpp"

#include "base/digest.hpp"
#include "net/http_types.hpp"

namespace holdfast::replay {
namespace {

using client::Json;
using client::RestRequest;

RestRequest post(std::string path, Json body, std::string key) {
    return {
        .method = "POST", .path = std::move(path), .body = std::move(body), .key = std::move(key)};
}

std::string part_name(const Reversal& reversal) {
    return std::to_string(reversal.line) + '.' + std::to_string(reversal.part);
}

std::string path_of(const std::string& id, std::string_view verb) {
    return "/reservations/" + net::percent_encode(id) + '/' + std::string(verb);
}

}  // namespace

std::string reference_of(const std::string& run, const std::string& invoice) {
    return run + '-' + invoice;
}

RestRequest opening_request(const std::string& run, const std::string& sku, std::int64_t units) {
    Json body;
    body.set("sku", sku);
    body.set("quantity", units);
    body.set("reference", run + "-opening");
    // A SKU may be longer than a key, and need not be ASCII.
    return post("/stock/receipts", std::move(body),
                run + ":opening:" + base::to_hex(base::digest128({sku})));
}

RestRequest create_request(const std::string& run, const Cart& cart, std::int64_t ttl_seconds) {
    Json::Array lines;
    for (const CartLine& line : cart.lines) {
        lines.push_back(Json::Object{{"line_id", std::to_string(line.line)},
                                     {"sku", line.sku},
                                     {"quantity", line.quantity}});
    }
    Json body;
    body.set("lines", std::move(lines));
    if (ttl_seconds > 0) {
        body.set("ttl_seconds", ttl_seconds);
    }
    body.set("reference", reference_of(run, cart.invoice));
    if (!cart.customer.empty()) {
        body.set("customer_id", cart.customer);
    }
    return post("/reservations", std::move(body), run + ":create:" + cart.invoice);
}

RestRequest pay_request(const std::string& run, const Cart& cart, const std::string& id,
                        std::int64_t ttl_seconds) {
    Json body;
    body.set("payment_reference", "pay-" + cart.invoice);
    if (ttl_seconds > 0) {
        body.set("ttl_seconds", ttl_seconds);
    }
    return post(path_of(id, "payment"), std::move(body), run + ":payment:" + cart.invoice);
}

RestRequest verb_request(const std::string& run, const Cart& cart, const std::string& id,
                         const std::string& verb) {
    return post(path_of(id, verb), Json::Object{}, run + ':' + verb + ':' + cart.invoice);
}

RestRequest take_back_request(const std::string& run, const Reversal& reversal,
                              const std::string& id, bool shipped) {
    Json line;
    line.set("line_id", std::to_string(reversal.cart_line));
    line.set("quantity", reversal.units);
    Json body;
    body.set("lines", Json::Array{std::move(line)});
    if (shipped) {
        body.set("disposition", "restock");
    } else {
        body.set("reason", model::to_string(model::Reason::customer_request));
    }
    const std::string verb = shipped ? "return" : "cancel";
    return post(path_of(id, verb), std::move(body), run + ':' + verb + ':' + part_name(reversal));
}

RestRequest unrecorded_return_request(const std::string& run, const Reversal& reversal) {
    Json body;
    body.set("sku", reversal.sku);
    body.set("delta", reversal.units);
    body.set("reason", model::to_string(model::Reason::unrecorded_return));
    return post("/stock/adjustments", std::move(body),
                run + ":unrecorded-return:" + part_name(reversal));
}

RestRequest write_off_request(const std::string& run, const WriteOff& write_off) {
    Json body;
    body.set("sku", write_off.sku);
    body.set("delta", -write_off.units);
    body.set("reason", model::to_string(write_off.reason));
    return post("/stock/adjustments", std::move(body),
                run + ":write-off:" + std::to_string(write_off.line));
}

RestRequest count_request(const std::string& run, const WriteOff& write_off, std::int64_t left,
                          const std::string& as_of) {
    return post("/stock/counts",
                Json::Object{{"sku", write_off.sku}, {"counted", left}, {"as_of", as_of}},
                run + ":count:" + std::to_string(write_off.line));
}

RestRequest approve_request(const std::string& run, const WriteOff& write_off, const Json& count) {
    return post("/cases/" + net::percent_encode(count["case"].text()) + "/resolve",
                Json::Object{{"resolution", "approve"},
                             {"plan", count["plan"]},
                             {"override", true},
                             {"reason", model::to_string(write_off.reason)}},
                run + ":approve:" + std::to_string(write_off.line));
}

}  // namespace holdfast::replay
