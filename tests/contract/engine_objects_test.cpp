#include <fmt/format.h>

#include <algorithm>

#include "engine_fixture.hpp"

// Images, networks and volumes.
namespace aistack::testing {
namespace {

using std::chrono::seconds;

TEST_P(EngineContract, PullsAnImageAndReportsEachLayer) {
  using Phase = ports::PullProgress::Phase;
  const auto reference = is_fake() ? registry_ + "/big:1" : variable("AISTACK_TEST_BIG_IMAGE");
  ASSERT_OK(run(engine_->remove_image(reference)));
  std::vector<ports::PullProgress> lines;
  const auto note = [&lines](const ports::PullProgress& line) { lines.push_back(line); };
  ASSERT_OK(run(engine_->pull_image(reference, note)));
  const auto saw = [&](Phase phase) {
    return std::any_of(lines.begin(), lines.end(), [&](const auto& line) {
      return line.phase == phase && !line.layer.empty();
    });
  };
  EXPECT_TRUE(saw(Phase::waiting));
  EXPECT_TRUE(saw(Phase::done) || saw(Phase::downloaded));
  const auto image = run(engine_->inspect_image(reference));
  ASSERT_OK(image);
  ASSERT_TRUE(image.value());
  const auto& tags = image.value()->tags;
  EXPECT_TRUE(std::count(tags.begin(), tags.end(), reference) == 1);
  EXPECT_EQ(image.value()->os, "linux");
  EXPECT_FALSE(image.value()->id.empty());

  lines.clear();
  ASSERT_OK(run(engine_->pull_image(reference, note)));  // nothing new
  ASSERT_OK(run(engine_->remove_image(reference)));
  ASSERT_OK(run(engine_->remove_image(reference)));
}

TEST_P(EngineContract, PullsByDigest) {
  if (is_fake()) fake_->registry[registry_ + "/plain@sha256:abc"] = fake_->registry[image_];
  auto digest = registry_ + "/plain@sha256:abc";
  if (!is_fake()) {
    const auto image = run(engine_->inspect_image(image_));
    ASSERT_OK(image);
    ASSERT_TRUE(image.value());
    ASSERT_FALSE(image.value()->digests.empty());
    digest = image.value()->digests[0];
  }
  ASSERT_OK(run(engine_->pull_image(digest, [](const ports::PullProgress&) {})));
}

TEST_P(EngineContract, AsksTheRegistryForADigest) {
  if (is_fake()) fake_->registry[image_].details.digests = {registry_ + "/plain@sha256:abc"};
  const auto digest = run(engine_->registry_digest(image_));
  if (is_podman()) {
    EXPECT_ERROR(digest, ErrorCode::kNotFound);
    return;
  }
  ASSERT_OK(digest);
  EXPECT_TRUE(digest.value().starts_with("sha256:")) << digest.value();
  EXPECT_ERROR(run(engine_->registry_digest(registry_ + "/no-such-image:1")),
               ErrorCode::kImageNotFound);
}

TEST_P(EngineContract, SaysWhyAnImageCannotBePulled) {
  const auto ignore = [](const ports::PullProgress&) {};
  EXPECT_ERROR(run(engine_->pull_image(registry_ + "/no-such-image:1", ignore)),
               ErrorCode::kImageNotFound);
  auto unknown_tag = image_;
  unknown_tag.replace(unknown_tag.rfind(':'), std::string::npos, ":no-such-tag");
  EXPECT_ERROR(run(engine_->pull_image(unknown_tag, ignore)), ErrorCode::kImageNotFound);
  EXPECT_ERROR(run(engine_->pull_image("../../etc", ignore)), ErrorCode::kImageNotFound);
  if (is_fake())
    fake_->registry_error = Error{ErrorCode::kRegistryUnreachable, "connection refused"};
  EXPECT_ERROR(run(engine_->pull_image(fmt::format("127.0.0.1:{}/x:1", free_port()), ignore)),
               ErrorCode::kRegistryUnreachable);
}

TEST_P(EngineContract, TagsAndRemovesImages) {
  const auto tag = registry_ + "/contract-tag:7";
  ASSERT_OK(run(engine_->tag_image(image_, tag)));
  const auto tagged = run(engine_->inspect_image(tag));
  const auto original = run(engine_->inspect_image(image_));
  ASSERT_OK(tagged);
  ASSERT_OK(original);
  ASSERT_TRUE(tagged.value() && original.value());
  EXPECT_EQ(tagged.value()->id, original.value()->id);
  EXPECT_EQ(original.value()->exposed_ports, std::vector<std::string>{"8080/tcp"});

  const auto images = run(engine_->list_images());
  ASSERT_OK(images);
  const auto listed =
      std::any_of(images.value().begin(), images.value().end(), [&](const auto& row) {
        return row.id == original.value()->id &&
               std::count(row.tags.begin(), row.tags.end(), tag) == 1;
      });
  EXPECT_TRUE(listed);

  ASSERT_OK(run(engine_->remove_image(tag)));
  const auto gone = run(engine_->inspect_image(tag));
  ASSERT_OK(gone);
  EXPECT_FALSE(gone.value());
  EXPECT_ERROR(run(engine_->tag_image("no-such-image:1", tag)), ErrorCode::kNotFound);
}

TEST_P(EngineContract, KeepsAnImageThatIsInUse) {
  start("user");
  const auto image = run(engine_->inspect_image(image_));
  ASSERT_OK(image);
  ASSERT_TRUE(image.value());
  EXPECT_ERROR(run(engine_->remove_image(image.value()->id)), ErrorCode::kConflict);
}

TEST_P(EngineContract, MakesAndRemovesNetworks) {
  const auto network = name("net");
  const domain::NetworkSpec wanted{.name = network,
                                   .options = {{"Driver", "bridge"}, {"Labels", {{"a", "b"}}}}};
  const auto id = run(engine_->create_network(wanted));
  ASSERT_OK(id);
  EXPECT_FALSE(id.value().empty());
  EXPECT_ERROR(run(engine_->create_network(wanted)), ErrorCode::kNameInUse);

  const auto details = run(engine_->inspect_network(network));
  ASSERT_OK(details);
  ASSERT_TRUE(details.value());
  EXPECT_EQ(details.value()->id, id.value());
  EXPECT_EQ(details.value()->driver, "bridge");
  EXPECT_EQ(details.value()->labels.at("a"), "b");
  const auto list = run(engine_->list_networks());
  ASSERT_OK(list);
  EXPECT_TRUE(std::any_of(list.value().begin(), list.value().end(),
                          [&](const auto& row) { return row.name == network; }));

  ASSERT_OK(run(engine_->remove_network(network)));
  ASSERT_OK(run(engine_->remove_network(network)));
  const auto gone = run(engine_->inspect_network(network));
  ASSERT_OK(gone);
  EXPECT_FALSE(gone.value());
}

TEST_P(EngineContract, KeepsANetworkThatIsInUse) {
  const auto network = name("busy-net");
  const domain::NetworkSpec wanted{.name = network};
  ASSERT_OK(run(engine_->create_network(wanted)));
  auto user = spec(name("user"));
  user.networks = {{network, {}}};
  create(user);
  ASSERT_OK(run(engine_->start_container(user.name)));
  EXPECT_ERROR(run(engine_->remove_network(network)), ErrorCode::kConflict);
  const auto details = run(engine_->inspect_network(network));
  ASSERT_OK(details);
  ASSERT_TRUE(details.value());
  const auto& users = details.value()->containers;
  ASSERT_EQ(users.size(), 1U);
  EXPECT_EQ(users.begin()->second, user.name);
}

TEST_P(EngineContract, ConnectsAContainerToEveryNetwork) {
  const auto first = name("net-a");
  const auto second = name("net-b");
  for (const auto& each : {first, second}) {
    const domain::NetworkSpec wanted{.name = each};
    ASSERT_OK(run(engine_->create_network(wanted)));
  }
  auto wanted = spec(name("both"));
  wanted.networks = {{first, {{"Aliases", {"one"}}}}, {second, {{"Aliases", {"two"}}}}};
  create(wanted);
  ASSERT_OK(run(engine_->start_container(wanted.name)));
  const auto networks = inspect(wanted.name).networks;
  ASSERT_EQ(networks.size(), 2U);
  EXPECT_FALSE(networks.at(first).empty());
  EXPECT_FALSE(networks.at(second).empty());

  ASSERT_OK(run(engine_->disconnect_network(second, wanted.name)));
  EXPECT_EQ(inspect(wanted.name).networks.size(), 1U);
  const domain::NetworkAttachment again{.network = second};
  ASSERT_OK(run(engine_->connect_network(again, wanted.name)));
  EXPECT_EQ(inspect(wanted.name).networks.size(), 2U);
  const domain::NetworkAttachment lost{.network = "contract-no-such-network"};
  EXPECT_ERROR(run(engine_->connect_network(lost, wanted.name)), ErrorCode::kNetworkNotFound);
}

TEST_P(EngineContract, LeavesNoContainerWhereOneNetworkIsMissing) {
  const auto first = name("net");
  const domain::NetworkSpec network{.name = first};
  ASSERT_OK(run(engine_->create_network(network)));
  auto wanted = spec(name("half"));
  wanted.networks = {{first, {}}, {"contract-no-such-network", {}}};
  const auto created = run(engine_->create_container(wanted));
  if (created) {  // from API 1.44 on, and in the fake, it is the start that fails
    EXPECT_ERROR(run(engine_->start_container(wanted.name)), ErrorCode::kNetworkNotFound);
    return;
  }
  EXPECT_ERROR(created, ErrorCode::kNetworkNotFound);
  const auto left = run(engine_->inspect_container(wanted.name));
  ASSERT_OK(left);
  EXPECT_FALSE(left.value());
}

TEST_P(EngineContract, MakesAndRemovesVolumes) {
  const auto volume = name("vol");
  const domain::VolumeSpec wanted{.name = volume, .options = {{"Labels", {{"a", "b"}}}}};
  ASSERT_OK(run(engine_->create_volume(wanted)));
  ASSERT_OK(run(engine_->create_volume(wanted)));  // exists already
  const auto details = run(engine_->inspect_volume(volume));
  ASSERT_OK(details);
  ASSERT_TRUE(details.value());
  EXPECT_EQ(details.value()->driver, "local");
  EXPECT_EQ(details.value()->labels.at("a"), "b");
  EXPECT_FALSE(details.value()->mountpoint.empty());
  const auto list = run(engine_->list_volumes());
  ASSERT_OK(list);
  EXPECT_TRUE(std::any_of(list.value().begin(), list.value().end(),
                          [&](const auto& row) { return row.name == volume; }));
  ASSERT_OK(run(engine_->remove_volume(volume)));
  ASSERT_OK(run(engine_->remove_volume(volume)));
  const auto gone = run(engine_->inspect_volume(volume));
  ASSERT_OK(gone);
  EXPECT_FALSE(gone.value());
}

TEST_P(EngineContract, KeepsAVolumeThatIsInUse) {
  const auto volume = name("busy-vol");
  auto wanted = spec(name("user"));
  wanted.host_config["Binds"] = {volume + ":/somewhere"};
  create(wanted);
  const auto mounts = inspect(wanted.name).mounts;
  ASSERT_EQ(mounts.size(), 1U);
  EXPECT_EQ(mounts[0].type, "volume");
  EXPECT_EQ(mounts[0].name, volume);
  EXPECT_EQ(mounts[0].destination, "/somewhere");
  EXPECT_TRUE(mounts[0].writable);
  EXPECT_ERROR(run(engine_->remove_volume(volume)), ErrorCode::kVolumeInUse);
  ASSERT_OK(run(engine_->remove_container(wanted.name, {})));
  ASSERT_OK(run(engine_->remove_volume(volume)));
}

}  // namespace
}  // namespace aistack::testing
