// MemoryFile: an input as a file, for parsers that read paths. No disk, few system calls.
//
//     static MemoryFile file;
//     file.set(input);
//     read_config(file.path());
//
// Thread rule: one thread per object.
#pragma once

#include <string>

#include "tests/fuzz/target.hpp"

namespace holdfast::fuzz {

class MemoryFile {
  public:
    MemoryFile();
    ~MemoryFile();
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;

    void set(Input content);
    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    int descriptor_;
    std::string path_;
};

// A directory in which names lead to such files, gone with the object.
class MemoryDirectory {
  public:
    MemoryDirectory();
    ~MemoryDirectory();
    MemoryDirectory(const MemoryDirectory&) = delete;
    MemoryDirectory& operator=(const MemoryDirectory&) = delete;

    // `file` outlives the directory.
    void link(const std::string& name, const MemoryFile& file);
    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    std::string path_;
};

}  // namespace holdfast::fuzz
