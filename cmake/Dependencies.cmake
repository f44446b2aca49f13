# Where each library is found. docs/hacking.md gives the reason for each.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)

# A missing library is one sentence that names the package to install.
function(oscine_need what found package)
  if(NOT ${found})
    message(FATAL_ERROR "${what} is missing. Debian and Ubuntu: apt-get install ${package}; "
                        "scripts/setup.sh installs everything.")
  endif()
endfunction()

# Where the system's oscpack does not fit, scripts/setup.sh compiles one into .setup/oscpack.
find_path(OSCPACK_INCLUDE_DIR osc/OscReceivedElements.h HINTS ${CMAKE_SOURCE_DIR}/.setup/oscpack PATH_SUFFIXES oscpack)
find_library(OSCPACK_LIBRARY oscpack HINTS ${CMAKE_SOURCE_DIR}/.setup/oscpack)
oscine_need(oscpack OSCPACK_LIBRARY liboscpack-dev)
add_library(oscine_oscpack INTERFACE)
target_include_directories(oscine_oscpack SYSTEM INTERFACE ${OSCPACK_INCLUDE_DIR})
target_link_libraries(oscine_oscpack INTERFACE ${OSCPACK_LIBRARY})

pkg_check_modules(SODIUM IMPORTED_TARGET libsodium)
oscine_need(libsodium SODIUM_FOUND libsodium-dev)
pkg_check_modules(SNDFILE IMPORTED_TARGET sndfile)
oscine_need(libsndfile SNDFILE_FOUND libsndfile1-dev)
pkg_check_modules(SAMPLERATE IMPORTED_TARGET samplerate)
oscine_need(libsamplerate SAMPLERATE_FOUND libsamplerate0-dev)
pkg_check_modules(KISSFFT IMPORTED_TARGET kissfft-float)
oscine_need("KISS FFT" KISSFFT_FOUND libkissfft-dev)

pkg_check_modules(HWY IMPORTED_TARGET libhwy)
oscine_need(Highway HWY_FOUND libhwy-dev)

# Optional: catalogues on the web. CURLOPT_PROTOCOLS_STR came with 7.85.
pkg_check_modules(CURL IMPORTED_TARGET libcurl>=7.85)

find_path(ASIO_INCLUDE_DIR asio.hpp)
oscine_need(asio ASIO_INCLUDE_DIR libasio-dev)
add_library(oscine_asio INTERFACE)
target_include_directories(oscine_asio SYSTEM INTERFACE ${ASIO_INCLUDE_DIR})
# Whether asio finds std::aligned_alloc depends on what was included before it: one file would allocate with one function
# and another free with the other. Nowhere, then.
target_compile_definitions(oscine_asio INTERFACE ASIO_STANDALONE ASIO_NO_DEPRECATED ASIO_DISABLE_STD_ALIGNED_ALLOC)
target_link_libraries(oscine_asio INTERFACE Threads::Threads)

find_package(spdlog QUIET)
oscine_need(spdlog spdlog_FOUND libspdlog-dev)
# Sanitizers see only what was compiled with them: a count of references that the system's library lets go is, to
# ThreadSanitizer, a race with whoever frees what was counted.
add_library(oscine_spdlog INTERFACE)
if(SANITIZE)
  target_link_libraries(oscine_spdlog INTERFACE spdlog::spdlog_header_only)
else()
  target_link_libraries(oscine_spdlog INTERFACE spdlog::spdlog)
endif()
find_package(CLI11 QUIET)
oscine_need(CLI11 CLI11_FOUND libcli11-dev)
pkg_check_modules(YAML_CPP IMPORTED_TARGET yaml-cpp)
oscine_need(yaml-cpp YAML_CPP_FOUND libyaml-cpp-dev)

find_package(prometheus-cpp QUIET COMPONENTS pull)
oscine_need(prometheus-cpp prometheus-cpp_FOUND prometheus-cpp-dev)

# LibTorch of your own by Torch_DIR (variable or environment); otherwise the wheel in .venv.
if(WITH_TORCH)
  if(NOT Torch_DIR AND NOT DEFINED ENV{Torch_DIR})
    file(GLOB OSCINE_WHEEL ${CMAKE_SOURCE_DIR}/.venv/lib/python3*/site-packages/torch/share/cmake)
    list(APPEND CMAKE_PREFIX_PATH ${OSCINE_WHEEL})
  endif()
  find_package(Torch QUIET)
  if(NOT Torch_FOUND)
    message(FATAL_ERROR "LibTorch is missing. scripts/setup.sh fetches it; Torch_DIR names one of your own; "
                        "-DWITH_TORCH=OFF builds without it.")
  endif()
endif()

if(WITH_TESTS)
  find_package(GTest QUIET)
  oscine_need(GoogleTest GTest_FOUND "libgtest-dev libgmock-dev")
  pkg_check_modules(LIBLO IMPORTED_TARGET liblo)
  oscine_need(liblo LIBLO_FOUND liblo-dev)
  # Tests that are Python programs take numpy and python-osc from .venv.
  if(NOT Python3_EXECUTABLE AND EXISTS ${CMAKE_SOURCE_DIR}/.venv/bin/python)
    set(Python3_EXECUTABLE ${CMAKE_SOURCE_DIR}/.venv/bin/python)
  endif()
  find_package(Python3 QUIET COMPONENTS Interpreter)
endif()
if(WITH_TESTS AND WITH_BENCH)
  find_package(benchmark QUIET)
endif()
