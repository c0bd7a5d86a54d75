// What RocksDB does in the background, in a process whose ledger is not RocksDB's own.
//
// All databases of a process share RocksDB's threads. Where one of them is the ledger, its flushes
// must keep up with the appends that wait for them. Where all are views, made from the ledger by
// threads of low priority, what follows from that work need not be any more urgent.
// Thread rule: any thread; once, before the views are opened.
#pragma once

namespace holdfast::ledger {

// Flushes and compactions run when nobody else wants to, as the views themselves do. A higher nice
// value would not be enough: a thread that wakes up waits until the other's slice is over, 3 ms of
// a writer's time, and only the idle class gives way at once. For the whole process. Has no effect
// where the system has no such priorities.
void let_views_wait();

}  // namespace holdfast::ledger
