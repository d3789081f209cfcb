#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

namespace simulator {

// The settings that Open WebUI keeps between its starts, in SQLite as the real one does: a row each
// in `config(key, value, updated_at)`, or, as versions before June 2026 did, one row `config(id,
// data, version)` with all of them as a tree.
enum class Shape { rows, tree };

// By dotted key. null when nothing was stored yet.
nlohmann::json load_settings(const std::filesystem::path& file);
void store_settings(const std::filesystem::path& file, const nlohmann::json& values, Shape shape);

}  // namespace simulator
