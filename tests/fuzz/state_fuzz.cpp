#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "adapters/posix/state_store.hpp"
#include "domain/update_plan.hpp"
#include "operations/service_record.hpp"
#include "support/temporary_directory.hpp"

// Reads whatever bytes come as a state document: through the store, as the journal of an update and
// as the record of a service. What is understood can be written, and is then understood again.

namespace {

using namespace aistack;

constexpr auto kDocument = "fuzz_service.json";

// A directory of this process, gone with it.
class Store {
 public:
  ports::StateStore& with(const char* data, std::size_t size) {
    std::ofstream file(directory_.path() / kDocument, std::ios::binary | std::ios::trunc);
    file.write(data, static_cast<std::streamsize>(size));
    return *store_;
  }

 private:
  testing::TemporaryDirectory directory_;
  std::unique_ptr<ports::StateStore> store_ = adapters::posix::make_state_store(directory_.path());
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
