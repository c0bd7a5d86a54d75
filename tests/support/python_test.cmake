# holdfast_python_test(<name> <script> [ARGUMENTS <word>...] [LABELS <label>...] [TIMEOUT <s>]
#                      [MODULES <folder of tests>...] [ENVIRONMENT <name=value>...])
#
# A test of the built `holdfast` from outside. The script finds the binary in HOLDFAST_BINARY and
# the modules of tests/support (and MODULES) on its path; exit code 77 means that what it needs is
# not there. The interpreter is the system's, because python3-jsonschema is a package of the system.
find_program(HOLDFAST_PYTHON NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH REQUIRED)

function(holdfast_python_test name script)
    cmake_parse_arguments(PARSE_ARGV 2 arg "" "TIMEOUT" "ARGUMENTS;LABELS;MODULES;ENVIRONMENT")
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 300)
    endif()
    set(path "${PROJECT_SOURCE_DIR}/tests/support")
    foreach(folder IN LISTS arg_MODULES)
        string(APPEND path ":${PROJECT_SOURCE_DIR}/tests/${folder}")
    endforeach()
    math(EXPR arg_TIMEOUT "${arg_TIMEOUT} * ${HOLDFAST_TIMEOUT_FACTOR}")
    set(
        environment
        "HOLDFAST_BINARY=$<TARGET_FILE:holdfast>"
        "HOLDFAST_EXERCISED_DIR=${PROJECT_BINARY_DIR}/tests/exercised"
        "PYTHONPATH=${path}"
        "PYTHONDONTWRITEBYTECODE=1"
        ${arg_ENVIRONMENT}
    )
    add_test(
        NAME ${name}
        COMMAND "${HOLDFAST_PYTHON}" "${CMAKE_CURRENT_SOURCE_DIR}/${script}" ${arg_ARGUMENTS}
        WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
    )
    set_tests_properties(
        ${name}
        PROPERTIES
            ENVIRONMENT "${environment}"
            LABELS "${arg_LABELS}"
            TIMEOUT ${arg_TIMEOUT}
            SKIP_RETURN_CODE 77
    )
endfunction()
