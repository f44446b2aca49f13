# Warnings for our own targets; third-party headers come in as SYSTEM.
option(WARNINGS_AS_ERRORS "Stop on warnings (CI does)" OFF)

add_library(oscine_warnings INTERFACE)
target_compile_options(oscine_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor
  $<$<CXX_COMPILER_ID:Clang,AppleClang>:-Wthread-safety>
  # g++ 12 and 13 see overlaps in std::string's operator+ that cannot happen (their bug 105651).
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,14>>:-Wno-restrict>
  # g++ 12 sees overlaps in std::string that are not there (fixed in 13).
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>
  $<$<BOOL:${WARNINGS_AS_ERRORS}>:-Werror>)

# oscine_room(NAME): warnings and the room's public headers, which must compile alone.
function(oscine_room name)
  target_link_libraries(${name} PRIVATE $<BUILD_INTERFACE:oscine_warnings>)
endfunction()
