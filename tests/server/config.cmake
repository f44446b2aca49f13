# Configuration and model cards: server/config.
oscine_test(server_config_tests
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/config_test.cpp ${CMAKE_CURRENT_LIST_DIR}/card_file_test.cpp
          ${CMAKE_CURRENT_LIST_DIR}/card_listen_test.cpp ${CMAKE_CURRENT_LIST_DIR}/card_stream_test.cpp
          ${CMAKE_CURRENT_LIST_DIR}/endpoint_test.cpp ${CMAKE_CURRENT_LIST_DIR}/synth_config_test.cpp ${CMAKE_CURRENT_LIST_DIR}/config_docs_test.cpp
  LIBS server_config models protocol)
