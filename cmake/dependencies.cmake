# Packages of Debian 12 and Ubuntu 24.04 only; see setup.sh for their names.
find_package(Boost 1.81 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(yaml-cpp 0.7 REQUIRED)
find_library(AISTACK_YAML NAMES libyaml-cpp.a yaml-cpp REQUIRED)
find_package(CLI11 2.1 REQUIRED)
find_package(fmt 9 REQUIRED)
set(OPENSSL_USE_STATIC_LIBS TRUE)
find_package(OpenSSL 3.0 REQUIRED)
find_package(LibArchive 3.6 REQUIRED)
find_package(SQLite3 3.40 REQUIRED)
find_library(AISTACK_STATIC_SQLITE libsqlite3.a REQUIRED)
find_package(Threads REQUIRED)

# Libraries of which a command needs a little (a digest, one small file) are linked statically: it
# then takes 2 MiB less memory and starts sooner. The simulator is all static anyway.
add_library(aistack_yaml_cpp INTERFACE)
target_link_libraries(aistack_yaml_cpp INTERFACE ${AISTACK_YAML})
target_include_directories(aistack_yaml_cpp SYSTEM INTERFACE
  $<TARGET_PROPERTY:yaml-cpp,INTERFACE_INCLUDE_DIRECTORIES>)
add_library(aistack_sqlite INTERFACE)
target_link_libraries(aistack_sqlite INTERFACE ${AISTACK_STATIC_SQLITE} m ${CMAKE_DL_LIBS}
  Threads::Threads)
target_include_directories(aistack_sqlite SYSTEM INTERFACE ${SQLite3_INCLUDE_DIRS})
# Its headers only: src/base/fmt.cpp is fmt's one translation unit.
add_library(aistack_fmt INTERFACE)
target_include_directories(aistack_fmt SYSTEM INTERFACE
  $<TARGET_PROPERTY:fmt::fmt-header-only,INTERFACE_INCLUDE_DIRECTORIES>)
