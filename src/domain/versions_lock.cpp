#include "domain/versions_lock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/text.hpp"

namespace aistack::domain {
namespace {

constexpr std::size_t kLongestReference = 512;

bool is_service_name(std::string_view text) {
  return !text.empty() && text.size() <= 63 && text[0] != '-' && text[0] != '.' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
                  c == '.';
         });
}

bool is_digest(std::string_view text) {
  constexpr std::string_view kAlgorithm = "sha256:";
  if (!text.starts_with(kAlgorithm) || text.size() != kAlgorithm.size() + 64) return false;
  return text.find_first_not_of("0123456789abcdef", kAlgorithm.size()) == std::string_view::npos;
}

// What is wrong with a reference; "" if nothing is.
std::string reference_problem(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view{"._-/:@"}.find(c) != std::string_view::npos;
  };
  if (text.empty()) return "no image after the service's name";
  if (text.size() > kLongestReference) return "the image reference is too long";
  if (!std::all_of(text.begin(), text.end(), allowed))
    return "the image reference has a character that none may have";
  if (text.front() == '-' || text.front() == '/' || text.front() == ':' || text.front() == '@')
    return fmt::format("\"{}\" is no image reference", text);
  if (text.find("//") != std::string_view::npos)
    return "an image reference is no URL: leave out what stands before the \"//\"";
  if (const auto at = text.find('@'); at != std::string_view::npos)
    return is_digest(text.substr(at + 1)) ? "" : "a digest is sha256: and 64 hexadecimal digits";
  const auto colon = text.rfind(':');
  const auto slash = text.rfind('/');
  const bool tagged = colon != std::string_view::npos && colon + 1 < text.size() &&
                      (slash == std::string_view::npos || colon > slash);
  return tagged ? "" : "the image needs a :tag or an @sha256: digest";
}

// A line without its comment. A '#' begins one at the start or after a blank.
std::string_view content(std::string_view line) {
  for (std::size_t i = 0; i < line.size(); ++i)
    if (line[i] == '#' && (i == 0 || line[i - 1] == ' ' || line[i - 1] == '\t'))
      return trim(line.substr(0, i));
  return trim(line);
}

std::string service_of(std::string_view line) {
  const auto text = content(line);
  return std::string{text.substr(0, text.find(':'))};
}

}  // namespace

std::optional<std::string> VersionsLock::reference(const std::string& service) const {
  const auto found = references_.find(service);
  return found == references_.end() ? std::nullopt : std::optional{found->second};
}

Result<VersionsLock> parse_versions_lock(const std::string& file, std::string_view text) {
  std::map<std::string, std::string> references;
  std::vector<std::string> problems;
  int number = 0;
  for (const auto& line : split(text, '\n')) {
    ++number;
    const auto entry = content(line);
    if (entry.empty()) continue;
    const auto colon = entry.find(':');
    const auto service = std::string{entry.substr(0, colon)};
    std::string problem;
    if (colon == std::string_view::npos)
      problem = "not SERVICE:IMAGE";
    else if (!is_service_name(service))
      problem = fmt::format("\"{}\" is no service name", printable(service, 80));
    else if (references.contains(service))
      problem = fmt::format("{} is named a second time", service);
    else
      problem = reference_problem(trim(entry.substr(colon + 1)));
    if (problem.empty())
      references[service] = std::string{trim(entry.substr(colon + 1))};
    else
      problems.push_back(fmt::format("{}:{}: {}", file, number, problem));
  }
  if (problems.empty()) return VersionsLock{std::move(references)};
  Error error{ErrorCode::kBadVersionsLock, join(problems, "\n")};
  error.what = "cannot use versions.lock";
  error.next = {"write lines such as  ollama:ollama/ollama:0.12.0"};
  return error;
}

std::string edit_versions_lock(std::string_view text,
                               const std::map<std::string, std::string>& references) {
  auto rest = references;
  std::string edited;
  auto lines = split(text, '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  for (const auto& line : lines) {
    const auto found = references.find(service_of(line));
    if (content(line).empty() || found == references.end())
      edited += line + "\n";
    else if (rest.erase(found->first) > 0)
      edited += fmt::format("{}:{}\n", found->first, found->second);
  }
  for (const auto& [service, reference] : rest)
    edited += fmt::format("{}:{}\n", service, reference);
  return edited;
}

}  // namespace aistack::domain
