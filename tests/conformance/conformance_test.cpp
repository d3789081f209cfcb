#include <gtest/gtest.h>

#include <cctype>

#include "conformance/corpus.hpp"
#include "conformance/inspection.hpp"

namespace aistack::conformance {
namespace {

using nlohmann::json;

std::string test_name(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = info.param.substr(0, info.param.find(".yaml"));
  for (auto& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name;
}

// So that a failure shows the fields that differ, not two long documents.
std::string difference(const json& expected, const json& got) {
  return json::diff(expected, got).dump(1);
}

class ConformanceCase : public ::testing::TestWithParam<std::string> {
 protected:
  std::filesystem::path expect(const char* file) const {
    return root() / "cases" / GetParam() / "expect" / file;
  }
  compose::Project load() {
    auto project = load_case(GetParam());
    EXPECT_TRUE(project.has_value()) << (project ? "" : project.error().why);
    return project ? std::move(project.value()) : compose::Project{};
  }
};

TEST_P(ConformanceCase, CanonicalModelIsThatOfCompose) {
  const auto recorded = text_of(expect("config.json"));
  ASSERT_TRUE(recorded);
  EXPECT_EQ(compose::to_text(load().model), *recorded);
}

TEST_P(ConformanceCase, HashesAreThoseOfCompose) {
  json hashes = json::object();
  for (const auto& service : load().services) hashes[service.name] = service.config_hash;
  EXPECT_EQ(hashes, json(json_of(expect("hashes.json"))));
}

TEST_P(ConformanceCase, ContainersAreThoseOfCompose) {
  const auto project = load();
  const json recorded = json_of(expect("containers.json"));
  json made = json::object();
  for (const auto& service : project.services) {
    compose::ContainerOptions options;
    options.image_id = "<any>";
    json inherited = json::array();
    for (const auto& other : compose::shared_services(service)) {
      options.container_ids[other] = "<id>";
      if (service.model.contains("volumes_from")) inherited = made[other]["Mounts"];
    }
    made[service.name] = shown_container(container_spec(project, service, options), inherited);
  }
  ASSERT_EQ(made.size(), recorded.size());
  for (const auto& service : project.services) {
    json expected = comparable(recorded[service.name]);
    json got = comparable(made[service.name]);
    if (!compose::shared_services(service).empty()) {
      // Hashed over the other container's id, which is not recorded.
      expected["Config"]["Labels"].erase("com.docker.compose.config-hash");
      got["Config"]["Labels"].erase("com.docker.compose.config-hash");
    }
    EXPECT_EQ(difference(expected, got), "[]") << service.name;
  }
}

TEST_P(ConformanceCase, NetworksAndVolumesAreThoseOfCompose) {
  const auto project = load();
  const auto any_version = [](json& object) {
    object["Labels"]["com.docker.compose.version"] = "<any>";
  };
  json networks = json::object();
  for (const auto& key : project.network_keys) {
    const auto spec = network_spec(project, key);
    if (spec.external) continue;
    networks[spec.name] = shown_network(spec);
    any_version(networks[spec.name]);
  }
  json volumes = json::object();
  for (const auto& key : project.volume_keys) {
    const auto spec = volume_spec(project, key);
    if (spec.external) continue;
    volumes[spec.name] = shown_volume(spec);
    any_version(volumes[spec.name]);
  }
  json recorded = json_of(expect("networks.json"));
  for (auto& [name, network] : recorded.items()) {
    // Not recorded of any network.
    for (const auto* field : {"IPAM", "Attachable"}) {
      if (!network.contains(field) && networks.contains(name)) networks[name].erase(field);
    }
  }
  EXPECT_EQ(difference(recorded, networks), "[]");
  EXPECT_EQ(difference(json_of(expect("volumes.json")), volumes), "[]");
}

INSTANTIATE_TEST_SUITE_P(Cases, ConformanceCase, ::testing::ValuesIn(names_in(root() / "cases")),
                         test_name);

class Refused : public ::testing::TestWithParam<std::string> {};

// What is said of each file; AISTACK_ACCEPT=1 rewrites the golden files.
TEST_P(Refused, SaysWhereAndWhatToWriteInstead) {
  const auto project = compose::load(request_for(root() / "refused", "/corpus", {GetParam()}));
  std::string said;
  if (project) {
    for (const auto& note : project.value().notes) said += "note: " + to_string(note) + "\n";
  } else {
    said = project.error().why + "\n";
    EXPECT_EQ(project.error().code, ErrorCode::kBadCatalog);
    EXPECT_TRUE(said.starts_with("/corpus/" + GetParam() + ":")) << said;
  }
  const auto golden = std::filesystem::path(TESTS_DIR) / "golden" / "compose" /
                      (GetParam().substr(0, GetParam().find(".yaml")) + ".txt");
  if (const char* accept = std::getenv("AISTACK_ACCEPT"); accept != nullptr && *accept == '1') {
    std::filesystem::create_directories(golden.parent_path());
    std::ofstream(golden) << said;
  }
  EXPECT_EQ(said, text_of(golden).value_or("(no golden file)"));
}

// Docker Compose lets these two through, with a warning at most.
TEST_P(Refused, IsRefusedUnlessItIsHarmless) {
  const bool harmless = GetParam() == "no-services.yaml" || GetParam() == "unset-variable.yaml";
  const auto project = compose::load(request_for(root() / "refused", "/corpus", {GetParam()}));
  EXPECT_EQ(project.has_value(), harmless);
  if (project) {
    EXPECT_EQ(project.value().notes.size(), 1U);
  }
}

INSTANTIATE_TEST_SUITE_P(Files, Refused, ::testing::ValuesIn(names_in(root() / "refused", ".yaml")),
                         test_name);

}  // namespace
}  // namespace aistack::conformance
