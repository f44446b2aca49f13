# Hostile configurations and cards.
#   build/fuzz/bin/config_fuzz -max_total_time=60 -dict=tests/fuzz/yaml.dict CORPUS tests/fuzz/corpus/config
oscine_fuzz(config_fuzz SOURCES ${CMAKE_CURRENT_LIST_DIR}/config_fuzz.cpp LIBS server_config models protocol)
oscine_fuzz(card_fuzz SOURCES ${CMAKE_CURRENT_LIST_DIR}/card_fuzz.cpp LIBS server_config models protocol)
