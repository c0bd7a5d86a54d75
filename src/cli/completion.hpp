// Shell completion from the tree of commands. Thread rule: free functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::cli {

struct CommandNode {
    std::string name;
    std::vector<std::string> options;  // "--url"
    std::vector<CommandNode> children;
};

// The script for bash, zsh or fish; nothing for another shell.
[[nodiscard]] std::optional<std::string> completion_script(const CommandNode& root,
                                                           std::string_view shell);

}  // namespace holdfast::cli
