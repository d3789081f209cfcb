#pragma once

#include <optional>
#include <string>
#include <string_view>

// Checks of text values in config.yaml: absent when the text is fine, else what is wrong with it,
// as the rest of "KEY: …".
namespace aistack::domain {

std::optional<std::string> check_absolute_path(std::string_view text);
// A path, "unix:///PATH" or "tcp://HOST:PORT".
std::optional<std::string> check_socket(std::string_view text);
// A name that is safe as a file name and on a command line.
std::optional<std::string> check_name(std::string_view text);
std::optional<std::string> check_interface(std::string_view text);
std::optional<std::string> check_mac(std::string_view text);
// "Mon-Fri 08:00-20:00", "Sat,Sun 10:00-12:00", "08:00-20:00" (every day); an end before its
// start is on the next day.
std::optional<std::string> check_awake(std::string_view text);
// "03:00" (every day), "Sun 03:00", "Mon-Fri 03:00".
std::optional<std::string> check_schedule(std::string_view text);
// A program's name as /proc/PID/comm has it: at most 15 bytes, no slash.
std::optional<std::string> check_process(std::string_view text);

}  // namespace aistack::domain
