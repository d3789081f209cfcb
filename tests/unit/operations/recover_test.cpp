#include "operations/recover.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/install.hpp"
#include "operations/leftovers.hpp"
#include "operations/status.hpp"
#include "operations/update.hpp"
#include "world.hpp"

// What a command finds that was begun by another one, and what it does about it.
namespace aistack::operations {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using Outcome = UpdateReport::Outcome;

const std::filesystem::path kData = "/volumes/model_data";
constexpr std::uint64_t kOldData = 1000;
constexpr std::uint64_t kNewData = 2000;
constexpr auto kNewImage = "sha256:new";

// `model`, installed and green, with data that an update saves; the registry has a newer image.
class Begun {
 public:
  Begun() {
    world.files.at("model.yaml") += "  snapshot_before_update: true\n";
    world.read_catalog();
    world.settings.updates.stage = false;
    auto installed = world.run(install(world.context, {"model"}, {}));
    if (!installed || !installed.value().front().result)
      throw std::runtime_error("the service cannot be installed");
    world.host.trees[kData] = kOldData;
    old_image = world.engine.find("model")->details.image_id;
    publish({});
  }
  testing::World world;
  std::string old_image;
  bool moved_from_under_it = false;

  void publish(testing::Behaviour behaviour) {
    testing::FakeImage image{.behaviour = std::move(behaviour)};
    image.details.id = kNewImage;
    world.engine.registry["registry/model:1"] = std::move(image);
  }
  Result<UpdateReport> update() {
    return world.run(operations::update(world.context, "model", CheckOnly::no));
  }
  // From the `after`-th such call on nothing has an effect any more: as after a SIGKILL.
  void die_at(std::function<bool(const std::string& call)> last, int after = 0) {
    static const Error gone{ErrorCode::kIo, "killed"};
    dead_ = false;
    world.engine.before_call = [this, last, left = after](const std::string& call,
                                                          const std::string&) mutable {
      if (!dead_ && last(call)) dead_ = left-- == 0;
      return dead_ ? std::optional{gone} : std::nullopt;
    };
    world.state.before_write = [this](const std::string&) {
      return dead_ ? std::optional{gone} : std::nullopt;
    };
  }
  bool died() const { return dead_; }
  void next_command() {
    world.engine.before_call = nullptr;
    world.state.before_write = nullptr;
  }
  void watch_the_data() {
    world.host.before_change = [this](const std::string& call) {
      for (const auto& [id, container] : world.engine.containers)
        moved_from_under_it |=
            call == "rename" && container->details.state == ports::ContainerState::running;
      return std::optional<Error>{};
    };
  }
  void start() {
    const auto started = world.run(operations::start(world.context, {"model"}, {}));
    ASSERT_OK(started);
    ASSERT_OK(started.value().front().result);
  }
  void expect(const std::string& image, std::uint64_t data) {
    EXPECT_EQ(world.engine.containers.size(), 1U);
    auto* model = world.engine.find("model");
    ASSERT_NE(model, nullptr);
    EXPECT_EQ(model->details.image_id, image);
    EXPECT_EQ(model->details.state, ports::ContainerState::running);
    EXPECT_EQ(world.host.trees[kData], data);
  }
  std::string plan_status() {
    return world.state.documents.at("model_update_plan.json")["status"].get<std::string>();
  }
  // Every container with its state, to see whether anybody has touched one.
  std::vector<std::string> containers() {
    std::vector<std::string> seen;
    for (const auto& [id, container] : world.engine.containers)
      seen.push_back(id + " " + container->details.name + " " +
                     std::to_string(static_cast<int>(container->details.state)));
    return seen;
  }

 private:
  bool dead_ = false;
};

bool is_call(const std::string& call, std::initializer_list<const char*> names) {
  return std::find(names.begin(), names.end(), call) != names.end();
}

TEST(Recover, TakesTheNewContainerForWhatItIsWhenSomebodyRemovedTheOldOne) {
  Begun begun;
  begun.publish({.http_status = 500});
  auto& engine = begun.world.engine;
  engine.before_call = [&](const std::string&, const std::string&) {
    const auto* model = engine.find("model");
    const auto* old = engine.find("model.aistack-previous");
    const bool runs = model != nullptr && model->details.state == ports::ContainerState::running;
    if (runs && old != nullptr) {
      begun.world.host.trees[kData] = kNewData;
      engine.containers.erase(std::string{old->details.id});
    }
    return std::optional<Error>{};
  };
  begun.watch_the_data();
  const auto report = begun.update();
  ASSERT_OK(report);
  EXPECT_EQ(report.value().outcome, Outcome::not_rolled_back);
  EXPECT_THAT(report.value().error->state, HasSubstr("but the container is missing"));
  EXPECT_TRUE(engine.containers.empty());
  EXPECT_FALSE(begun.moved_from_under_it);
  begun.start();
  begun.expect(begun.old_image, kOldData);
}

TEST(Recover, StopsWhatWasStartedByHandBeforeItsDataAreMoved) {
  Begun begun;
  ASSERT_OK(begun.update());
  begun.world.host.trees[kData] = kNewData;
  begun.die_at([](const std::string& call) { return call == "rename"; });
  ASSERT_OK(begun.world.run(operations::rollback(begun.world.context, "model")));
  ASSERT_TRUE(begun.died());
  begun.next_command();
  ASSERT_OK(begun.world.run(begun.world.engine.start_container("model")));
  begun.watch_the_data();
  ASSERT_OK(begun.world.run(status(begun.world.context)));
  EXPECT_FALSE(begun.moved_from_under_it);
  begun.expect(kNewImage, kNewData);
}

TEST(Recover, AnOldContainerThatDoesNotStartKeepsNoCommandAway) {
  Begun begun;
  begun.die_at([](const std::string& call) { return call == "start"; });
  ASSERT_OK(begun.update());
  begun.next_command();
  begun.world.engine.fail_next("start", {ErrorCode::kNetworkNotFound, "network ed29 not found"});
  const auto report = begun.world.run(status(begun.world.context));
  ASSERT_OK(report);
  EXPECT_EQ(report.value().services.size(), 1U);
  EXPECT_EQ(begun.plan_status(), "rolled_back");
  EXPECT_THAT(begun.world.progress.lines,
              Contains("model: note an update or rollback was interrupted: the version before it "
                       "is back, but does not run: network ed29 not found"));
  begun.start();
  begun.expect(begun.old_image, kOldData);
}

TEST(Recover, IsRepeatedWhereTheEngineIsLostAtTheStart) {
  Begun begun;
  begun.die_at([](const std::string& call) { return call == "start"; });
  ASSERT_OK(begun.update());
  begun.next_command();
  begun.world.engine.fail_next("start", {ErrorCode::kEngineUnreachable, "gone"});
  EXPECT_ERROR(begun.world.run(status(begun.world.context)), ErrorCode::kEngineUnreachable);
  EXPECT_NE(begun.plan_status(), "rolled_back");
  ASSERT_OK(begun.world.run(status(begun.world.context)));
  EXPECT_EQ(begun.plan_status(), "rolled_back");
  begun.expect(begun.old_image, kOldData);
}

TEST(Recover, AFailureOfOneServiceDoesNotHideTheOthers) {
  Begun begun;
  ASSERT_OK(begun.world.run(install(begun.world.context, {"chat"}, {})));
  begun.die_at([](const std::string& call) { return call == "start"; });
  ASSERT_OK(begun.update());
  begun.next_command();
  begun.world.host.error = Error{ErrorCode::kDiskFull, "ENOSPC"};
  const auto report = begun.world.run(status(begun.world.context));
  ASSERT_OK(report);
  EXPECT_EQ(report.value().services.size(), 2U);
  EXPECT_THAT(report.value().notes, Contains(HasSubstr("ENOSPC")));
  EXPECT_NE(begun.plan_status(), "rolled_back");
}

TEST(Recover, DamagedDocumentsAreNotedAndHideNothing) {
  for (const auto* name : {"chat_update_plan.json", "chat_service.json", "ui_binding.json"}) {
    Begun begun;
    ASSERT_OK(begun.world.run(install(begun.world.context, {"chat"}, {})));
    begun.world.state.documents[name] = "damaged";
    const auto report = begun.world.run(status(begun.world.context));
    SCOPED_TRACE(name);
    ASSERT_OK(report);
    EXPECT_EQ(report.value().services.size(), 2U);
    EXPECT_THAT(report.value().notes, Contains(HasSubstr(name)));
  }
}

// Another user of the same engine: with a state directory and locks of his own.
class OtherUser {
 public:
  explicit OtherUser(testing::World& world)
      : locks_(world.io, world.clock),
        context{.engine = world.engine,
                .http = world.http,
                .clock = world.clock,
                .state = state_,
                .events = events_,
                .secrets = world.secrets,
                .locks = locks_,
                .host = world.host,
                .progress = progress_,
                .catalog = world.catalog,
                .paths = paths_,
                .settings = world.settings,
                .versions = world.versions,
                .volumes_root = "/home/bob/volumes",
                .new_operation_id = world.context.new_operation_id,
                .reload_catalog = world.context.reload_catalog} {
    paths_.state = "/home/bob/.local/state/aistack";
  }

 private:
  testing::InMemoryStateStore state_;
  testing::InMemoryEventLog events_;
  testing::FakeLocks locks_;
  testing::RecordedProgress progress_;
  domain::Paths paths_;

 public:
  Context context;
};

TEST(Recover, LeavesAloneWhatAnotherUserIsDoing) {
  int kills = 0;
  int refused = 0;
  for (;; ++kills) {
    Begun begun;
    begun.world.settings.updates.stage = true;
    const auto changes = [](const std::string& call) {
      return is_call(call, {"create", "start", "stop", "rename", "remove"});
    };
    begun.die_at(changes, kills);
    static_cast<void>(begun.update());
    if (!begun.died()) break;
    begun.next_command();
    SCOPED_TRACE("at change " + std::to_string(kills));
    // To him the update may be under way as well as dead.
    OtherUser bob{begun.world};
    const auto before = begun.containers();
    ASSERT_OK(begun.world.run(status(bob.context)));
    EXPECT_EQ(begun.containers(), before);
    const auto all = begun.world.run(begun.world.engine.list_containers({})).value();
    if (leaves_something(*begun.world.catalog.find("model").value(), all)) {
      const auto started = begun.world.run(start(bob.context, {"model"}, {}));
      EXPECT_ERROR(started, ErrorCode::kLocked);
      EXPECT_EQ(begun.containers(), before);
      ++refused;
    }
    ASSERT_OK(begun.world.run(status(begun.world.context)));
    begun.start();
    EXPECT_EQ(begun.world.engine.containers.size(), 1U);
  }
  // The trial, the new container, and the old one under another name.
  EXPECT_GT(refused, 6);
}

TEST(Recover, WhatDoesNotTellWhoseItIsStaysWhereTheServiceIsNotKnown) {
  for (const bool known : {true, false}) {
    Begun begun;
    auto spec = begun.world.engine.find("model")->spec;
    spec.name = "model.aistack-next";
    spec.config["Labels"].erase("io.aistack.state");
    ASSERT_OK(begun.world.run(begun.world.engine.create_container(spec)));
    if (!known) begun.world.state.documents.erase("model_service.json");
    ASSERT_OK(begun.world.run(status(begun.world.context)));
    EXPECT_EQ(begun.world.engine.find("model.aistack-next") == nullptr, known);
  }
}

}  // namespace
}  // namespace aistack::operations
