# Third-party libraries, all packaged in Debian 12. scripts/dependencies.txt names the packages.
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(tl-expected REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(CURL 7.87 REQUIRED)  # CURLOPT_QUICK_EXIT
find_package(OpenSSL 3.0 REQUIRED)
find_package(Boost 1.74 REQUIRED)
find_package(prometheus-cpp REQUIRED COMPONENTS core)
find_package(RapidJSON REQUIRED)
find_package(CLI11 REQUIRED)
find_package(ZLIB REQUIRED)

# gzip is the largest cost of a default scrape; the fastest library that is there does it.
find_path(ISAL_INCLUDE_DIR isa-l.h)
find_library(ISAL_LIBRARY isal)
find_path(LIBDEFLATE_INCLUDE_DIR libdeflate.h)
find_library(LIBDEFLATE_LIBRARY deflate)
set(SESSION_EXPORTER_GZIP auto CACHE STRING "auto | isal | libdeflate | zlib")

if(SESSION_EXPORTER_TESTS)
  find_package(Catch2 REQUIRED)
  # Debian's python3 has the packages the tests need; one that comes earlier in PATH has not. The programs are built
  # without any, so a missing one fails the tests that call it, not the configuration.
  find_program(SESSION_EXPORTER_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH)
  find_program(SESSION_EXPORTER_PYTHON python3)
endif()
