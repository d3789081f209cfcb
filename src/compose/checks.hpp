#pragma once

#include "compose/diagnostics.hpp"
#include "compose/path.hpp"

// Checks of single values whose type is right already; the schema's tables name them.
namespace aistack::compose {

void check_restart(const Node& node, const Path& path, Diagnostics& diagnostics);
void check_restart_condition(const Node& node, const Path& path, Diagnostics& diagnostics);
void check_container_name(const Node& node, const Path& path, Diagnostics& diagnostics);
void check_pull_policy(const Node& node, const Path& path, Diagnostics& diagnostics);
void check_cgroup(const Node& node, const Path& path, Diagnostics& diagnostics);
void check_condition(const Node& node, const Path& path, Diagnostics& diagnostics);
void check_recursive(const Node& node, const Path& path, Diagnostics& diagnostics);
void check_selinux(const Node& node, const Path& path, Diagnostics& diagnostics);
void check_mount_type(const Node& node, const Path& path, Diagnostics& diagnostics);
void check_update_order(const Node& node, const Path& path, Diagnostics& diagnostics);
void check_oom_score(const Node& node, const Path& path, Diagnostics& diagnostics);
void check_percent(const Node& node, const Path& path, Diagnostics& diagnostics);
void check_one_replica(const Node& node, const Path& path, Diagnostics& diagnostics);
void check_address(const Node& node, const Path& path, Diagnostics& diagnostics);
void check_addresses(const Node& node, const Path& path, Diagnostics& diagnostics);
void check_mac_address(const Node& node, const Path& path, Diagnostics& diagnostics);
void check_expose(const Node& node, const Path& path, Diagnostics& diagnostics);
void check_target_port(const Node& node, const Path& path, Diagnostics& diagnostics);
void check_published(const Node& node, const Path& path, Diagnostics& diagnostics);
void check_protocol(const Node& node, const Path& path, Diagnostics& diagnostics);
void check_mount_target(const Node& node, const Path& path, Diagnostics& diagnostics);
void check_devices(const Node& node, const Path& path, Diagnostics& diagnostics);
void check_image(const Node& node, const Path& path, Diagnostics& diagnostics);
void check_not_negative(const Node& node, const Path& path, Diagnostics& diagnostics);
void check_unique(const Node& node, const Path& path, Diagnostics& diagnostics);
void check_env_format(const Node& node, const Path& path, Diagnostics& diagnostics);
void check_subnet(const Node& node, const Path& path, Diagnostics& diagnostics);
void check_security_options(const Node& node, const Path& path, Diagnostics& diagnostics);

}  // namespace aistack::compose
