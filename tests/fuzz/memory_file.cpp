#include "tests/fuzz/memory_file.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "base/check.hpp"

namespace holdfast::fuzz {

MemoryFile::MemoryFile()
    : descriptor_(::memfd_create("input", MFD_CLOEXEC)),
      path_("/proc/self/fd/" + std::to_string(descriptor_)) {
    CHECK(descriptor_ >= 0, "no memory file");
}

MemoryFile::~MemoryFile() { ::close(descriptor_); }

void MemoryFile::set(Input content) {
    const bool done = ::ftruncate(descriptor_, 0) == 0 &&
                      ::pwrite(descriptor_, content.data(), content.size(), 0) ==
                          static_cast<ssize_t>(content.size());
    CHECK(done, "the input does not fit");
}

MemoryDirectory::MemoryDirectory() {
    path_ = (std::filesystem::temp_directory_path() / "holdfast-fuzz-XXXXXX").string();
    CHECK(::mkdtemp(path_.data()) != nullptr, "no temporary directory");
}

MemoryDirectory::~MemoryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

void MemoryDirectory::link(const std::string& name, const MemoryFile& file) {
    std::filesystem::create_symlink(file.path(), path_ + "/" + name);
}

}  // namespace holdfast::fuzz
