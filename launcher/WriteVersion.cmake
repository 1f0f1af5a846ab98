# cmake -D SOURCE_DIR= -D TARGET= -D RELEASE= -P WriteVersion.cmake
# Writes TARGET from version.cpp.in; a file that would not change is left alone, so that nothing is
# compiled again.
execute_process(COMMAND git describe --always --dirty --tags --abbrev=12
  WORKING_DIRECTORY ${SOURCE_DIR}
  OUTPUT_VARIABLE GIT_REVISION OUTPUT_STRIP_TRAILING_WHITESPACE
  ERROR_QUIET RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  set(GIT_REVISION unknown)
endif()
configure_file(${CMAKE_CURRENT_LIST_DIR}/version.cpp.in ${TARGET} @ONLY)
