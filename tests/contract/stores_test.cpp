#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>

#include "adapters/posix/event_log.hpp"
#include "adapters/posix/secret_store.hpp"
#include "adapters/posix/state_store.hpp"
#include "support/check.hpp"
#include "support/memory_stores.hpp"
#include "support/temporary_directory.hpp"

// The contracts of StateStore, EventLog and SecretStore, held against the fakes and the real ones.
namespace aistack::testing {
namespace {

namespace posix = adapters::posix;

class Stores : public ::testing::TestWithParam<const char*> {
 protected:
  Stores() {
    const bool fake = std::string_view(GetParam()) == "fake";
    if (fake) {
      state_ = std::make_unique<InMemoryStateStore>();
      events_ = std::make_unique<InMemoryEventLog>();
      secrets_ = std::make_unique<FakeSecretStore>();
      return;
    }
    state_ = posix::make_state_store(root_ / "state");
    events_ = posix::make_event_log(root_ / "log" / "events.log");
    secrets_ = posix::make_secret_store(root_ / "secrets");
  }

  const TemporaryDirectory temporary_;
  const std::filesystem::path root_ = temporary_ / "root";
  std::unique_ptr<ports::StateStore> state_;
  std::unique_ptr<ports::EventLog> events_;
  std::unique_ptr<ports::SecretStore> secrets_;
};

INSTANTIATE_TEST_SUITE_P(Of, Stores, ::testing::Values("fake", "posix"),
                         [](const auto& subject) { return subject.param; });

TEST_P(Stores, KeepADocumentUntilItIsRemoved) {
  const auto before = state_->read("a.json");
  ASSERT_OK(before);
  EXPECT_FALSE(before.value());
  const nlohmann::json document = {{"service", "ollama"}, {"n", 1}};
  ASSERT_OK(state_->write("a.json", document));
  const nlohmann::json second = {{"service", "ollama"}, {"n", 2}};
  ASSERT_OK(state_->write("a.json", second));
  const auto read = state_->read("a.json");
  ASSERT_OK(read);
  ASSERT_TRUE(read.value());
  EXPECT_EQ((*read.value())["n"], 2);
  EXPECT_EQ((*read.value())["schema"], 1);
  ASSERT_OK(state_->remove("a.json"));
  ASSERT_OK(state_->remove("a.json"));
  const auto after = state_->read("a.json");
  ASSERT_OK(after);
  EXPECT_FALSE(after.value());
}

TEST_P(Stores, ListDocumentsInOrder) {
  const auto none = state_->list();
  ASSERT_OK(none);
  EXPECT_TRUE(none.value().empty());
  for (const auto* name : {"b.json", "a.json", "c.json"}) {
    const nlohmann::json document = nlohmann::json::object();
    ASSERT_OK(state_->write(name, document));
  }
  const auto names = state_->list();
  ASSERT_OK(names);
  EXPECT_EQ(names.value(), (std::vector<std::string>{"a.json", "b.json", "c.json"}));
}

TEST_P(Stores, RefuseNamesThatAreNoFileNames) {
  const nlohmann::json document = nlohmann::json::object();
  for (const std::string name : {"../x.json", "a/b.json", ".hidden.json"}) {
    EXPECT_ERROR(state_->write(name, document), ErrorCode::kInternal);
    EXPECT_ERROR(state_->read(name), ErrorCode::kInternal);
  }
}

TEST_P(Stores, GiveTheLastEventsOfAService) {
  const auto time = [](int n) { return Time(std::chrono::seconds(1'700'000'000 + n)); };
  const auto none = events_->tail("ollama", 5, std::nullopt);
  ASSERT_OK(none);
  EXPECT_TRUE(none.value().empty());
  for (int n = 0; n < 10; ++n) {
    ports::Event event{.time = time(n),
                       .name = "service.tick",
                       .service = n % 2 == 0 ? "ollama" : "other",
                       .operation = "op",
                       .fields = {{"n", n}}};
    ASSERT_OK(events_->append(event));
  }
  const auto numbers = [&](std::size_t count, std::optional<Time> since) {
    std::vector<int> list;
    const auto tail = events_->tail("ollama", count, since);
    EXPECT_TRUE(tail);
    for (const auto& event : tail.value()) {
      EXPECT_EQ(event.name, "service.tick");
      EXPECT_EQ(event.service, "ollama");
      list.push_back(event.fields["n"]);
    }
    return list;
  };
  EXPECT_EQ(numbers(3, std::nullopt), (std::vector<int>{4, 6, 8}));
  EXPECT_EQ(numbers(100, time(5)), (std::vector<int>{6, 8}));
}

TEST_P(Stores, GenerateASecretOnce) {
  const std::vector<domain::SecretSpec> one{{.variable = "KEY", .bytes = 32}};
  const std::vector<domain::SecretSpec> two{{.variable = "KEY", .bytes = 32},
                                            {.variable = "SALT", .bytes = 16}};
  const auto ensure = [&](const std::vector<domain::SecretSpec>& wanted) {
    const auto made = secrets_->ensure("webui", wanted);
    EXPECT_TRUE(made) << made.error().why;
    return made && made.value();
  };
  EXPECT_TRUE(ensure(one));
  EXPECT_FALSE(ensure(one));
  EXPECT_TRUE(ensure(two));
  EXPECT_FALSE(ensure(two));
  ASSERT_OK(secrets_->remove("webui"));
  ASSERT_OK(secrets_->remove("webui"));
  EXPECT_TRUE(ensure(one));
  EXPECT_TRUE(secrets_->env_file("webui").is_absolute());
  EXPECT_EQ(secrets_->env_file("webui").filename(), "webui.env");
}

}  // namespace
}  // namespace aistack::testing
