# session_exporter_layer(NAME SOURCES ... LAYERS ... PRIVATE ...): one static library a layer.
# LAYERS are the layers it may include (tests/lint/check_layers.py holds the includes to the same table),
# PRIVATE the third-party libraries that no header of it shows, PUBLIC those that its headers need.
function(session_exporter_layer name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LAYERS;PUBLIC;PRIVATE" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR}/src ${PROJECT_BINARY_DIR}/generated)
  target_link_libraries(${name} PUBLIC ${ARG_LAYERS} ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE} session_exporter_options)
  if(SESSION_EXPORTER_IPO)
    set_target_properties(${name} PROPERTIES INTERPROCEDURAL_OPTIMIZATION ON)
  endif()
endfunction()

# session_exporter_test(NAME SOURCES ... LIBRARIES ... LABELS ...): one Catch2 program, discovered test by test.
function(session_exporter_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBRARIES;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LIBRARIES} catch_main session_exporter_options)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  add_test(NAME ${name} COMMAND ${name} --use-colour no)
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT 300)
endfunction()
