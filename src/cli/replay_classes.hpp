// The file of `replay --classes`: classes, and rules that say which SKUs belong to them.
// Thread rule: a free function.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "replay/options.hpp"

namespace holdfast::cli {

// Fills `classes` and `rules` of the options. A rule names a class of the file.
// Errors: those of read_policies, naming file, line and field.
[[nodiscard]] base::Result<void> read_replay_classes(const std::string& path,
                                                     replay::ReplayOptions& options);

}  // namespace holdfast::cli
