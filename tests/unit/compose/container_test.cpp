#include <gtest/gtest.h>

#include "unit/compose/support.hpp"

namespace aistack::compose {
namespace {

using nlohmann::json;

struct Made {
  Project project;
  const ComposeService& service(const std::string& name = "app") const {
    for (const auto& known : project.services) {
      if (known.name == name) return known;
    }
    ADD_FAILURE() << name;
    return project.services.front();
  }
};

Made make(const Files& files, std::map<std::string, std::string> variables = {}) {
  auto project = load(request_of(files, std::move(variables)));
  EXPECT_TRUE(project) << (project ? "" : project.error().why);
  return {project ? std::move(project.value()) : Project{}};
}

Made make(const std::string& keys) {
  return make(Files{{"app.yaml", "services: { app: { image: 'x:1', " + keys + " } }\n"}});
}

json host_of(const std::string& keys) {
  const auto made = make(keys);
  return container_spec(made.project, made.service(), {}).host_config;
}

TEST(Container, OptionsNameTheImageAndTheLabels) {
  const auto made = make("labels: { mine: 1 }");
  const auto spec = container_spec(
      made.project, made.service(),
      {.image = "sha256:abc", .image_id = "sha256:id", .labels = {{"aistack.service", "app"}}});
  EXPECT_EQ(spec.name, "ai-app-1");
  EXPECT_EQ(spec.config["Image"], "sha256:abc");
  const json& labels = spec.config["Labels"];
  EXPECT_EQ(labels["com.docker.compose.image"], "sha256:id");
  EXPECT_EQ(labels["com.docker.compose.project.config_files"], "/srv/ai/app.yaml");
  EXPECT_EQ(labels["com.docker.compose.config-hash"], made.service().config_hash);
  EXPECT_EQ(labels["aistack.service"], "app");
  EXPECT_EQ(labels["mine"], "1");
}

TEST(Container, DroppingTheGpuLeavesTheHash) {
  const auto made = make(
      "runtime: nvidia, devices: ['nvidia.com/gpu=all', /dev/fuse], gpus: all, deploy: { "
      "resources: "
      "{ reservations: { devices: [{ driver: nvidia, count: all, capabilities: [gpu] }, "
      "{ driver: other, count: 1, capabilities: [tpu] }] } } }");
  EXPECT_TRUE(made.service().gpu);
  const auto with = container_spec(made.project, made.service(), {});
  const auto without = container_spec(made.project, made.service(), {.drop_gpu = true});
  EXPECT_EQ(with.host_config["DeviceRequests"].size(), 4U);
  EXPECT_EQ(with.host_config["Runtime"], "nvidia");
  ASSERT_EQ(without.host_config["DeviceRequests"].size(), 1U);
  EXPECT_EQ(without.host_config["DeviceRequests"][0]["Driver"], "other");
  EXPECT_EQ(without.host_config["Devices"].size(), 1U);
  EXPECT_FALSE(without.host_config.contains("Runtime"));
  EXPECT_EQ(with.config["Labels"], without.config["Labels"]);
}

TEST(Container, KnowsWhoAsksForAGpu) {
  EXPECT_FALSE(make("tty: true").service().gpu);
  EXPECT_FALSE(make("devices: [/dev/dri]").service().gpu);
  EXPECT_TRUE(make("gpus: all").service().gpu);
  EXPECT_TRUE(make("runtime: nvidia").service().gpu);
}

TEST(Container, SharedNamespacesNameTheOtherContainer) {
  const auto made = make(Files{
      {"app.yaml",
       "services: { vpn: { image: x }, app: { image: x, network_mode: 'service:vpn', ipc: "
       "'service:vpn', pid: 'service:vpn', volumes_from: ['vpn:ro', 'container:far:ro'] } }"}});
  EXPECT_EQ(shared_services(made.service()), std::vector<std::string>{"vpn"});
  const auto spec =
      container_spec(made.project, made.service(), {.container_ids = {{"vpn", "0123"}}});
  EXPECT_EQ(spec.host_config["NetworkMode"], "container:0123");
  EXPECT_EQ(spec.host_config["IpcMode"], "container:0123");
  EXPECT_EQ(spec.host_config["PidMode"], "container:0123");
  EXPECT_EQ(spec.host_config["VolumesFrom"], json({"0123", "far"}));
  EXPECT_TRUE(spec.networks.empty());
  EXPECT_NE(spec.config["Labels"]["com.docker.compose.config-hash"], made.service().config_hash);
}

TEST(Container, NetworksAreInTheOrderOfTheirPriority) {
  const auto made = make(Files{
      {"app.yaml",
       "services: { app: { image: x, mac_address: '02:42:ac:11:00:02', networks: { a: , b: { "
       "priority: 10, aliases: [q], interface_name: eth9 }, c: { ipv4_address: 10.0.0.5 } } } }\n"
       "networks: { a: , b: { name: real }, c: { ipam: { config: [{ subnet: 10.0.0.0/24 }] } } "
       "}\n"}});
  const auto spec = container_spec(made.project, made.service(), {});
  ASSERT_EQ(spec.networks.size(), 3U);
  EXPECT_EQ(spec.networks[0].network, "real");
  EXPECT_EQ(spec.host_config["NetworkMode"], "real");
  EXPECT_EQ(spec.networks[0].endpoint["Aliases"], json({"ai-app-1", "app", "q"}));
  EXPECT_EQ(spec.networks[0].endpoint["MacAddress"], "02:42:ac:11:00:02");
  EXPECT_EQ(spec.networks[0].endpoint["DriverOpts"]["com.docker.network.endpoint.ifname"], "eth9");
  EXPECT_EQ(spec.networks[2].endpoint["IPAMConfig"]["IPv4Address"], "10.0.0.5");
  EXPECT_EQ(network_spec(made.project, "c").options["IPAM"]["Config"][0]["Subnet"], "10.0.0.0/24");
}

TEST(Container, MountsOfTheNewerKindStayMounts) {
  const auto host = host_of(
      "volumes: [{ type: bind, source: /a, target: /a, bind: { create_host_path: false, recursive: "
      "readonly } }, { type: image, source: y, target: /i, image: { subpath: s } }, "
      "{ type: bind, source: ./b, target: /b }, { type: volume, target: /v, volume: { subpath: q } "
      "}]");
  EXPECT_EQ(host["Binds"], json({"/srv/ai/b:/b:rw"}));
  ASSERT_EQ(host["Mounts"].size(), 3U);
  EXPECT_EQ(host["Mounts"][0]["BindOptions"], json({{"ReadOnlyForceRecursive", true}}));
  EXPECT_EQ(host["Mounts"][1]["ImageOptions"], json({{"Subpath", "s"}}));
  EXPECT_EQ(host["Mounts"][2]["VolumeOptions"], json({{"Subpath", "q"}}));
}

TEST(Container, LimitsOfBlockDevicesArePassedOn) {
  const auto host = host_of(
      "blkio_config: { weight: 300, weight_device: [{ path: /dev/sda, weight: 400 }], "
      "device_read_bps: [{ path: /dev/sdb, rate: 12mb }] }");
  EXPECT_EQ(host["BlkioWeight"], 300);
  EXPECT_EQ(host["BlkioWeightDevice"], json::parse(R"([{"Path": "/dev/sda", "Weight": 400}])"));
  EXPECT_EQ(host["BlkioDeviceReadBps"], json::parse(R"([{"Path": "/dev/sdb", "Rate": 12582912}])"));
}

TEST(Container, CpusAreComputedAsComposeDoes) {
  EXPECT_EQ(host_of("cpus: 0.1")["NanoCpus"], 100'000'000);
  EXPECT_EQ(host_of("cpus: 0.3")["NanoCpus"], 300'000'000);
  EXPECT_EQ(host_of("deploy: { resources: { limits: { cpus: '1.5' } } }")["NanoCpus"],
            1'500'000'000);
}

TEST(Container, UnconfinedSystemPathsAreNoSecurityOption) {
  const auto host = host_of("security_opt: ['systempaths=unconfined', 'no-new-privileges:true']");
  EXPECT_EQ(host["SecurityOpt"], json({"no-new-privileges:true"}));
  EXPECT_EQ(host["MaskedPaths"], json::array());
}

TEST(Container, ASeccompProfileIsReadFromItsFile) {
  const std::string text = "services: { app: { image: x, security_opt: ['seccomp=./p.json'] } }";
  const auto made = make(Files{{"app.yaml", text}, {"p.json", "{ \"a\": [1] }\n"}});
  EXPECT_EQ(container_spec(made.project, made.service(), {}).host_config["SecurityOpt"],
            json({R"(seccomp={"a":[1]})"}));
  EXPECT_NE(refusal(text).find("there is no seccomp profile p.json"), std::string::npos);
}

TEST(Container, AHostileSeccompProfileIsRefused) {
  const std::string text = "services: { app: { image: x, security_opt: ['seccomp=./p.json'] } }";
  const std::string deep(200000, '[');
  EXPECT_NE(refusal(Files{{"app.yaml", text}, {"p.json", deep + std::string(200000, ']')}})
                .find("nested too deeply"),
            std::string::npos);
}

TEST(InjectedFiles, HoldWhatNoFileHolds) {
  const Files files{
      {"app.yaml",
       "services: { app: { image: x, secrets: [token, file], configs: [{ source: conf, target: "
       "/etc/c, mode: 0400, uid: \"5\" }] } }\n"
       "secrets: { token: { environment: TOKEN }, file: { file: ./f } }\n"
       "configs: { conf: { content: \"a=$$b\" } }\n"}};
  const auto made = make(files, {{"TOKEN", "t0ken"}});
  const auto& injected = made.service().files;
  ASSERT_EQ(injected.size(), 2U);
  EXPECT_EQ(injected[0].path, "/run/secrets/token");
  EXPECT_EQ(injected[0].content, "t0ken");
  EXPECT_EQ(injected[1].path, "/etc/c");
  EXPECT_EQ(injected[1].content, "a=$b");
  EXPECT_EQ(injected[1].mode, 0400U);
  EXPECT_EQ(injected[1].uid, "5");
  EXPECT_EQ(made.project.model.dump().find("t0ken"), std::string::npos);
  EXPECT_NE(refusal(files).find("secrets.token: the variable TOKEN is not set"), std::string::npos);
}

}  // namespace
}  // namespace aistack::compose
