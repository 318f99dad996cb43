# Language level, warnings, sanitizers and hardening of every target of this project.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

set(SESSION_EXPORTER_SANITIZE "" CACHE STRING "address,undefined | thread | empty")
option(SESSION_EXPORTER_FUZZ "build the fuzzers; needs clang" OFF)
option(SESSION_EXPORTER_COVERAGE "instrument for gcov" OFF)
option(SESSION_EXPORTER_HARDEN "fortified, position independent, full RELRO, stack protector, link-time optimised" OFF)
option(SESSION_EXPORTER_WERROR "warnings are errors" OFF)

# Carries the warnings and instrumentation; linked by every target of ours, never by a third party's.
add_library(session_exporter_options INTERFACE)
target_compile_options(session_exporter_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Wold-style-cast -Woverloaded-virtual -Wimplicit-fallthrough -Wextra-semi
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>
  $<$<BOOL:${SESSION_EXPORTER_WERROR}>:-Werror>)

if(SESSION_EXPORTER_SANITIZE)
  add_compile_options(-fsanitize=${SESSION_EXPORTER_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${SESSION_EXPORTER_SANITIZE})
  if(SESSION_EXPORTER_SANITIZE MATCHES "undefined")
    # RapidJSON 1.1.0 adds an offset to a null pointer in internal/stack.h; harmless and not ours to mend.
    add_compile_options(-fno-sanitize-recover=undefined -fno-sanitize=pointer-overflow)
  endif()
endif()

if(SESSION_EXPORTER_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "SESSION_EXPORTER_FUZZ needs clang's libFuzzer: cmake --preset fuzz")
  endif()
  # The layers count their branches for libFuzzer; only the fuzzers themselves link its main (-fsanitize=fuzzer).
  add_compile_options(-fsanitize=fuzzer-no-link)
  add_link_options(-fsanitize=fuzzer-no-link)
endif()

if(SESSION_EXPORTER_COVERAGE)
  add_compile_options(--coverage)
  add_link_options(--coverage)
endif()

if(SESSION_EXPORTER_HARDEN)
  # What is shipped does not tell where it was built, so that anybody's build of a release can be compared with it.
  add_compile_options(-ffile-prefix-map=${PROJECT_BINARY_DIR}=build -ffile-prefix-map=${PROJECT_SOURCE_DIR}=.)
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -D_GLIBCXX_ASSERTIONS
                      -fstack-protector-strong -fstack-clash-protection -fPIE
                      $<$<STREQUAL:${CMAKE_SYSTEM_PROCESSOR},x86_64>:-fcf-protection=full>)
  add_link_options(-pie -Wl,-z,relro,-z,now,-z,noexecstack)
  include(CheckIPOSupported)
  check_ipo_supported(RESULT SESSION_EXPORTER_IPO OUTPUT ipo_output)
  # Of every target, the programs too: hardening flags and optimisation are applied when they are linked.
  set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ${SESSION_EXPORTER_IPO})
endif()
