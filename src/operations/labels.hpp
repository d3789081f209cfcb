#pragma once

#include <map>
#include <string>
#include <vector>

#include "compose/project.hpp"
#include "ports/container_engine.hpp"

// The labels that aistack puts on a container beside those of Docker Compose, and what it reads
// from both.
namespace aistack::operations {

inline constexpr auto kComposeProject = "com.docker.compose.project";
inline constexpr auto kComposeService = "com.docker.compose.service";
inline constexpr auto kComposeHash = "com.docker.compose.config-hash";
inline constexpr auto kComposeOneOff = "com.docker.compose.oneoff";
// The files that a container of Docker Compose was made from, with commas between.
inline constexpr auto kComposeFiles = "com.docker.compose.project.config_files";
inline constexpr auto kServiceLabel = "io.aistack.service";
// A digest of each key of the canonical model, so that a later aistack can name what drifted.
inline constexpr auto kKeysLabel = "io.aistack.keys";
// On the container of an update's trial.
inline constexpr auto kStageLabel = "io.aistack.stage";
// Present with "dropped" when the file asks for a GPU and the engine had none.
inline constexpr auto kGpuLabel = "io.aistack.gpu";

// The reference that the file named when the container was made.
inline constexpr auto kImageLabel = "io.aistack.image";
// After a rollback: that of the version which is back, as the file names a newer one.
inline constexpr auto kRunsLabel = "io.aistack.runs";
// The network that all services of the stack share. Each is a project of its own to Docker Compose,
// so their files declare it external; it is made by the first install and goes with the last
// service.
inline constexpr auto kStackNetwork = "aistack-net";
inline constexpr auto kNetworkLabel = "io.aistack.network";
// On the volumes that aistack made, with the service: what tells `purge --all` whose they are.
inline constexpr auto kVolumeLabel = "io.aistack.volume";

using Labels = std::map<std::string, std::string>;
// "" where there is none.
std::string value_of(const Labels& labels, const char* key);

// What ours says about one container.
Labels own_labels(const std::string& service, const compose::ComposeService& compose_service,
                  const std::string& image, bool gpu_dropped);

// The reference to show for what a container runs: the engine itself knows but an id where a tag
// has moved or the container was made by one.
std::string shown_image(const ports::ContainerSummary& container);

// Is this container the one that `service` of `project` describes, whoever made it?
bool belongs_to(const Labels& labels, const compose::Project& project,
                const compose::ComposeService& service);

// The keys ("ports", "environment.OLLAMA_HOST") in which the file differs from what the container
// was made from; empty when it does not. A container of another tool differs in "configuration",
// since it does not say in what.
struct Expected {
  std::string config_hash;
  std::string image;          // the reference that it is to run
  std::string running_image;  // the one that the engine shows
  bool gpu_dropped = false;
};
std::vector<std::string> drifted_keys(const Labels& labels, const compose::ComposeService& service,
                                      const Expected& expected);

}  // namespace aistack::operations
