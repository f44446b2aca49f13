# version.hpp names the commit; it is written anew at each build, and touched only when the commit changed.
set(OSCINE_GENERATED ${CMAKE_BINARY_DIR}/generated)
add_custom_target(oscine_version
  COMMAND ${CMAKE_COMMAND} -DSOURCE=${CMAKE_SOURCE_DIR} -DVERSION=${PROJECT_VERSION}
          -DOUT=${OSCINE_GENERATED}/version.hpp -P ${CMAKE_SOURCE_DIR}/cmake/WriteVersion.cmake
  BYPRODUCTS ${OSCINE_GENERATED}/version.hpp
  COMMENT "Naming the commit"
  VERBATIM)
