#!/usr/bin/env bash
# Coverage of the machine and the codec by the tests beside them and beside the writer: lines,
# branches and, for every condition of a decision, whether a pair of runs has shown that it alone
# decides (MC/DC).
#
#   scripts/coverage.sh             build, run the tests, print the figures and every gap
#   scripts/coverage.sh --report    print the last run again
#
# Built with Clang in build/coverage: three to ten minutes the first time on two cores.
# docs/coverage-core.md says why each gap that remains is not tested.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=build/coverage
tests=(core model ledger partition)

if [[ ${1-} != --report ]]; then
    scripts/install_packages.sh build test check
    cmake --preset coverage -Wno-dev --log-level=WARNING
    cmake --build --preset coverage -j "$(nproc)" -t "${tests[@]/%/_tests}"
    rm -rf "$build/profiles"
    for folder in "${tests[@]}"; do
        LLVM_PROFILE_FILE="$PWD/$build/profiles/$folder-%p.profraw" \
            "$build/src/$folder/${folder}_tests" --gtest_brief=1 >&2
    done
    llvm-profdata-19 merge -sparse "$build"/profiles/*.profraw -o "$build/tests.profdata"
fi

objects=()
for folder in "${tests[@]}"; do
    objects+=(-object "$build/src/$folder/${folder}_tests")
done
llvm-cov-19 export -format=text -skip-functions -instr-profile="$build/tests.profdata" \
    "${objects[@]}" | scripts/coverage_report.py
