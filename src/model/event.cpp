#include "model/event.hpp"

#include "base/check.hpp"

namespace holdfast::model {

std::string_view to_string(Operation operation) {
    switch (operation) {
        case Operation::create: return "create";
        case Operation::begin_payment: return "begin_payment";
        case Operation::commit: return "commit";
        case Operation::release: return "release";
        case Operation::extend: return "extend";
        case Operation::ship: return "ship";
        case Operation::cancel: return "cancel";
        case Operation::return_units: return "return";
        case Operation::release_by_name: return "release_by_name";
        case Operation::receive_stock: return "receive_stock";
        case Operation::adjust_stock: return "adjust_stock";
        case Operation::set_safety_stock: return "set_safety_stock";
        case Operation::put_sku: return "put_sku";
        case Operation::put_class: return "put_class";
        case Operation::put_pool: return "put_pool";
        case Operation::set_caps: return "set_caps";
        case Operation::change_selling: return "change_selling";
        case Operation::mark_unavailable: return "mark_unavailable";
        case Operation::transfer_stock: return "transfer_stock";
        case Operation::settle_transfer: return "settle_transfer";
        case Operation::record_sale: return "record_sale";
        case Operation::reallocate: return "reallocate";
        case Operation::close_short: return "close_short";
        case Operation::count_stock: return "count_stock";
        case Operation::resolve_case: return "resolve_case";
        case Operation::read_reservation: return "read_reservation";
    }
    UNREACHABLE();
}

}  // namespace holdfast::model
