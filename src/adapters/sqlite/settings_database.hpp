#pragma once

#include <memory>

#include "ports/settings_database.hpp"

namespace aistack::adapters::sqlite {

// On SQLite's own library.
std::shared_ptr<ports::SettingsDatabase> make_settings_database();

}  // namespace aistack::adapters::sqlite
