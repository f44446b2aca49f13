# A library of ours that the program opens late, from beside itself (models/late_library.hpp); nothing links it.
function(oscine_late_library name)
  target_compile_features(${name} PRIVATE cxx_std_20)
  set_target_properties(${name} PROPERTIES
    PREFIX lib SUFFIX .so
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}
    CXX_VISIBILITY_PRESET hidden)
  oscine_room(${name})
endfunction()
