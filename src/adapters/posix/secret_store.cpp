#include "adapters/posix/secret_store.hpp"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <set>

#include "adapters/posix/files.hpp"
#include "base/text.hpp"

namespace aistack::adapters::posix {
namespace {

constexpr std::uint64_t kMaxBytes = 1 << 20;
constexpr int kMaxSecretBytes = 1024;

bool is_variable(const std::string& name) {
  const auto fits = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; };
  return !name.empty() && std::all_of(name.begin(), name.end(), fits) &&
         std::isdigit(static_cast<unsigned char>(name[0])) == 0;
}

Result<std::string> random_hex(int count) {
  if (count < 1 || count > kMaxSecretBytes)
    return Error{ErrorCode::kInternal, fmt::format("a secret of {} bytes", count)};
  std::string bytes(static_cast<std::size_t>(count), '\0');
  for (std::size_t have = 0; have < bytes.size();) {
    const auto got = ::getrandom(bytes.data() + have, bytes.size() - have, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error{ErrorCode::kIo, "getrandom: " + errno_text(errno)};
    have += static_cast<std::size_t>(got);
  }
  std::string text;
  for (const char byte : bytes)
    text += fmt::format("{:02x}", static_cast<unsigned>(static_cast<unsigned char>(byte)));
  return text;
}

// Names before "=" in an env file.
std::set<std::string> variables_of(const std::string& text) {
  std::set<std::string> names;
  for (const auto& line : split(text, '\n')) {
    const auto equals = line.find('=');
    if (equals != std::string::npos && line[0] != '#')
      names.emplace(trim(std::string_view{line}.substr(0, equals)));
  }
  return names;
}

// The text of an env file with new values for `secrets`; the others keep theirs.
Result<std::string> with_new_values(const std::string& text,
                                    const std::vector<domain::SecretSpec>& secrets) {
  std::string kept;
  for (const auto& line : split(text, '\n')) {
    const auto name = trim(std::string_view{line}.substr(0, std::min(line.find('='), line.size())));
    const bool replaced = std::any_of(secrets.begin(), secrets.end(),
                                      [&](const auto& each) { return each.variable == name; });
    if (!line.empty() && !replaced) kept += line + '\n';
  }
  for (const auto& secret : secrets) {
    BOOST_OUTCOME_TRY(const auto value, random_hex(secret.bytes));
    kept += fmt::format("{}={}\n", secret.variable, value);
  }
  return kept;
}

class FileSecretStore : public ports::SecretStore {
 public:
  explicit FileSecretStore(std::filesystem::path directory) : directory_(std::move(directory)) {}

  std::filesystem::path env_file(const std::string& service) const override {
    return directory_.path() / (service + ".env");
  }

  Result<bool> ensure(const std::string& service,
                      const std::vector<domain::SecretSpec>& secrets) override {
    BOOST_OUTCOME_TRY(check_service(service));
    BOOST_OUTCOME_TRY(check_variables(secrets));
    BOOST_OUTCOME_TRY(const auto old, directory_.read(service + ".env", kMaxBytes));
    auto text = old.value_or("");
    auto names = variables_of(text);
    bool changed = false;
    for (const auto& secret : secrets) {
      if (!names.insert(secret.variable).second) continue;
      BOOST_OUTCOME_TRY(const auto value, random_hex(secret.bytes));
      if (!text.empty() && text.back() != '\n') text += '\n';
      text += fmt::format("{}={}\n", secret.variable, value);
      changed = true;
    }
    if (changed) {
      BOOST_OUTCOME_TRY(directory_.write(service + ".env", text));
    }
    return changed;
  }

  Result<> rotate(const std::string& service,
                  const std::vector<domain::SecretSpec>& secrets) override {
    BOOST_OUTCOME_TRY(check_service(service));
    BOOST_OUTCOME_TRY(check_variables(secrets));
    BOOST_OUTCOME_TRY(const auto kept, directory_.read(previous_name(service), kMaxBytes));
    BOOST_OUTCOME_TRY(const auto current, directory_.read(service + ".env", kMaxBytes));
    const auto old = kept ? *kept : current.value_or("");
    BOOST_OUTCOME_TRY(const auto text, with_new_values(old, secrets));
    // The copy first: from here on there is always one that works.
    if (!kept) {
      BOOST_OUTCOME_TRY(directory_.write(previous_name(service), old));
    }
    auto written = directory_.write(service + ".env", text);
    if (!written && !kept) {
      BOOST_OUTCOME_TRY(directory_.remove(previous_name(service)));
    }
    return written;
  }

  Result<bool> has_previous(const std::string& service) override {
    BOOST_OUTCOME_TRY(check_service(service));
    BOOST_OUTCOME_TRY(const auto kept, directory_.read(previous_name(service), kMaxBytes));
    return kept.has_value();
  }

  Result<> restore_previous(const std::string& service) override {
    BOOST_OUTCOME_TRY(check_service(service));
    BOOST_OUTCOME_TRY(const auto kept, directory_.read(previous_name(service), kMaxBytes));
    if (!kept) return ok();
    if (kept->empty()) {
      BOOST_OUTCOME_TRY(directory_.remove(service + ".env"));
    } else {
      BOOST_OUTCOME_TRY(directory_.write(service + ".env", *kept));
    }
    return directory_.remove(previous_name(service));
  }

  Result<> forget_previous(const std::string& service) override {
    BOOST_OUTCOME_TRY(check_service(service));
    return directory_.remove(previous_name(service));
  }

  Result<> remove(const std::string& service) override {
    BOOST_OUTCOME_TRY(check_service(service));
    BOOST_OUTCOME_TRY(directory_.remove(previous_name(service)));
    return directory_.remove(service + ".env");
  }

 private:
  static std::string previous_name(const std::string& service) { return service + ".env.previous"; }

  static Result<> check_variables(const std::vector<domain::SecretSpec>& secrets) {
    for (const auto& secret : secrets)
      if (!is_variable(secret.variable))
        return Error{ErrorCode::kInternal,
                     fmt::format("\"{}\" is no name of a variable", printable(secret.variable))};
    return ok();
  }

  static Result<> check_service(const std::string& service) {
    if (service.empty() || service[0] == '.' || service.find('/') != std::string::npos)
      return Error{ErrorCode::kInternal,
                   fmt::format("\"{}\" is no name of a service", printable(service))};
    return ok();
  }

  PrivateDirectory directory_;
};

}  // namespace

std::unique_ptr<ports::SecretStore> make_secret_store(std::filesystem::path directory) {
  return std::make_unique<FileSecretStore>(std::move(directory));
}

}  // namespace aistack::adapters::posix
