#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "adapters/posix/state_store.hpp"
#include "domain/update_plan.hpp"
#include "operations/service_record.hpp"

// Reads whatever bytes come as a state document: through the store, as the journal of an update and
// as the record of a service. What is understood can be written, and is then understood again.

namespace {

using namespace aistack;

constexpr auto kDocument = "fuzz_service.json";

// A directory of this process, gone with it.
class Store {
 public:
  Store() : store_(adapters::posix::make_state_store(directory_)) {
    std::filesystem::create_directories(directory_);
    std::filesystem::permissions(directory_, std::filesystem::perms::owner_all);
  }
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  ~Store() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

  ports::StateStore& with(const char* data, std::size_t size) {
    std::ofstream file(directory_ / kDocument, std::ios::binary | std::ios::trunc);
    file.write(data, static_cast<std::streamsize>(size));
    return *store_;
  }

 private:
  std::filesystem::path directory_ =
      std::filesystem::temp_directory_path() / ("aistack-state-fuzz-" + std::to_string(::getpid()));
  std::unique_ptr<ports::StateStore> store_;
};

void use_plan(const nlohmann::json& document) {
  const auto plan = domain::update_plan_from_json(document);
  if (!plan) return;
  domain::recovery_of(plan.value());
  domain::last_finished(plan.value());
  const auto again = domain::update_plan_from_json(domain::to_json(plan.value()));
  if (!again || again.value().members.size() != plan.value().members.size()) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Store directory;
  auto& store = directory.with(reinterpret_cast<const char*>(data), size);
  const auto document = store.read(kDocument);
  if (!document) {
    if (document.error().why.empty() || document.error().next.empty()) __builtin_trap();
    return 0;
  }
  use_plan(*document.value());
  static_cast<void>(operations::read_record(store, "fuzz"));
  return 0;
}
