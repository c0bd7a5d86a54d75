# Compiler flags, linker and compiler cache. Two linkers at once fill a small machine's memory, so
# links run one at a time.

add_library(holdfast_flags INTERFACE)
target_compile_options(
    holdfast_flags
    INTERFACE
        -fno-omit-frame-pointer
        -Wall
        -Wextra
        -Wconversion
        -Wshadow
        -Wnon-virtual-dtor
        -Wno-missing-field-initializers
        -Werror=switch
        -Werror=return-type
        -Werror=unused-result
)
target_include_directories(holdfast_flags INTERFACE "${PROJECT_SOURCE_DIR}/src")

find_program(HOLDFAST_CCACHE ccache)
if(HOLDFAST_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${HOLDFAST_CCACHE}")
    if(HOLDFAST_PRECOMPILED)
        # Without it ccache passes by whatever uses a precompiled header.
        list(
            PREPEND CMAKE_CXX_COMPILER_LAUNCHER
            "${CMAKE_COMMAND}" -E env CCACHE_SLOPPINESS=pch_defines,time_macros
        )
        if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
            add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
        endif()
    endif()
endif()

# Debian names the linker of the clang-19 package ld.lld-19; GCC only knows the unversioned one.
find_program(HOLDFAST_LLD ld.lld)
find_program(HOLDFAST_LLD_19 ld.lld-19)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND HOLDFAST_LLD_19)
    add_link_options("--ld-path=${HOLDFAST_LLD_19}")
elseif(HOLDFAST_LLD)
    add_link_options(-fuse-ld=lld)
endif()

# Sanitizers make tests 2 to 20 times slower.
set(HOLDFAST_TIMEOUT_FACTOR 1)
if(HOLDFAST_SANITIZE)
    set(HOLDFAST_TIMEOUT_FACTOR 10)
    add_compile_options("-fsanitize=${HOLDFAST_SANITIZE}" -fno-sanitize-recover=all)
    add_link_options("-fsanitize=${HOLDFAST_SANITIZE}")
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        # The added code makes GCC 12 warn about the insides of std::function.
        add_compile_options(-Wno-maybe-uninitialized)
    endif()
endif()

if(HOLDFAST_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()

set_property(GLOBAL PROPERTY JOB_POOLS link=1)
set(CMAKE_JOB_POOL_LINK link)
