#include "ledger/rocksdb_resume.hpp"

#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/write_batch.h>

namespace holdfast::ledger {

rocksdb::Status ResumingWrites::write(rocksdb::DB& database, const rocksdb::WriteOptions& options,
                                      rocksdb::WriteBatch& batch) {
    if (failed_) {
        const auto resumed = database.Resume();
        if (!resumed.ok()) {
            // Whatever it says, that it is busy resuming for example: this is about the device.
            return rocksdb::Status::IOError("it takes nothing since a write failed",
                                            resumed.ToString());
        }
    }
    auto written = database.Write(options, &batch);
    failed_ = !written.ok();
    return written;
}

}  // namespace holdfast::ledger
