#include "operations/advice.hpp"

#include <string_view>

namespace aistack::operations {
namespace {

// Low layers name the endpoint in `why`, so that it tells which engine is meant and where.
std::vector<std::string> advice(ErrorCode code, const std::string& why) {
  const bool unix_socket = why.find("unix://") != std::string::npos;
  const bool podman = why.find("podman") != std::string::npos;
  switch (code) {
    case ErrorCode::kEngineUnreachable:
      if (!unix_socket) return {"check DOCKER_HOST and engine.socket: nobody listens there"};
      if (podman) return {"sudo systemctl enable --now podman.socket"};
      return {"sudo systemctl enable --now docker",
              "or set engine.socket in /etc/aistack/config.yaml, if the engine is elsewhere"};
    case ErrorCode::kEngineDenied:
      return {"sudo usermod -aG docker $USER   (then log out and in again)",
              "or run the command with sudo"};
    case ErrorCode::kEngineTooOld:
      return {"update the container engine (Docker 20.10 or newer)"};
    case ErrorCode::kEngineTimeout:
      if (!unix_socket) return {"check that a container engine is what listens there"};
      return {podman ? "sudo systemctl restart podman" : "sudo systemctl restart docker"};
    case ErrorCode::kEngineProtocol:
      return {
          "check that DOCKER_HOST or engine.socket names a container engine, and look into "
          "the engine's log"};
    case ErrorCode::kDiskFull:
      return {"df -h   (make space on that disk)", "then repeat the command"};
    default:
      return {};
  }
}

std::string summary(ErrorCode code) {
  switch (code) {
    case ErrorCode::kEngineUnreachable:
      return "the container engine cannot be reached";
    case ErrorCode::kEngineDenied:
      return "the container engine may not be used by this user";
    case ErrorCode::kEngineTooOld:
      return "the container engine is too old";
    case ErrorCode::kEngineTimeout:
      return "the container engine does not answer";
    case ErrorCode::kEngineProtocol:
      return "the container engine's answer makes no sense";
    default:
      return "";
  }
}

}  // namespace

Error with_advice(Error error) {
  if (error.next.empty()) error.next = advice(error.code, error.why);
  if (error.what.empty()) error.what = summary(error.code);
  return error;
}

}  // namespace aistack::operations
