#include "operations/purge_plan.hpp"

namespace aistack::operations {

std::vector<std::filesystem::path> read_purge_plan(Context& context) {
  std::vector<std::filesystem::path> directories;
  const auto document = context.state.read(kPurgePlan);
  if (!document || !document.value()) return directories;
  const auto list = document.value()->find("directories");
  if (list == document.value()->end() || !list->is_array()) return directories;
  for (const auto& item : *list) {
    if (!item.is_string()) continue;
    const auto path = std::filesystem::path{item.get<std::string>()}.lexically_normal();
    if (path.has_filename() && path.parent_path() == context.volumes_root)
      directories.push_back(path);
  }
  return directories;
}

void write_purge_plan(Context& context, const std::vector<std::filesystem::path>& directories) {
  auto list = nlohmann::json::array();
  for (const auto& directory : directories) list.push_back(directory.string());
  if (list.empty()) return;
  static_cast<void>(context.state.write(kPurgePlan, {{"directories", std::move(list)}}));
}

bool is_fatal(const Error& error) {
  switch (error.code) {
    case ErrorCode::kInterrupted:
    case ErrorCode::kEngineUnreachable:
    case ErrorCode::kEngineDenied:
    case ErrorCode::kEngineTimeout:
    case ErrorCode::kEngineTooOld:
      return true;
    default:
      return false;
  }
}

}  // namespace aistack::operations
