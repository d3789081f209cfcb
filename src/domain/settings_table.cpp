#include "domain/settings_table.hpp"

#include <fmt/format.h>

#include <array>

#include "domain/settings_checks.hpp"

namespace aistack::domain {
namespace {

constexpr double kDay = 86400;
constexpr double kWeek = 7 * kDay;
constexpr double kHourMs = 3'600'000;
// 2^53: up to here a double is exact, so that one type can hold every limit.
constexpr double kLargest = 9'007'199'254'740'992;

constexpr std::array<std::string_view, 3> kRuntimes{"auto", "docker", "podman"};
constexpr std::array<std::string_view, 2> kExposures{"local", "lan"};
constexpr std::array<std::string_view, 2> kUpdateModes{"rolling", "pinned"};
constexpr std::array<std::string_view, 4> kLogLevels{"debug", "info", "warn", "error"};
constexpr std::array<std::string_view, 2> kLogFormats{"json", "text"};

// Gives the function that finds a member: AISTACK_FIELD(idle.window).
#define AISTACK_FIELD(member) [](Settings& settings) -> SettingField { return &settings.member; }

constexpr auto kTable = std::to_array<SettingKey>({
    {.key = "container_runtime",
     .field = AISTACK_FIELD(container_runtime),
     .doc = "Which container engine to talk to; auto takes the first whose socket is there."},
    {.key = "engine.socket",
     .field = AISTACK_FIELD(engine.socket),
     .check = check_socket,
     .doc = "The engine's socket, if it is not in one of the usual places."},
    {.key = "profile",
     .field = AISTACK_FIELD(profile),
     .check = check_name,
     .doc = "What \"aistack install\" installs when nothing is named."},
    {.key = "gpu_lock",
     .field = AISTACK_FIELD(gpu_lock),
     .doc = "Let one service or job at a time have the GPU."},
    {.key = "volumes.root",
     .field = AISTACK_FIELD(volumes.root),
     .check = check_absolute_path,
     .doc = "Where new volumes lie; the state directory's \"volumes\" if it is not set."},
    {.key = "network.expose",
     .field = AISTACK_FIELD(network.expose),
     .doc = "Who may reach backends that have no login: this machine, or the local network."},
    {.key = "health.slow_ms",
     .field = AISTACK_FIELD(health.slow),
     .least = 1,
     .most = kHourMs,
     .doc = "A service that takes longer than this to answer is yellow."},
    {.key = "health.timeout_ms",
     .field = AISTACK_FIELD(health.timeout),
     .least = 10,
     .most = kHourMs,
     .doc = "How long a health probe waits for an answer."},
    {.key = "idle.cpu_idle_threshold",
     .field = AISTACK_FIELD(idle.cpu_idle_threshold),
     .least = 0,
     .most = 100,
     .unit = "percent",
     .doc = "The CPU counts as idle below this."},
    {.key = "idle.gpu_idle_threshold",
     .field = AISTACK_FIELD(idle.gpu_idle_threshold),
     .least = 0,
     .most = 100,
     .unit = "percent",
     .doc = "The GPU counts as idle below this."},
    {.key = "idle.window_seconds",
     .field = AISTACK_FIELD(idle.window),
     .least = 10,
     .most = kDay,
     .doc = "The sliding window over which CPU and GPU are averaged."},
    {.key = "idle.idle_timeout_seconds",
     .field = AISTACK_FIELD(idle.idle_timeout),
     .least = 60,
     .most = kWeek,
     .doc = "Suspend after the machine has been idle for this long."},
    {.key = "idle.min_samples",
     .field = AISTACK_FIELD(idle.min_samples),
     .least = 1,
     .most = 8640,
     .unit = "samples",
     .doc = "Samples that the window must hold before the machine can count as idle."},
    {.key = "idle.enable_suspend",
     .field = AISTACK_FIELD(idle.enable_suspend),
     .doc = "Suspend at all."},
    {.key = "idle.require_wake_path",
     .field = AISTACK_FIELD(idle.require_wake_path),
     .doc = "Never suspend unless Wake-on-LAN or an alarm can wake the machine again."},
    {.key = "idle.awake",
     .field = AISTACK_FIELD(idle.awake),
     .check = check_awake,
     .doc = "Hours in which the machine stays awake, such as \"Mon-Fri 08:00-20:00\"."},
    {.key = "idle.net_idle_kib_s",
     .field = AISTACK_FIELD(idle.net_idle_kib_s),
     .least = 0,
     .most = 1e9,
     .unit = "KiB/s",
     .doc = "More network traffic than this keeps the machine awake; 0 turns the check off."},
    {.key = "idle.keep_awake_processes",
     .field = AISTACK_FIELD(idle.keep_awake_processes),
     .check = check_process,
     .doc = "Programs that keep the machine awake while they run."},
    {.key = "power_estimation.baseline_watts",
     .field = AISTACK_FIELD(power_estimation.baseline_watts),
     .least = 0,
     .most = 100'000,
     .unit = "watts",
     .doc = "What the machine draws besides CPU and GPU, for the estimate of the total."},
    {.key = "wol.interface",
     .field = AISTACK_FIELD(wol.interface),
     .check = check_interface,
     .doc = "The network interface that wakes this machine; found by itself if it is not set."},
    {.key = "wol.mac",
     .field = AISTACK_FIELD(wol.mac),
     .check = check_mac,
     .doc = "Its MAC address, where the one that the interface shows is not the one to wake."},
    {.key = "logging.level",
     .field = AISTACK_FIELD(logging.level),
     .doc = "The least serious messages that aistack.log gets."},
    {.key = "logging.format",
     .field = AISTACK_FIELD(logging.format),
     .doc = "How aistack.log is written."},
    {.key = "models.keep_cache_on_uninstall",
     .field = AISTACK_FIELD(models.keep_cache_on_uninstall),
     .doc = "Keep downloaded models when a service is removed with its data."},
    {.key = "models.warn_percent",
     .field = AISTACK_FIELD(models.warn_percent),
     .least = 1,
     .most = 100,
     .unit = "percent",
     .doc = "Warn when the disk that holds the models is fuller than this."},
    {.key = "updates.mode",
     .field = AISTACK_FIELD(updates.mode),
     .doc = "pinned refuses updates; images then change only through versions.lock."},
    {.key = "updates.stage",
     .field = AISTACK_FIELD(updates.stage),
     .doc = "Try a new image on scratch storage before the running service is touched."},
    {.key = "updates.soak_seconds",
     .field = AISTACK_FIELD(updates.soak),
     .least = 0,
     .most = 3600,
     .doc = "How long an updated service must run without a restart before it is kept."},
    {.key = "updates.keep_images",
     .field = AISTACK_FIELD(updates.keep_images),
     .least = 1,
     .most = 100,
     .unit = "images",
     .doc = "How many images from before its updates are kept of each container; a rollback needs "
            "the last one."},
    {.key = "backup.directory",
     .field = AISTACK_FIELD(backup.directory),
     .check = check_absolute_path,
     .doc = "Where backups go; the state directory's \"backups\" if it is not set."},
    {.key = "backup.keep",
     .field = AISTACK_FIELD(backup.keep),
     .least = 0,
     .most = 10'000,
     .unit = "backups",
     .doc = "How many scheduled backups of each service are kept; 0 keeps all."},
    {.key = "backup.schedule",
     .field = AISTACK_FIELD(backup.schedule),
     .check = check_schedule,
     .doc = "When the agent makes backups, such as \"Sun 03:00\"; never if it is not set."},
    {.key = "agent.auto_repair",
     .field = AISTACK_FIELD(agent.auto_repair),
     .doc = "Let the agent repair services that stay red."},
    {.key = "agent.repair_limit",
     .field = AISTACK_FIELD(agent.repair_limit),
     .least = 0,
     .most = 60,
     .unit = "repairs an hour",
     .doc = "How often the agent may repair one service before it leaves it alone."},
    {.key = "agent.sample_seconds",
     .field = AISTACK_FIELD(agent.sample),
     .least = 1,
     .most = 3600,
     .doc = "How often the agent measures CPU, GPU, watts and network."},
});

#undef AISTACK_FIELD

constexpr bool limits_are_exact() {
  for (const auto& key : kTable)
    if (key.most > kLargest || key.least > key.most) return false;
  return true;
}
static_assert(limits_are_exact());

}  // namespace

std::span<const SettingKey> setting_table() {
  return kTable;
}

std::string_view unit_of(const SettingKey& key, const SettingField& field) {
  if (std::holds_alternative<std::chrono::seconds*>(field)) return "seconds";
  if (std::holds_alternative<std::chrono::milliseconds*>(field)) return "milliseconds";
  return key.unit;
}

std::string range_of(const SettingKey& key, const SettingField& field) {
  if (key.most == 0) return {};
  auto text = fmt::format("{} to {}", key.least, key.most);
  const auto unit = unit_of(key, field);
  return unit.empty() ? text : fmt::format("{} {}", text, unit);
}

std::span<const std::string_view> names_of(ContainerRuntime) {
  return kRuntimes;
}
std::span<const std::string_view> names_of(Expose) {
  return kExposures;
}
std::span<const std::string_view> names_of(UpdateMode) {
  return kUpdateModes;
}
std::span<const std::string_view> names_of(LogLevel) {
  return kLogLevels;
}
std::span<const std::string_view> names_of(LogFormat) {
  return kLogFormats;
}

}  // namespace aistack::domain
