// MemoryDirectory: inputs as files, for parsers that read paths. They are on the simulated disk
// (sim/disk_calls), so a target makes no system calls, which would be most of its time.
//
//     static MemoryDirectory directory;
//     directory.set("BACKUP", input);
//     read_backup_manifest(directory.path());
//
// Thread rule: all of them on one thread.
#pragma once

#include <string>

#include "tests/fuzz/target.hpp"

namespace holdfast::fuzz {

class MemoryDirectory {
  public:
    MemoryDirectory();

    // The file with that name has this content now.
    void set(const std::string& name, Input content);
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string path(const std::string& name) const { return path_ + '/' + name; }

  private:
    std::string path_;
};

}  // namespace holdfast::fuzz
