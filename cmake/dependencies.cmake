# Packages of Debian 12 and Ubuntu 24.04 only; see setup.sh for their names.
find_package(Boost 1.81 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(yaml-cpp 0.7 REQUIRED)
find_package(CLI11 2.1 REQUIRED)
find_package(fmt 9 REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(LibArchive 3.6 REQUIRED)
find_package(SQLite3 3.40 REQUIRED)
find_library(AISTACK_STATIC_SQLITE libsqlite3.a REQUIRED)  # for the simulator, which is all static
find_package(Threads REQUIRED)
