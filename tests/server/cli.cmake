# The program's commands, end to end. Needs Python, nothing besides its standard library.
if(Python3_Interpreter_FOUND)
  add_test(NAME Cli.CommandsEndToEnd
    COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_LIST_DIR}/cli_test.py $<TARGET_FILE:oscine>)
  set_tests_properties(Cli.CommandsEndToEnd PROPERTIES TIMEOUT 300)
endif()
if(Python3_Interpreter_FOUND)
  add_test(NAME Cli.Doctor COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_LIST_DIR}/doctor_test.py $<TARGET_FILE:oscine>)
  set_tests_properties(Cli.Doctor PROPERTIES TIMEOUT 180)
endif()
if(Python3_Interpreter_FOUND AND CURL_FOUND)
  add_test(NAME Cli.Catalogue COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_LIST_DIR}/catalogue_test.py $<TARGET_FILE:oscine>)
  set_tests_properties(Cli.Catalogue PROPERTIES TIMEOUT 180)
endif()
