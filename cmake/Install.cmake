# cmake --install build/release [--prefix DIR]: a folder that runs without this clone.
#   bin/oscine, lib/oscine (the LibTorch engine, LibTorch, and what fetches), share/oscine (configurations, zoo), units, documents.
# --component oscine leaves LibTorch out (400 MB): its engine then finds the one that it was built with.
install(TARGETS oscine RUNTIME DESTINATION bin COMPONENT oscine)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/config DESTINATION share/oscine COMPONENT oscine FILES_MATCHING PATTERN "*.yaml"
  PATTERN systemd EXCLUDE PATTERN launchd EXCLUDE)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/models/zoo DESTINATION share/oscine/models COMPONENT oscine
  FILES_MATCHING PATTERN "*.ts" PATTERN "*.yaml" PATTERN "README.md")
install(DIRECTORY ${CMAKE_SOURCE_DIR}/clients/pd/ DESTINATION share/oscine/clients/pd COMPONENT oscine
  FILES_MATCHING PATTERN "*.pd" PATTERN source EXCLUDE)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/clients/supercollider DESTINATION share/oscine/clients COMPONENT oscine PATTERN tests EXCLUDE)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/clients/max/ DESTINATION share/oscine/clients/max COMPONENT oscine PATTERN source EXCLUDE)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/docs/ DESTINATION share/doc/oscine COMPONENT oscine FILES_MATCHING PATTERN "*.md")
install(FILES ${CMAKE_SOURCE_DIR}/LICENSE ${CMAKE_SOURCE_DIR}/README.md ${CMAKE_SOURCE_DIR}/CHANGELOG.md
  DESTINATION share/doc/oscine COMPONENT oscine)

# Units name the program by its whole path: that of the prefix, which is known only now.
function(oscine_install_unit file folder)
  install(CODE "
    file(READ \"${CMAKE_SOURCE_DIR}/config/${file}\" unit)
    string(REPLACE /usr/local \"\${CMAKE_INSTALL_PREFIX}\" unit \"\${unit}\")
    get_filename_component(name \"${file}\" NAME)
    set(target \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${folder}/\${name}\")
    message(STATUS \"Installing: \${target}\")
    file(WRITE \"\${target}\" \"\${unit}\")" COMPONENT oscine)
endfunction()
if(APPLE)
  oscine_install_unit(launchd/org.oscine.plist Library/LaunchAgents)
else()
  oscine_install_unit(systemd/oscine.service lib/systemd/system)
  oscine_install_unit(systemd/oscine.socket lib/systemd/system)
endif()

if(TARGET oscine_web)
  install(TARGETS oscine_web LIBRARY DESTINATION lib/oscine COMPONENT oscine)
endif()

# The engine looks beside itself first, then where it was built.
if(WITH_TORCH)
  if(APPLE)
    set(beside @loader_path)
  else()
    set(beside $ORIGIN)
  endif()
  set_target_properties(oscine_torch PROPERTIES INSTALL_RPATH "${beside};${TORCH_INSTALL_PREFIX}/lib")
  install(TARGETS oscine_torch LIBRARY DESTINATION lib/oscine COMPONENT oscine)
  install(DIRECTORY ${TORCH_INSTALL_PREFIX}/lib/ DESTINATION lib/oscine COMPONENT libtorch
    FILES_MATCHING REGEX "/lib(c10|torch|torch_cpu|gomp|omp)[.-][^/]*$" PATTERN "libshm*" EXCLUDE)
endif()
