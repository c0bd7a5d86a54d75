# Third-party libraries, all Debian packages of cmake/packages.txt, under one target name each:
#
#   Threads::Threads  OpenSSL::Crypto  OpenSSL::SSL  spdlog::spdlog  fmt::fmt
#   prometheus-cpp::core  RocksDB::rocksdb  Boost::headers  Boost::json
#   CLI11::CLI11  tomlplusplus::tomlplusplus  zstd::zstd  grpc++::grpc++  protobuf::libprotobuf
#   with HOLDFAST_TESTS also GTest::gtest  GTest::gtest_main  benchmark::benchmark
#   rapidcheck::rapidcheck

find_package(Threads REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS headers json CONFIG)
find_package(CLI11 REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(Protobuf REQUIRED)

# The CMake files of these packages ask for development packages that we do not use, or are absent;
# pkg-config knows what is really needed.
function(holdfast_pkg_config target module)
    string(MAKE_C_IDENTIFIER "holdfast_${module}" id)
    pkg_check_modules(${id} REQUIRED QUIET IMPORTED_TARGET GLOBAL ${module})
    add_library(${target} ALIAS PkgConfig::${id})
endfunction()

holdfast_pkg_config(RocksDB::rocksdb rocksdb)
holdfast_pkg_config(prometheus-cpp::core prometheus-cpp-core)
holdfast_pkg_config(zstd::zstd libzstd)
holdfast_pkg_config(grpc++::grpc++ grpc++)
holdfast_pkg_config(tomlplusplus::tomlplusplus tomlplusplus)

if(HOLDFAST_TESTS)
    find_package(GTest REQUIRED)
    find_package(benchmark REQUIRED)
    find_library(HOLDFAST_RAPIDCHECK rapidcheck REQUIRED)
    add_library(rapidcheck::rapidcheck UNKNOWN IMPORTED GLOBAL)
    set_target_properties(
        rapidcheck::rapidcheck PROPERTIES IMPORTED_LOCATION "${HOLDFAST_RAPIDCHECK}"
    )
    include(GoogleTest)
endif()
