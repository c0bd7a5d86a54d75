#include "cli/completion.hpp"

#include <functional>

namespace holdfast::cli {
namespace {

using Visit = std::function<void(const std::string& path, const std::string& words)>;

// Calls `visit` for every command with the words that may follow it.
void walk(const CommandNode& node, const std::string& path, const Visit& visit) {
    std::string words;
    for (const CommandNode& child : node.children) {
        words += (words.empty() ? "" : " ") + child.name;
    }
    for (const std::string& option : node.options) {
        words += (words.empty() ? "" : " ") + option;
    }
    visit(path, words);
    for (const CommandNode& child : node.children) {
        walk(child, path.empty() ? child.name : path + ' ' + child.name, visit);
    }
}

std::string bash_script(const CommandNode& root) {
    std::string cases;
    walk(root, "", [&](const std::string& path, const std::string& words) {
        cases += "        '" + path + "') words='" + words + "' ;;\n";
    });
    return "_holdfast() {\n"
           "    local path='' words='' word i\n"
           "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
           "        word=${COMP_WORDS[i]}\n"
           "        [[ $word == -* ]] || path=\"${path:+$path }$word\"\n"
           "    done\n"
           "    case \"$path\" in\n" +
           cases +
           "    esac\n"
           "    COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
           "}\n"
           "complete -o default -F _holdfast holdfast\n";
}

std::string fish_script(const CommandNode& root) {
    std::string out =
        "function __holdfast_at\n"
        "    set -l words (commandline -opc)[2..]\n"
        "    test (string join ' ' -- (string match -v -- '-*' $words)) = \"$argv[1]\"\n"
        "end\n";
    walk(root, "", [&](const std::string& path, const std::string& words) {
        out += "complete -c holdfast -n '__holdfast_at \"" + path + "\"' -a '" + words + "'\n";
    });
    return out;
}

}  // namespace

std::optional<std::string> completion_script(const CommandNode& root, std::string_view shell) {
    if (shell == "bash") {
        return bash_script(root);
    }
    if (shell == "zsh") {
        return "autoload -U +X bashcompinit && bashcompinit\n" + bash_script(root);
    }
    if (shell == "fish") {
        return fish_script(root);
    }
    return std::nullopt;
}

}  // namespace holdfast::cli
