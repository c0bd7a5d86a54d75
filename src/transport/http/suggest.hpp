// "Did you mean ...?" for a name that is none of ours: see base/suggest.hpp.
#pragma once

#include "base/suggest.hpp"

namespace holdfast::transport::http {

using base::closest;

}  // namespace holdfast::transport::http
