#include "adapters/posix/state_store.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "adapters/posix/files.hpp"

namespace aistack::adapters::posix {
namespace {

constexpr int kSchema = 1;
constexpr std::uint64_t kMaxBytes = 16 << 20;

Result<> check_name(const std::string& name) {
  if (name.empty() || name[0] == '.' || name.find('/') != std::string::npos ||
      name.find('\0') != std::string::npos)
    return Error{ErrorCode::kInternal, fmt::format("\"{}\" is no name of a state file", name)};
  return ok();
}

class FileStateStore : public ports::StateStore {
 public:
  explicit FileStateStore(std::filesystem::path directory) : directory_(std::move(directory)) {}

  Result<std::optional<nlohmann::json>> read(const std::string& name) override {
    BOOST_OUTCOME_TRY(check_name(name));
    BOOST_OUTCOME_TRY(const auto text, directory_.read(name, kMaxBytes));
    if (!text) return std::nullopt;
    auto document = nlohmann::json::parse(*text, nullptr, false);
    if (document.is_discarded())
      return corrupt(name, text->empty() ? "is empty" : "is not valid JSON");
    if (!document.is_object()) return corrupt(name, "is not a JSON object");
    const auto schema = document.find("schema");
    if (schema == document.end() || !schema->is_number_integer() || *schema < 1)
      return corrupt(name, "has no \"schema\" number");
    if (*schema > kSchema)
      return Error{ErrorCode::kNewerSchema,
                   fmt::format("{} has schema {}, and this aistack knows {}", path(name),
                               schema->dump(), kSchema),
                   {},
                   {},
                   {"use the newer aistack that wrote it", reset_advice(name)}};
    return std::optional<nlohmann::json>{std::move(document)};
  }

  Result<> write(const std::string& name, nlohmann::json document) override {
    BOOST_OUTCOME_TRY(check_name(name));
    if (!document.is_object())
      return Error{ErrorCode::kInternal, "a state document must be an object: " + name};
    document["schema"] = kSchema;
    // Text from an engine may not be UTF-8: that must not cost the document.
    const auto text = document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
    return directory_.write(name, text + '\n');
  }

  Result<> remove(const std::string& name) override {
    BOOST_OUTCOME_TRY(check_name(name));
    return directory_.remove(name);
  }

  Result<std::vector<std::string>> list() override {
    std::vector<std::string> names;
    BOOST_OUTCOME_TRY(const auto fd, directory_.open());
    if (!fd) return names;
    const int copy = ::openat(fd->get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR* const entries = copy < 0 ? nullptr : ::fdopendir(copy);
    if (entries == nullptr) {
      const int number = errno;
      if (copy >= 0) ::close(copy);
      return errno_error(number, directory_.path());
    }
    errno = 0;
    while (const dirent* const entry = ::readdir(entries)) {
      const std::string name = entry->d_name;
      if (name[0] != '.' && name.ends_with(".json")) names.push_back(name);
    }
    const int number = errno;
    ::closedir(entries);
    if (number != 0) return errno_error(number, directory_.path());
    std::sort(names.begin(), names.end());
    return names;
  }

  std::string path(const std::string& name) const override {
    return (directory_.path() / name).string();
  }

 private:
  std::string reset_advice(const std::string& name) const {
    return fmt::format("mv {0} {0}.bad   (aistack then goes by what the engine shows)", path(name));
  }

  Error corrupt(const std::string& name, const std::string& reason) const {
    return Error{ErrorCode::kCorruptState,
                 fmt::format("{} {}", path(name), reason),
                 {},
                 {},
                 {reset_advice(name)}};
  }

  PrivateDirectory directory_;
};

}  // namespace

std::unique_ptr<ports::StateStore> make_state_store(std::filesystem::path directory) {
  return std::make_unique<FileStateStore>(std::move(directory));
}

}  // namespace aistack::adapters::posix
