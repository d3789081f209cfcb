# -O2 as distributions build.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

# Flags that every target gets: warnings are errors, sanitizers on demand.
set(AISTACK_SANITIZE "" CACHE STRING "Sanitizers to build with, e.g. address,undefined")
# setup.sh switches it off: another compiler's new warning is nothing that a user could mend.
option(AISTACK_WERROR "Warnings are errors" ON)

add_library(aistack_flags INTERFACE)
target_compile_options(aistack_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor
  $<$<BOOL:${AISTACK_WERROR}>:-Werror>
  # A member left out of a designated initialiser has its default: that is what they are for.
  -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 and 13 report these falsely in optimised coroutine frames and in std::string.
  target_compile_options(aistack_flags INTERFACE -Wno-maybe-uninitialized -Wno-restrict
    -Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds -Wno-dangling-pointer
    -Wno-mismatched-new-delete)
endif()
if(AISTACK_SANITIZE)
  target_compile_options(aistack_flags INTERFACE
    -fsanitize=${AISTACK_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(aistack_flags INTERFACE -fsanitize=${AISTACK_SANITIZE})
endif()
target_compile_definitions(aistack_flags INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
  BOOST_ASIO_NO_DEPRECATED AISTACK_VERSION="${PROJECT_VERSION}")
