#include "adapters/engine/requests.hpp"

#include <gtest/gtest.h>

#include "support/check.hpp"

namespace aistack::engine {
namespace {

using ports::ApiVersion;

domain::ContainerSpec rich_spec() {
  domain::ContainerSpec spec;
  spec.name = "web";
  spec.config = {{"Image", "x"},
                 {"Healthcheck", {{"Test", {"CMD", "true"}}, {"StartInterval", 5}}},
                 {"MacAddress", "02:00:00:00:00:01"}};
  spec.host_config = {{"NetworkMode", "front"}, {"Annotations", {{"a", "b"}}}};
  spec.networks = {{"front", {{"Aliases", {"web"}}, {"GwPriority", 1}}},
                   {"back", {{"Aliases", {"web"}}, {"MacAddress", "02:00:00:00:00:02"}}}};
  return spec;
}

TEST(CreateRequest, HoldsAllNetworksWhereTheEngineTakesThem) {
  const auto request = create_request(rich_spec(), {1, 52});
  ASSERT_OK(request);
  const auto& body = request.value().body;
  EXPECT_TRUE(request.value().connect_afterwards.empty());
  const auto& endpoints = body["NetworkingConfig"]["EndpointsConfig"];
  EXPECT_EQ(endpoints.size(), 2U);
  EXPECT_EQ(endpoints["front"]["GwPriority"], 1);
  EXPECT_EQ(endpoints["front"]["MacAddress"], "02:00:00:00:00:01");
  EXPECT_FALSE(body.contains("MacAddress"));
  EXPECT_EQ(body["Healthcheck"]["StartInterval"], 5);
  EXPECT_EQ(body["HostConfig"]["Annotations"]["a"], "b");
}

TEST(CreateRequest, LeavesOutWhatAnOldEngineDoesNotKnow) {
  const auto request = create_request(rich_spec(), {1, 41});
  ASSERT_OK(request);
  const auto& body = request.value().body;
  const auto& endpoints = body["NetworkingConfig"]["EndpointsConfig"];
  EXPECT_EQ(endpoints.size(), 1U);
  EXPECT_FALSE(endpoints["front"].contains("GwPriority"));
  EXPECT_EQ(body["MacAddress"], "02:00:00:00:00:01");
  EXPECT_FALSE(body["Healthcheck"].contains("StartInterval"));
  EXPECT_EQ(body["Healthcheck"]["Test"][0], "CMD");
  EXPECT_FALSE(body["HostConfig"].contains("Annotations"));
  ASSERT_EQ(request.value().connect_afterwards.size(), 1U);
  EXPECT_EQ(request.value().connect_afterwards[0].network, "back");
  EXPECT_EQ(request.value().connect_afterwards[0].endpoint["Aliases"][0], "web");
  EXPECT_FALSE(request.value().connect_afterwards[0].endpoint.contains("MacAddress"));
}

TEST(CreateRequest, RefusesWhatWouldMeanSomethingElseToAnOldEngine) {
  domain::ContainerSpec spec;
  spec.name = "web";
  spec.host_config["Mounts"] = {{{"Type", "volume"},
                                 {"Source", "v"},
                                 {"Target", "/v"},
                                 {"VolumeOptions", {{"Subpath", "s"}}}}};
  EXPECT_ERROR(create_request(spec, {1, 44}), ErrorCode::kBadContainerSpec);
  ASSERT_OK(create_request(spec, {1, 45}));
  spec.host_config["Mounts"] = {{{"Type", "image"}, {"Source", "i"}, {"Target", "/i"}}};
  EXPECT_ERROR(create_request(spec, {1, 47}), ErrorCode::kBadContainerSpec);
  ASSERT_OK(create_request(spec, {1, 48}));
}

TEST(CreateRequest, NamesTheFirstNetworkWhereTheDescriptionDoesNot) {
  domain::ContainerSpec spec;
  spec.name = "web";
  spec.networks = {{"front", {}}};
  const auto request = create_request(spec, {1, 41});
  ASSERT_OK(request);
  EXPECT_EQ(request.value().body["HostConfig"]["NetworkMode"], "front");
}

TEST(Version, IsTheNewestThatBothKnow) {
  const auto chosen = [](ApiVersion newest, ApiVersion oldest) {
    ports::EngineVersion engine;
    engine.newest = newest;
    engine.oldest = oldest;
    return choose_version(engine);
  };
  EXPECT_EQ(chosen({1, 41}, {1, 12}).value(), (ApiVersion{1, 41}));
  EXPECT_EQ(chosen({1, 99}, {1, 44}).value(), kNewestApi);
  EXPECT_EQ(chosen({1, 52}, {}).value(), (ApiVersion{1, 52}));
  EXPECT_ERROR(chosen({1, 40}, {1, 12}), ErrorCode::kEngineTooOld);
  EXPECT_ERROR(chosen({1, 99}, {1, 98}), ErrorCode::kEngineTooOld);
}

TEST(ImageName, IsSplitAtTagOrDigest) {
  const auto split = [](std::string_view reference) {
    const auto name = split_reference(reference);
    return name.repository + " " + name.tag;
  };
  EXPECT_EQ(split("ollama/ollama"), "ollama/ollama latest");
  EXPECT_EQ(split("ollama:0.3"), "ollama 0.3");
  EXPECT_EQ(split("host:5000/a/b"), "host:5000/a/b latest");
  EXPECT_EQ(split("host:5000/a/b:c"), "host:5000/a/b c");
  EXPECT_EQ(split("a/b@sha256:ff"), "a/b sha256:ff");
  EXPECT_EQ(split("host:5000/a:tag@sha256:ff"), "host:5000/a sha256:ff");
}

TEST(Names, ThatWouldMeanAnotherCallAreRefused) {
  for (const auto* good : {"web", "a1", "Web_1.x-y", "0123456789ab"})
    EXPECT_TRUE(is_object_name(good)) << good;
  for (const auto* bad : {"", "..", "../x", "a/b", "-x", ".x", "a b", "a%2f", "a?x", "a\nb"})
    EXPECT_FALSE(is_object_name(bad)) << bad;
  for (const auto* good : {"ollama", "a/b:c", "host:5000/a/b@sha256:ff", "sha256:ff"})
    EXPECT_TRUE(is_image_reference(good)) << good;
  for (const auto* bad : {"", "../x", "a/../b", "a//b", "/a", "a b", "a?x", "a#x", "a/-x", "a/"})
    EXPECT_FALSE(is_image_reference(bad)) << bad;
}

TEST(Encoding, LeavesNothingThatAUrlWouldReadAsItsOwn) {
  EXPECT_EQ(encode("a b&c=d/é"), "a%20b%26c%3Dd%2F%C3%A9");
  EXPECT_EQ(encode("Plain-1.2_x~"), "Plain-1.2_x~");
  EXPECT_EQ(encode_time(Time(std::chrono::milliseconds(1'500'000'000'250))),
            "1500000000.250000000");
  EXPECT_EQ(label_filter({{"a", "b"}, {"c", ""}}), Json({"a=b", "c"}));
}

}  // namespace
}  // namespace aistack::engine
