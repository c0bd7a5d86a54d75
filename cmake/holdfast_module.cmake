# holdfast_module(<name> [DEPS <module>...] [LIBS <target>...] [EXECUTABLE <name>])
#
# Turns the calling folder into the static library holdfast_<name>, from every *.cpp in it except
# *_test.cpp and main.cpp. DEPS are other modules, linked PUBLIC; LIBS are third-party targets
# (cmake/holdfast_packages.cmake), linked PRIVATE because no header of ours shows them.
# *_test.cpp become one GoogleTest binary <name>_tests. EXECUTABLE links main.cpp with the library.
# Adding a file needs no edit; a nested folder such as src/transport/http is named transport_http.
# Includes are written from src/; folders beside src/ (sim, tools) also from the repository root.
function(holdfast_module name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "EXECUTABLE" "DEPS;LIBS")
    file(GLOB sources CONFIGURE_DEPENDS *.cpp)
    file(GLOB tests CONFIGURE_DEPENDS *_test.cpp)
    if(tests)
        list(REMOVE_ITEM sources ${tests})
    endif()
    list(REMOVE_ITEM sources "${CMAKE_CURRENT_SOURCE_DIR}/main.cpp")

    set(deps ${arg_DEPS})
    list(TRANSFORM deps PREPEND holdfast_)
    if(sources)
        add_library(holdfast_${name} STATIC ${sources})
        target_link_libraries(
            holdfast_${name} PUBLIC holdfast_flags ${deps} Threads::Threads PRIVATE ${arg_LIBS}
        )
        holdfast_reuse_precompiled(holdfast_${name} holdfast_precompiled)
    else()
        add_library(holdfast_${name} INTERFACE)
        target_link_libraries(holdfast_${name} INTERFACE holdfast_flags ${deps} Threads::Threads)
    endif()

    if(NOT CMAKE_CURRENT_SOURCE_DIR MATCHES "^${PROJECT_SOURCE_DIR}/src/")
        get_target_property(type holdfast_${name} TYPE)
        set(visibility PUBLIC)
        if(type STREQUAL "INTERFACE_LIBRARY")
            set(visibility INTERFACE)
        endif()
        target_include_directories(holdfast_${name} ${visibility} "${PROJECT_SOURCE_DIR}")
    endif()

    if(arg_EXECUTABLE)
        add_executable(${arg_EXECUTABLE} main.cpp)
        target_link_libraries(${arg_EXECUTABLE} PRIVATE holdfast_${name} ${arg_LIBS})
    endif()
    if(tests AND HOLDFAST_TESTS)
        holdfast_test(${name}_tests PREFIX ${name} SOURCES ${tests} DEPS ${name} LIBS ${arg_LIBS})
    endif()
endfunction()

# holdfast_test(<target> PREFIX <word> SOURCES <file>... [DEPS <module>...] [LIBS <target>...])
#
# One GoogleTest binary; each of its tests appears in ctest as <word>/<suite>.<test>.
# The tests are listed when ctest runs, so that building does not run anything.
function(holdfast_test target)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "PREFIX" "SOURCES;DEPS;LIBS")
    list(TRANSFORM arg_DEPS PREPEND holdfast_)
    add_executable(${target} ${arg_SOURCES})
    target_link_libraries(
        ${target} PRIVATE holdfast_flags ${arg_DEPS} ${arg_LIBS} GTest::gtest GTest::gtest_main
    )
    holdfast_reuse_precompiled(${target} holdfast_precompiled_tests)
    math(EXPR timeout "600 * ${HOLDFAST_TIMEOUT_FACTOR}")
    gtest_discover_tests(
        ${target}
        DISCOVERY_MODE PRE_TEST
        DISCOVERY_TIMEOUT 60
        TEST_PREFIX "${arg_PREFIX}/"
        WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
        PROPERTIES TIMEOUT ${timeout}
    )
endfunction()

# Adds a folder if it has a CMakeLists.txt.
function(holdfast_add_folder folder)
    if(EXISTS "${PROJECT_SOURCE_DIR}/${folder}/CMakeLists.txt")
        add_subdirectory(${folder})
    endif()
endfunction()
