#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operations/context.hpp"
#include "ports/settings_database.hpp"

namespace aistack::operations {

struct BackendReport {
  std::string ui;
  std::string backend;  // whose settings the UI has stored; "" if no known one's
  std::string previous;
  bool changed = false;
  std::vector<std::string> candidates;  // the backends that the catalog knows
  std::optional<Error> error;           // why a switch was taken back
  bool restored = false;
};

// Which backend the installed UI talks to, read from the settings that it has stored. kNotFound: no
// UI is installed; kConflict: it has stored nothing yet.
Task<BackendReport> show_backend(Context& context, ports::SettingsDatabase& database);

// Points the UI at another backend. A UI that has stored its settings ignores its environment, so
// exactly the stored values that name the backend are changed, with the UI stopped and its data
// saved; it is then started, awaited, and what it has stored is read back. If any of that fails,
// the data as they were take their place again and the UI is awaited once more: `error` says why,
// `restored` whether that worked.
// An Error: nothing was changed (kUnknownService, kNotFound: the backend is not installed, …).
Task<BackendReport> switch_backend(Context& context, ports::SettingsDatabase& database,
                                   std::string backend);

}  // namespace aistack::operations
