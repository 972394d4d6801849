# sign_test(NAME name COMMAND command... [TIMEOUT seconds] [LABELS labels...] [ENVIRONMENT var=value...])
#   a ctest test with the sanitizers strict. Its standard output may hold lines "ok ...", "not ok ..." and
#   "ok ... # SKIP reason"; tests/house/count.py then counts those instead of the program.
# sign_criterion(name SOURCES files... [LIBS targets...] [TIMEOUT seconds])
#   a Criterion program, registered with ctest; its tests are counted one by one from <build>/results/<name>.tap.
# sign_test_program(name SOURCES files... [LIBS targets...] [ARGS args...] [TIMEOUT seconds] [LABELS labels...])
#   an ordinary program: exit status 0 is passed, 77 skipped; it may print ok / not ok lines as above.
# All tell a test where things are:
#   macros  SIGN_TEST_PKI  the generated identities    SIGN_TEST_SOURCE  the top of the source tree
#   environment of the same names, and SIGN_TEST_BUILD, the build directory (kalem is in it).
set(SIGN_TEST_PKI "${CMAKE_BINARY_DIR}/testdata/pki")
file(MAKE_DIRECTORY "${CMAKE_BINARY_DIR}/results")

function(sign_test)
  cmake_parse_arguments(T "" "NAME;TIMEOUT" "COMMAND;LABELS;ENVIRONMENT" ${ARGN})
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 300)
  endif()
  add_test(NAME ${T_NAME} COMMAND ${T_COMMAND})
  # A leak is found when a Criterion worker has already reported its test as passed: the text decides, not the status.
  set_tests_properties(${T_NAME} PROPERTIES TIMEOUT ${T_TIMEOUT} LABELS "${T_LABELS}" SKIP_RETURN_CODE 77
    FAIL_REGULAR_EXPRESSION "ERROR: [A-Za-z]+Sanitizer;WARNING: ThreadSanitizer;: runtime error: "
    ENVIRONMENT "ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1;\
UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1;TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1;\
SIGN_TEST_PKI=${SIGN_TEST_PKI};SIGN_TEST_SOURCE=${PROJECT_SOURCE_DIR};SIGN_TEST_BUILD=${PROJECT_BINARY_DIR};\
${T_ENVIRONMENT}")
endfunction()

function(sign_test_flags target)
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/tests" ${SIGN_INCLUDE_DIRS})
  target_compile_definitions(${target} PRIVATE SIGN_TEST_PKI="${SIGN_TEST_PKI}" SIGN_TEST_SOURCE="${PROJECT_SOURCE_DIR}")
  if(TARGET testsupport AND NOT target STREQUAL "testsupport")
    target_link_libraries(${target} PRIVATE testsupport)
  endif()
  if(TARGET testpki)
    add_dependencies(${target} testpki)
  endif()
endfunction()

function(sign_criterion name)
  cmake_parse_arguments(T "" "TIMEOUT" "SOURCES;LIBS" ${ARGN})
  add_executable(${name} ${T_SOURCES})
  sign_test_flags(${name})
  target_link_libraries(${name} PRIVATE ${T_LIBS} PkgConfig::CRITERION)
  # Criterion's eq() assigns an int to a one-bit field, which only gcc minds; clang still checks our own conversions.
  target_compile_options(${name} PRIVATE $<$<C_COMPILER_ID:GNU>:-Wno-conversion>)
  # The result of an earlier run must not stand in for one that crashed before it wrote its own.
  sign_test(NAME ${name} TIMEOUT ${T_TIMEOUT} LABELS criterion
    COMMAND sh -c "rm -f \"$2\" && exec \"$1\" -j2 --timeout 120 --tap=\"$2\"" sh
    $<TARGET_FILE:${name}> "${CMAKE_BINARY_DIR}/results/${name}.tap")
endfunction()

function(sign_test_program name)
  cmake_parse_arguments(T "" "TIMEOUT" "SOURCES;LIBS;ARGS;LABELS" ${ARGN})
  add_executable(${name} ${T_SOURCES})
  sign_test_flags(${name})
  target_link_libraries(${name} PRIVATE ${T_LIBS})
  sign_test(NAME ${name} TIMEOUT ${T_TIMEOUT} LABELS ${T_LABELS} COMMAND ${name} ${T_ARGS})
endfunction()
