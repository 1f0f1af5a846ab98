include_guard()

# Ranks share two cores in the tests, and CI runs as root.
set(ROCM_TEST_ENVIRONMENT
  OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
  OMPI_MCA_mpi_yield_when_idle=1 OMP_NUM_THREADS=1)

# rocm_unit_test(<folder> FILES a_test.cpp … LINK target… [THREADS])
#   One executable per folder, run as one test per file: label unit, and threads for TSan's share.
function(rocm_unit_test folder)
  cmake_parse_arguments(arg "THREADS" "" "FILES;LINK" ${ARGN})
  add_executable(test.${folder} ${arg_FILES})
  target_link_libraries(test.${folder} PRIVATE ${arg_LINK} rocm_test_support GTest::gtest_main)
  add_test(NAME ${folder} COMMAND test.${folder})
  set(labels unit)
  if(arg_THREADS)
    list(APPEND labels threads)
  endif()
  set_tests_properties(${folder} PROPERTIES TIMEOUT 300 LABELS "${labels}"
    ENVIRONMENT "${ROCM_TEST_ENVIRONMENT}")
endfunction()

# rocm_mpi_test(<name> FILES a_test.cpp … RANKS 1 2 4 LINK target…): under a real mpirun, once per count.
function(rocm_mpi_test name)
  cmake_parse_arguments(arg "" "" "FILES;RANKS;LINK" ${ARGN})
  add_executable(test.${name} ${arg_FILES})
  target_link_libraries(test.${name} PRIVATE ${arg_LINK} rocm_test_support GTest::gtest)
  foreach(ranks IN LISTS arg_RANKS)
    add_test(NAME ${name}.np${ranks} COMMAND ${MPIEXEC_EXECUTABLE} -n ${ranks} $<TARGET_FILE:test.${name}>)
    set_tests_properties(${name}.np${ranks} PROPERTIES TIMEOUT 120 PROCESSORS 2 LABELS mpi
      ENVIRONMENT "${ROCM_TEST_ENVIRONMENT};ASAN_OPTIONS=detect_leaks=0")
  endforeach()
endfunction()
