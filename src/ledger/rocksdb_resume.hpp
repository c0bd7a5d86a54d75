// ResumingWrites: writes to a view's database that may fail and be tried again.
//
// RocksDB takes no more writes after one of its files could not be written, until it is told that
// it may; so the write after a failed one tells it. That helps where there was no room; after a
// failed sync of a write-ahead log the database has to be opened again. For views only: of a ledger
// a write that failed is in doubt and nothing may follow it. For the files that include RocksDB.
// Thread rule: the thread that writes.
#pragma once

namespace rocksdb {
class DB;
class Status;
class WriteBatch;
struct WriteOptions;
}  // namespace rocksdb

namespace holdfast::ledger {

class ResumingWrites {
  public:
    // What RocksDB said of writing; IOError if it could not resume.
    [[nodiscard]] rocksdb::Status write(rocksdb::DB& database, const rocksdb::WriteOptions& options,
                                        rocksdb::WriteBatch& batch);

  private:
    bool failed_ = false;
};

}  // namespace holdfast::ledger
