#include <gtest/gtest.h>

#include "unit/compose/support.hpp"

namespace aistack::compose {
namespace {

// A service with one key more, on line 4.
std::string with(const std::string& key) {
  return "services:\n  app:\n    image: x\n    " + key + "\n";
}

TEST(Refusal, NamesFileLineAndWhatToDoInstead) {
  const std::vector<std::pair<const char*, const char*>> cases{
      {"build: .", "app.yaml:4: unsupported key \"build\"; build the image first"},
      {"extends: { service: b }", "app.yaml:4: unsupported key \"extends\"; write its keys"},
      {"develop: {}", "app.yaml:4: unsupported key \"develop\""},
      {"provider: { type: x }", "app.yaml:4: unsupported key \"provider\""},
      {"models: [a]", "app.yaml:4: unsupported key \"models\""},
      {"enviroment: {}", "services.app: unknown key \"enviroment\"; did you mean \"environment\"?"},
      {"user: 1000",
       "services.app.user: must be a text, and is the number 1000; write \"1000\" in"},
      {"restart: sometimes", "\"sometimes\" is not a restart policy; write \"no\", always"},
      {"restart: false", "services.app.restart: must be a text, and is false"},
      {"command: [a, 3]", "services.app.command[1]: must be a text, and is the number 3"},
      {"ports: 80", "services.app.ports: must be a list, and is the number 80"},
      {"ports: [{ published: 80 }]", "services.app.ports[0]: \"target\" is missing"},
      {"environment:", "must be a mapping or a list of NAME=value, and is nothing"},
      {"environment: { A: [b] }", "services.app.environment.A: must be a text, and is a list"},
      {"environment: ['A =1']", "the name \"A \" ends with a space"},
      {"volumes: ['v:/b']", "names of volumes need two characters"},
      {"volumes: ['vol:b']", "\"b\" is not an absolute path in the container; write \"/b\""},
      {"volumes: [{ type: bind, target: /a }]", "a bind mount without \"source\""},
      {"volumes: [{ type: bnd, source: a, target: /a }]", "did you mean \"bind\"?"},
      {"healthcheck: { interval: 30 }",
       "must be a duration like \"1m30s\", and is the number 30; add the unit: \"30s\""},
      {"healthcheck: { test: [curl, x] }", "must begin with CMD, CMD-SHELL or NONE"},
      {"healthcheck: { test: x, start_interval: 1s }", "\"start_interval\" has no effect without"},
      {"mem_limit: lots", "\"lots\" is not a size; write 512m"},
      {"deploy: { replicas: 3 }",
       "aistack runs one container of each service, and this asks for 3"},
      {"deploy: { resources: { limits: { memory: 512 } } }",
       "must be a size like \"512m\", and is the number 512"},
      {"depends_on: { app: {} }", "\"condition\" is missing"},
      {"pull_policy: build", "images are not built here"},
      {"dns: [host]", "\"host\" is not an IP address"},
      {"image: UPPER CASE", "is not the name of an image"},
      {"container_name: -x", "\"-x\" is not a name for a container"},
      {"extra_hosts: [a]", "\"a\" is not \"host:address\""},
      {"gpus: some", "services.app.gpus: must be a list, and is the text \"some\""},
      {"secrets: [s]", "the secret \"s\" is not defined"},
      {"group_add: [a, a]", "\"a\" is listed twice"},
      {"ulimits: { nofile: { soft: 1 } }", "\"hard\" is missing"},
      {"security_opt: [x]", "\"x\" is not a security option"},
      {"tty: maybe", "must be true or false"},
      {"network_mode: service:nope", "there is no service \"nope\""},
      {"use_api_socket: true", "unsupported key \"use_api_socket\"; mount it"},
  };
  for (const auto& [key, said] : cases) {
    // The same key twice would hide the mistake that is meant.
    std::string text = with(key);
    if (std::string(key).starts_with("image")) text.erase(text.find("    image: x\n"), 13);
    const std::string why = refusal(text);
    EXPECT_TRUE(why.starts_with("app.yaml:")) << key << "\n" << why;
    EXPECT_NE(why.find(said), std::string::npos) << key << "\n" << why;
  }
}

TEST(Refusal, TellsAllMistakesOfAllFilesInOneRun) {
  const std::string why =
      refusal(Files{{"app.yaml",
                     "services:\n  app:\n    image: ${TAG\n    user: 5\n    prots: []\n  b:\n    "
                     "depends_on: [c]\n"
                     "    networks: [n]\n"},
                    {"app.override.yaml", "services:\n  app:\n    ports: ['x:1']\n"}});
  std::vector<std::string> places;
  for (std::size_t begin = 0; begin < why.size();) {
    const auto end = std::min(why.find('\n', begin), why.size());
    places.push_back(why.substr(begin, why.find(": ", begin) - begin));
    begin = end + 1;
  }
  EXPECT_EQ(places,
            (std::vector<std::string>{"app.yaml:3", "app.yaml:4", "app.yaml:5", "app.yaml:6",
                                      "app.yaml:7", "app.yaml:8", "app.override.yaml:3"}))
      << why;
}

TEST(Refusal, StopsPrintingAfterFiftyMistakes) {
  std::string text = "services:\n  app:\n    image: x\n";
  for (int i = 0; i < 300; ++i) text += "    wrong" + std::to_string(i) + ": 1\n";
  const std::string why = refusal(text);
  EXPECT_NE(why.find("and 250 more mistakes"), std::string::npos);
  EXPECT_EQ(std::count(why.begin(), why.end(), '\n'), 50);
}

TEST(Refusal, CutsNamesOfTenThousandCharacters) {
  const std::string name(10'000, 'n');
  const std::string why = refusal("services:\n  app: { image: x, networks: [" + name + "] }\n");
  EXPECT_LT(why.size(), 1'000U);
  EXPECT_FALSE(why.empty());
}

TEST(Refusal, ServiceNamesDoForFilesAndCommandLines) {
  for (const auto& name : {"-x.yaml", ".hidden.yaml", "Upper.yaml", "a b.yaml", "a/../-b.yaml"}) {
    LoadRequest request;
    request.files.push_back({std::filesystem::path("/srv/ai") / name, with("tty: true")});
    EXPECT_FALSE(load(request)) << name;
  }
  LoadRequest longest;
  longest.files.push_back({"/srv/ai/" + std::string(64, 'a') + ".yaml", with("tty: true")});
  EXPECT_FALSE(load(longest));
}

}  // namespace
}  // namespace aistack::compose
