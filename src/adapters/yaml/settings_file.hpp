#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "domain/paths.hpp"
#include "domain/settings.hpp"

namespace aistack::adapters::yaml {

// One document of YAML as entries with positions. Mappings may be nested (`updates:` and below it
// `mode: pinned`) or dotted (`updates.mode: pinned`). What cannot be read (syntax, tabs, a second
// document, more than 2,000 entries, keys that are not text) is appended to `problems`.
std::vector<domain::SettingEntry> read_settings_text(const std::filesystem::path& file,
                                                     const std::string& text,
                                                     std::vector<domain::SettingProblem>& problems);

// Gives a file's text, absent if there is no such file.
using ReadText =
    std::function<Result<std::optional<std::string>>(const std::filesystem::path& file)>;

// Reads the files that exist and merges them. kBadConfig: everything that is wrong in any of
// them, one a line of `why`, also a required file that does not exist and one that cannot be read.
Result<domain::EffectiveSettings> load_settings(const std::vector<domain::ConfigFile>& files,
                                                const ReadText& read);

}  // namespace aistack::adapters::yaml
