// What the layout of tables depends on beside their keys.
//
// Digests of names and keys are not secret: who may send keys can compute, offline, many whose
// first bits are the same. A directory indexed by those bits would double for each of them, until
// memory is gone. So the directory is indexed by a product with a number that only this process
// knows (multiply-shift hashing: Dietzfelbinger, Hagerup, Katajainen, Penttonen, 1997).
//
// No decision, event, answer or hash depends on the layout. Tests and the simulator leave the
// number as it is, so that they are the same in every run.
// Thread rule: to be used once, before the first table is made; read by any thread.
#pragma once

#include <cstdint>

namespace holdfast::core {

// Any number; tables that are made from now on use it.
void use_table_secret(std::uint64_t secret);

// Odd.
[[nodiscard]] std::uint64_t table_secret();

}  // namespace holdfast::core
