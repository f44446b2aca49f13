# Any packets, from any peers, at any time, into a daemon without threads and sockets.
#   build/fuzz/bin/dispatch_fuzz -max_total_time=60 CORPUS tests/golden tests/golden/bad
add_library(fuzz_support STATIC
  ${CMAKE_CURRENT_LIST_DIR}/../support/fakes.cpp ${CMAKE_CURRENT_LIST_DIR}/../support/models.cpp)
target_include_directories(fuzz_support PUBLIC ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/tests)
target_link_libraries(fuzz_support PUBLIC server_core)
oscine_fuzz(dispatch_fuzz SOURCES ${CMAKE_CURRENT_LIST_DIR}/dispatch_fuzz.cpp
  LIBS fuzz_support server_core server_config models protocol)
