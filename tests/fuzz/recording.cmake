# Damaged and hostile recordings.
#   build/fuzz/bin/recording_fuzz -max_total_time=60 CORPUS tests/fuzz/corpus/recording
oscine_fuzz(recording_fuzz SOURCES ${CMAKE_CURRENT_LIST_DIR}/recording_fuzz.cpp LIBS server_record server_core protocol)
