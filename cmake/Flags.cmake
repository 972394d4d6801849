# The one place for compiler flags: warnings of the house, sanitizers, hardening of a release.
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# Decides on -pie at link time too; without it CMake hands over -fPIE and leaves the linker to guess.
include(CheckPIESupported)
check_pie_supported(LANGUAGES C)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

add_compile_options(
  -Wall -Wextra -Werror -Wshadow -Wcast-qual -Wwrite-strings -Wstrict-prototypes -Wmissing-prototypes
  -Wconversion -Wsign-conversion -Wimplicit-fallthrough -Wformat=2 -Wvla)

# POSIX.1-2008 beside strict C11, and what glibc adds to it by default (explicit_bzero); 64-bit file offsets.
add_compile_definitions(_POSIX_C_SOURCE=200809L _DEFAULT_SOURCE _FILE_OFFSET_BITS=64)

if(SIGN_SANITIZE)
  # Instrumentation enlarges frames and makes gcc see null pointers on paths that it itself added, so
  # -Wframe-larger-than and -Wnull-dereference are for the builds without it.
  add_compile_options(-fsanitize=${SIGN_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${SIGN_SANITIZE} -fno-sanitize-recover=all)
else()
  add_compile_options(-Wnull-dereference -Wframe-larger-than=8192)
  add_link_options(-Wl,-z,defs)
endif()

if(SIGN_FUZZ)
  if(NOT CMAKE_C_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "SIGN_FUZZ needs clang (libFuzzer)")
  endif()
  # Comparisons are not traced: that took a third of the time, and the seeds have the words that are compared.
  add_compile_options(-fsanitize=fuzzer-no-link -fno-sanitize-coverage=trace-cmp)
endif()

if(SIGN_HARDEN)
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong)
  add_link_options(-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
endif()
