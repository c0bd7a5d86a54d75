#!/usr/bin/env bash
# Branch coverage of a folder of src/ by its own tests: scripts/coverage.sh [FOLDER] (or core).
# Builds with GCC's --coverage in build/coverage (about two minutes the first time), runs
# FOLDER_tests and prints, per file, lines and branches, then every branch that was never taken.
# docs/coverage-core.md says why each of those that remain is not tested.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder=${1-core}
build=build/coverage

cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Coverage \
    -DCMAKE_CXX_FLAGS_COVERAGE="-O0 -g1 -DNDEBUG --coverage -fno-exceptions" >/dev/null
cmake --build "$build" --target "${folder}_tests" >/dev/null
find "$build/src/$folder" -name '*.gcda' -delete
"$build/src/$folder/${folder}_tests" --gtest_brief=1
scripts/coverage_report.py "$build/src/$folder" "src/$folder"
