#include "operations/diagnose_secrets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "domain/redaction/known_secrets.hpp"
#include "domain/redaction/secret_keys.hpp"

namespace aistack::operations {
namespace {

namespace redaction = domain::redaction;

constexpr std::uint64_t kMostFileBytes = 256 * 1024;
constexpr std::size_t kShortestOfVariable =
    8;  // a shorter value is a word that stands elsewhere too
constexpr std::size_t kMostSecrets = 2000;

// Absent: it does not exist.
Result<std::optional<std::string>> read_small(ports::FileReader& files,
                                              const std::filesystem::path& path) {
  BOOST_OUTCOME_TRY(const auto reader, files.open(path, ports::Links::follow, kMostFileBytes));
  if (!reader) return std::nullopt;
  std::string text;
  while (true) {
    BOOST_OUTCOME_TRY(const auto block, reader->next());
    if (block.empty()) return std::optional{std::move(text)};
    text += block;
  }
}

class Collector {
 public:
  explicit Collector(std::vector<MissingPart>& missing) : missing_(missing) {}

  void add(std::string_view secret) {
    if (secret.size() < redaction::kShortestKnown) return;
    if (found_.size() < kMostSecrets)
      found_.emplace(secret);
    else
      full_ = full_ || !found_.contains(std::string{secret});
  }
  void add_variable(std::string_view variable) {
    for (const auto& secret : secrets_of_variable(variable)) add(secret);
  }
  void unreadable(const std::string& part, const Error& error) {
    missing_.push_back(
        {part, error.why + ": its secrets are found by their names and shapes only"});
  }

  std::vector<std::string> take() {
    if (full_)
      missing_.push_back({"secrets", fmt::format("more than {} are known: the others are found by "
                                                 "their names and shapes only",
                                                 kMostSecrets)});
    return {found_.begin(), found_.end()};
  }

 private:
  std::vector<MissingPart>& missing_;
  std::set<std::string> found_;
  bool full_ = false;
};

// "secrets" of a Compose file: each a file, or its content.
void add_compose_secrets(ports::FileReader& files, const CatalogEntry& entry, Collector& found) {
  const auto& resources = entry.project.resources;
  const auto secrets = resources.find("secrets");
  if (secrets == resources.end() || !secrets->is_object()) return;
  for (const auto& [name, secret] : secrets->items()) {
    if (!secret.is_object()) continue;
    if (const auto content = secret.find("content");
        content != secret.end() && content->is_string())
      found.add(trim(content->get<std::string>()));
    const auto file = secret.find("file");
    if (file == secret.end() || !file->is_string()) continue;
    const auto text = read_small(files, file->get<std::string>());
    if (!text)
      found.unreadable(fmt::format("secret {} of {}", name, entry.name), text.error());
    else if (text.value())
      found.add(trim(*text.value()));
  }
}

void add_service_secrets(const compose::ComposeService& service, Collector& found) {
  for (const auto& file : service.files)
    if (file.path.starts_with("/run/secrets/")) found.add(trim(file.content));
  const auto environment = service.model.find("environment");
  if (environment == service.model.end() || !environment->is_object()) return;
  for (const auto& [name, value] : environment->items())
    if (value.is_string()) found.add_variable(name + "=" + value.get<std::string>());
}

void add_secret_files(const Context& context, ports::FileReader& files, Collector& found) {
  const auto list = files.list(context.paths.secrets);
  if (!list) {
    found.unreadable("secrets", list.error());
    return;
  }
  for (const auto& file : list.value()) {
    const auto text = read_small(files, context.paths.secrets / file.name);
    if (!text)
      found.unreadable("secrets/" + file.name, text.error());
    else if (text.value())
      for (const auto& value : redaction::values_of_env_file(*text.value())) found.add(value);
  }
}

}  // namespace

std::vector<std::string> secrets_of_variable(std::string_view variable) {
  std::vector<std::string> secrets;
  const auto equals = variable.find('=');
  if (equals == std::string_view::npos) return secrets;
  const auto value = variable.substr(equals + 1);
  // scheme://user:password@host, whatever the variable is called.
  const auto user = value.find("://");
  const auto at = value.rfind('@');
  const auto colon = user == std::string_view::npos ? user : value.find(':', user + 3);
  if (colon != std::string_view::npos && at != std::string_view::npos && colon < at)
    secrets.emplace_back(value.substr(colon + 1, at - colon - 1));
  if (redaction::is_secret_key(variable.substr(0, equals)) && !redaction::is_public_value(value))
    secrets.emplace_back(value);
  std::erase_if(secrets, [](const auto& secret) { return secret.size() < kShortestOfVariable; });
  return secrets;
}

std::vector<std::string> known_secrets(Context& context, ports::FileReader& files,
                                       const EngineEvidence& facts,
                                       std::vector<MissingPart>& missing) {
  Collector found{missing};
  add_secret_files(context, files, found);
  for (const auto& container : facts.containers)
    for (const auto& variable : container.environment) found.add_variable(variable);
  for (const auto& entry : context.catalog.entries()) {
    add_compose_secrets(files, entry, found);
    for (const auto& service : entry.project.services) add_service_secrets(service, found);
  }
  return found.take();
}

}  // namespace aistack::operations
