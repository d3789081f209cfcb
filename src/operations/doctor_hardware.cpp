#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "operations/doctor_checks.hpp"

// Facts about /sys and /proc: Documentation/ABI/testing/sysfs-class-net, sysfs-bus-pci,
// sysfs-devices-power, sysfs-class-rtc and Documentation/power in the Linux kernel's sources; the
// NVIDIA driver's /proc/driver/nvidia from its README.
namespace aistack::operations {
namespace {

namespace fs = std::filesystem;
using std::chrono::sys_days;

const fs::path kNet = "/sys/class/net";
const fs::path kPci = "/sys/bus/pci/devices";
constexpr Time kFirstVersion = sys_days{std::chrono::year{2026} / 11 / 1};
constexpr Time kFarFuture = sys_days{std::chrono::year{2100} / 1 / 1};

std::string text_of(ports::Host& host, const fs::path& path) {
  const auto text = host.read_text(path);
  return text && text.value() ? std::string{trim(*text.value())} : "";
}

std::vector<std::string> names_in(ports::Host& host, const fs::path& directory) {
  const auto names = host.list_directory(directory);
  return names ? names.value() : std::vector<std::string>{};
}

bool has_driver_library(ports::Host& host) {
  for (const auto* directory :
       {"/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib",
        "/usr/lib/x86_64-linux-gnu/nvidia/current", "/usr/lib/wsl/lib", "/usr/local/lib"})
    if (host.exists(fs::path{directory} / "libnvidia-ml.so.1")) return true;
  return false;
}

struct Interface {
  std::string name;
  bool up = false;
  std::string wakeup;  // "enabled", "disabled", "" where the device cannot wake
};

// Wired ones of real hardware: a device behind it, Ethernet, no radio.
std::vector<Interface> wired(ports::Host& host) {
  std::vector<Interface> found;
  for (const auto& name : names_in(host, kNet)) {
    const auto path = kNet / name;
    if (!host.exists(path / "device") || host.exists(path / "wireless") ||
        host.exists(path / "phy80211") || text_of(host, path / "type") != "1")
      continue;
    found.push_back({name, text_of(host, path / "operstate") == "up",
                     text_of(host, path / "device/power/wakeup")});
  }
  return found;
}

Check interface_check(ports::Host& host, const WakeWishes& wishes) {
  constexpr auto kName = "wake over network";
  const auto all = wired(host);
  if (!wishes.interface.empty()) {
    if (!host.exists(kNet / wishes.interface))
      return failed(
          kName,
          fmt::format("wol.interface is {}, and there is no such interface", wishes.interface),
          {"correct wol.interface, or take it out: the first wired one is used then"});
  } else if (all.empty()) {
    return skipped(kName, "no wired network interface");
  }
  const auto chosen = std::find_if(all.begin(), all.end(), [&](const Interface& each) {
    return wishes.interface.empty() ? each.up : each.name == wishes.interface;
  });
  if (chosen == all.end())
    return warned(kName,
                  wishes.interface.empty()
                      ? "no wired interface is up"
                      : wishes.interface + " is not a wired interface of real hardware",
                  {"connect a cable"});
  if (!chosen->up) return warned(kName, chosen->name + " is down", {"connect a cable"});
  if (chosen->wakeup.empty())
    return warned(kName, chosen->name + ": its device cannot wake the machine",
                  {"look for Wake-on-LAN in the firmware's setup, or use another interface"});
  if (chosen->wakeup != "enabled")
    return warned(kName, chosen->name + " is up, and may not wake the machine",
                  {fmt::format("echo enabled | sudo tee {}",
                               (kNet / chosen->name / "device/power/wakeup").string())});
  return passed(kName, chosen->name + " is up and may wake the machine");
}

Check suspend_check(ports::Host& host, bool wanted) {
  constexpr auto kName = "suspend";
  const auto states = split(text_of(host, "/sys/power/state"), ' ');
  if (std::find(states.begin(), states.end(), "mem") != states.end())
    return passed(kName, "the kernel can suspend to memory");
  const std::string why = "the kernel cannot suspend this machine to memory";
  return wanted ? failed(kName, why + ", and idle.enable_suspend is set",
                         {"set idle.enable_suspend to false"})
                : skipped(kName, why);
}

Check alarm_check(ports::Host& host) {
  constexpr auto kName = "wake by clock";
  if (host.exists("/sys/class/rtc/rtc0/wakealarm"))
    return passed(kName, "rtc0 can wake the machine");
  return skipped(kName, "no real-time clock with an alarm");
}

}  // namespace

bool has_nvidia_gpu(ports::Host& host) {
  if (host.exists("/proc/driver/nvidia/version")) return true;
  const auto devices = names_in(host, kPci);
  return std::any_of(devices.begin(), devices.end(), [&](const std::string& device) {
    return text_of(host, kPci / device / "vendor") == "0x10de" &&
           text_of(host, kPci / device / "class").starts_with("0x03");  // a display controller
  });
}

Checks gpu_checks(ports::Host& host) {
  constexpr auto kName = "GPU driver";
  const std::vector<std::string> install{"sudo apt-get install -y nvidia-driver",
                                         "or, on Ubuntu: sudo ubuntu-drivers autoinstall"};
  if (!has_nvidia_gpu(host)) return {skipped(kName, "no NVIDIA GPU in this machine")};
  if (!host.exists("/proc/driver/nvidia/version"))
    return {failed(kName, "an NVIDIA GPU, and its driver is not loaded", install)};
  if (!host.exists("/dev/nvidiactl"))
    return {failed(kName, "the driver is loaded, and /dev/nvidiactl is missing",
                   {"sudo nvidia-modprobe -u -c=0", "or: nvidia-smi"})};
  if (!has_driver_library(host))
    return {failed(kName, "the driver is loaded, and libnvidia-ml.so.1 is missing", install)};
  const auto version = split(text_of(host, "/proc/driver/nvidia/version"), '\n').front();
  return {passed(kName, printable(version, 100))};
}

Checks clock_checks(ports::Host& host, Time now) {
  constexpr auto kName = "clock";
  const std::vector<std::string> fix{"sudo timedatectl set-ntp true"};
  if (now < kFirstVersion)
    return {failed(kName, to_iso8601(now) + " is before aistack was written", fix)};
  if (now > kFarFuture) return {failed(kName, to_iso8601(now) + " is far in the future", fix)};
  const auto kernel = host.clock_synchronised();
  if (host.exists("/run/systemd/timesync/synchronized") || kernel.value_or(false))
    return {passed(kName, to_iso8601(now) + ", kept right over the network")};
  return {warned(kName, to_iso8601(now) + ", and nothing keeps it right", fix)};
}

Checks wake_checks(ports::Host& host, const WakeWishes& wishes) {
  return {suspend_check(host, wishes.suspend), interface_check(host, wishes), alarm_check(host)};
}

}  // namespace aistack::operations
