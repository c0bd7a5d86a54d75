#include "tests/fuzz/memory_directory.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.hpp"
#include "sim/disk_calls.hpp"

namespace holdfast::fuzz {
namespace {

// A disk without faults, there from the first directory to the end of the process.
struct Disk {
    base::Prng dice{1};
    sim::SimulatedDisk files{dice};
    sim::Mounted mounted{files};
    int directories = 0;
};

int next_number() {
    static Disk disk;
    return disk.directories++;
}

}  // namespace

MemoryDirectory::MemoryDirectory()
    : path_(std::string(sim::kMountPoint) + '/' + std::to_string(next_number())) {
    CHECK(::mkdir(path_.c_str(), 0700) == 0, "no directory in memory");
}

void MemoryDirectory::set(const std::string& name, Input content) {
    const int file = ::open(path(name).c_str(), O_RDWR | O_CREAT, 0600);
    const bool done =
        ::ftruncate(file, 0) == 0 &&
        ::pwrite(file, content.data(), content.size(), 0) == static_cast<ssize_t>(content.size()) &&
        ::fsync(file) == 0 && ::close(file) == 0;
    CHECK(done, "the input does not fit");
}

}  // namespace holdfast::fuzz
