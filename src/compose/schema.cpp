#include "compose/schema.hpp"

#include <array>

#include "compose/checks.hpp"

namespace aistack::compose {

namespace {

using enum Type;

constexpr std::string_view kHookAdvice =
    "put the command into the image's entrypoint, or into a service of its own";

constexpr auto kRateFields = std::to_array<Field>({
    {.key = "path", .zero = Zero::keep, .written = "Path"},
    {.key = "rate", .type = size, .zero = Zero::keep, .written = "Rate"},
});
constexpr std::array<std::string_view, 2> kRateRequired{"path", "rate"};
constexpr Object kRate{"a mapping of path and rate", kRateFields, kRateRequired, false};

constexpr auto kWeightFields = std::to_array<Field>({
    {.key = "path", .zero = Zero::keep, .written = "Path"},
    {.key = "weight", .type = integer, .zero = Zero::keep, .written = "Weight"},
});
constexpr std::array<std::string_view, 2> kWeightRequired{"path", "weight"};
constexpr Object kWeight{"a mapping of path and weight", kWeightFields, kWeightRequired, false};

constexpr auto kBlkioFields = std::to_array<Field>({
    {.key = "weight", .type = integer},
    {.key = "weight_device", .type = objects, .object = &kWeight},
    {.key = "device_read_bps", .type = objects, .object = &kRate},
    {.key = "device_read_iops", .type = objects, .object = &kRate},
    {.key = "device_write_bps", .type = objects, .object = &kRate},
    {.key = "device_write_iops", .type = objects, .object = &kRate},
});
constexpr Object kBlkio{"a mapping", kBlkioFields, {}, false};

constexpr std::array<std::string_view, 1> kSourceRequired{"source"};
constexpr auto kReferenceFields = std::to_array<Field>({
    {.key = "source"},
    {.key = "target"},
    {.key = "uid"},
    {.key = "gid"},
    {.key = "mode", .type = file_mode},
});
constexpr Object kReference{"a name, or a mapping with \"source\"", kReferenceFields,
                            kSourceRequired};

constexpr std::array<std::string_view, 1> kConditionRequired{"condition"};
constexpr auto kDependencyFields = std::to_array<Field>({
    {.key = "condition", .check = check_condition},
    {.key = "restart", .type = flag},
    {.key = "required", .type = flag, .zero = Zero::keep},
});
constexpr Object kDependency{"a mapping with \"condition\"", kDependencyFields, kConditionRequired};

constexpr auto kUpdateFields = std::to_array<Field>({
    {.key = "parallelism", .type = integer, .zero = Zero::keep},
    {.key = "delay", .type = duration},
    {.key = "failure_action"},
    {.key = "monitor", .type = duration},
    {.key = "max_failure_ratio", .type = decimal},
    {.key = "order", .check = check_update_order},
});
constexpr Object kUpdate{"a mapping", kUpdateFields};

constexpr auto kDeviceRequestFields = std::to_array<Field>({
    {.key = "capabilities", .type = texts, .check = check_unique},
    {.key = "driver"},
    {.key = "count", .type = device_count},
    {.key = "device_ids", .type = texts, .check = check_unique},
    {.key = "options", .type = mapping},
});
constexpr std::array<std::string_view, 1> kCapabilitiesRequired{"capabilities"};
constexpr Object kReservedDevice{"a mapping with \"capabilities\"", kDeviceRequestFields,
                                 kCapabilitiesRequired};
constexpr Object kGpu{"a mapping", kDeviceRequestFields};

constexpr auto kDiscreteFields = std::to_array<Field>({
    {.key = "kind", .zero = Zero::keep},
    {.key = "value", .type = integer, .zero = Zero::keep},
});
constexpr Object kDiscrete{"a mapping", kDiscreteFields};
constexpr auto kGenericFields = std::to_array<Field>({
    {.key = "discrete_resource_spec", .type = object, .object = &kDiscrete},
});
constexpr Object kGeneric{"a mapping", kGenericFields};

constexpr auto kLimitFields = std::to_array<Field>({
    {.key = "cpus", .type = decimal},
    {.key = "memory", .type = size_text},
    {.key = "pids", .type = integer},
});
constexpr Object kLimits{"a mapping", kLimitFields};
constexpr auto kReservationFields = std::to_array<Field>({
    {.key = "cpus", .type = decimal},
    {.key = "memory", .type = size_text},
    {.key = "devices", .type = objects, .object = &kReservedDevice, .check = check_devices},
    {.key = "generic_resources", .type = objects, .object = &kGeneric},
});
constexpr Object kReservations{"a mapping", kReservationFields};
constexpr auto kResourceFields = std::to_array<Field>({
    {.key = "limits", .type = object, .object = &kLimits},
    {.key = "reservations", .type = object, .object = &kReservations},
});
constexpr Object kResources{"a mapping", kResourceFields};

constexpr auto kRestartPolicyFields = std::to_array<Field>({
    {.key = "condition", .check = check_restart_condition},
    {.key = "delay", .type = duration, .zero = Zero::keep},
    {.key = "max_attempts", .type = integer, .zero = Zero::keep, .check = check_not_negative},
    {.key = "window", .type = duration, .zero = Zero::keep},
});
constexpr Object kRestartPolicy{"a mapping", kRestartPolicyFields};

constexpr auto kPreferenceFields = std::to_array<Field>({{.key = "spread"}});
constexpr Object kPreference{"a mapping", kPreferenceFields};
constexpr auto kPlacementFields = std::to_array<Field>({
    {.key = "constraints", .type = texts},
    {.key = "preferences", .type = objects, .object = &kPreference},
    {.key = "max_replicas_per_node", .type = integer},
});
constexpr Object kPlacement{"a mapping", kPlacementFields};

constexpr auto kDeployFields = std::to_array<Field>({
    {.key = "mode"},
    {.key = "replicas", .type = integer, .zero = Zero::keep, .check = check_one_replica},
    {.key = "labels", .type = mapping},
    {.key = "update_config", .type = object, .object = &kUpdate},
    {.key = "rollback_config", .type = object, .object = &kUpdate},
    {.key = "resources", .type = object, .zero = Zero::always, .object = &kResources},
    {.key = "restart_policy", .type = object, .object = &kRestartPolicy},
    {.key = "placement", .type = object, .zero = Zero::always, .object = &kPlacement},
    {.key = "endpoint_mode"},
});
constexpr Object kDeploy{"a mapping", kDeployFields};

constexpr std::array<std::string_view, 2> kDeviceRequired{"source", "target"};
constexpr auto kDeviceFields = std::to_array<Field>({
    {.key = "source"},
    {.key = "target"},
    {.key = "permissions"},
});
constexpr Object kDevice{"a device like \"/dev/dri:/dev/dri\"", kDeviceFields, kDeviceRequired};

constexpr auto kHealthFields = std::to_array<Field>({
    {.key = "test", .type = health_test},
    {.key = "timeout", .type = duration, .zero = Zero::keep},
    {.key = "interval", .type = duration, .zero = Zero::keep},
    {.key = "retries", .type = integer, .zero = Zero::keep, .check = check_not_negative},
    {.key = "start_period", .type = duration, .zero = Zero::keep},
    {.key = "start_interval", .type = duration, .zero = Zero::keep},
    {.key = "disable", .type = flag},
});
constexpr Object kHealth{"a mapping", kHealthFields};

constexpr auto kLoggingFields = std::to_array<Field>({
    {.key = "driver"},
    {.key = "options", .type = options},
});
constexpr Object kLogging{"a mapping", kLoggingFields};

constexpr auto kAttachmentFields = std::to_array<Field>({
    {.key = "aliases", .type = texts},
    {.key = "driver_opts", .type = options},
    {.key = "gw_priority", .type = strict_integer},
    {.key = "interface_name"},
    {.key = "ipv4_address", .check = check_address},
    {.key = "ipv6_address", .check = check_address},
    {.key = "link_local_ips", .type = texts, .check = check_addresses},
    {.key = "mac_address", .check = check_mac_address},
    {.key = "priority", .type = strict_integer},
});
constexpr Object kAttachment{"a mapping", kAttachmentFields};

constexpr std::array<std::string_view, 1> kTargetRequired{"target"};
constexpr auto kPortFields = std::to_array<Field>({
    {.key = "name"},
    {.key = "mode"},
    {.key = "host_ip", .check = check_address},
    {.key = "target", .type = integer, .check = check_target_port},
    {.key = "published", .type = text_or_integer, .check = check_published},
    {.key = "protocol", .check = check_protocol},
    {.key = "app_protocol"},
});
constexpr Object kPort{"a port like \"127.0.0.1:8080:80\"", kPortFields, kTargetRequired};

constexpr auto kBindFields = std::to_array<Field>({
    {.key = "selinux", .check = check_selinux},
    {.key = "propagation"},
    {.key = "create_host_path", .type = flag, .zero = Zero::omit_true},
    {.key = "recursive", .check = check_recursive},
});
constexpr Object kBind{"a mapping", kBindFields};
constexpr auto kVolumeMountFields = std::to_array<Field>({
    {.key = "labels", .type = mapping},
    {.key = "nocopy", .type = flag},
    {.key = "subpath"},
});
constexpr Object kVolumeMount{"a mapping", kVolumeMountFields};
constexpr auto kTmpfsFields = std::to_array<Field>({
    {.key = "size", .type = size},
    {.key = "mode", .type = strict_integer, .check = check_not_negative},
});
constexpr Object kTmpfs{"a mapping", kTmpfsFields};
constexpr auto kImageMountFields = std::to_array<Field>({{.key = "subpath"}});
constexpr Object kImageMount{"a mapping", kImageMountFields};
constexpr std::array<std::string_view, 2> kMountRequired{"type", "target"};
constexpr auto kMountFields = std::to_array<Field>({
    {.key = "type", .check = check_mount_type},
    {.key = "source"},
    {.key = "target", .check = check_mount_target},
    {.key = "read_only", .type = flag},
    {.key = "consistency"},
    {.key = "bind", .type = object, .object = &kBind},
    {.key = "volume", .type = object, .object = &kVolumeMount},
    {.key = "tmpfs", .type = object, .object = &kTmpfs},
    {.key = "image", .type = object, .object = &kImageMount},
});
constexpr Object kMount{"a mount like \"name:/path\"", kMountFields, kMountRequired};

constexpr std::array<std::string_view, 1> kPathRequired{"path"};
constexpr auto kEnvFileFields = std::to_array<Field>({
    {.key = "path"},
    {.key = "required", .type = flag, .zero = Zero::omit_true},
    {.key = "format", .check = check_env_format},
});
constexpr Object kEnvFile{"a path, or a mapping with \"path\"", kEnvFileFields, kPathRequired,
                          false};

constexpr auto kServiceFields = std::to_array<Field>({
    {.key = "profiles", .type = texts},
    {.key = "annotations", .type = mapping},
    {.key = "attach", .type = flag, .zero = Zero::keep},
    {.key = "build",
     .type = unsupported,
     .advice = "build the image first (docker build -t NAME …) and write image: NAME"},
    {.key = "develop",
     .type = unsupported,
     .advice = "remove it; it serves `docker compose watch`"},
    {.key = "blkio_config", .type = object, .object = &kBlkio},
    {.key = "cap_add", .type = texts},
    {.key = "cap_drop", .type = texts},
    {.key = "cgroup_parent"},
    {.key = "cgroup", .check = check_cgroup},
    {.key = "cpu_count", .type = integer, .check = check_not_negative},
    {.key = "cpu_percent", .type = decimal, .check = check_percent},
    {.key = "cpu_period", .type = integer},
    {.key = "cpu_quota", .type = integer},
    {.key = "cpu_rt_period", .type = integer},
    {.key = "cpu_rt_runtime", .type = integer},
    {.key = "cpus", .type = decimal},
    {.key = "cpuset"},
    {.key = "cpu_shares", .type = integer},
    {.key = "command", .type = command, .zero = Zero::always},
    {.key = "configs", .type = objects, .object = &kReference},
    {.key = "container_name", .check = check_container_name},
    {.key = "credential_spec",
     .type = unsupported,
     .advice = "remove it; it is for containers on Windows"},
    {.key = "depends_on", .type = named_objects, .object = &kDependency},
    {.key = "deploy", .type = object, .object = &kDeploy},
    {.key = "device_cgroup_rules", .type = texts, .check = check_unique},
    {.key = "devices", .type = objects, .object = &kDevice},
    {.key = "dns", .type = texts, .check = check_addresses},
    {.key = "dns_opt", .type = texts},
    {.key = "dns_search", .type = texts},
    {.key = "domainname"},
    {.key = "entrypoint", .type = command, .zero = Zero::always},
    {.key = "provider",
     .type = unsupported,
     .advice = "run what it provides by itself, and point the service at it"},
    {.key = "environment", .type = environment},
    {.key = "env_file", .type = objects, .object = &kEnvFile},
    {.key = "expose", .type = texts_or_numbers, .check = check_expose},
    {.key = "extends",
     .type = unsupported,
     .advice = "write its keys into this service, or share them with an anchor (&name, <<: *name)"},
    {.key = "external_links", .type = texts, .check = check_unique},
    {.key = "extra_hosts", .type = hosts},
    {.key = "group_add", .type = texts_or_numbers, .check = check_unique},
    {.key = "gpus", .type = objects, .object = &kGpu, .check = check_devices},
    {.key = "hostname"},
    {.key = "healthcheck", .type = object, .object = &kHealth},
    {.key = "image", .check = check_image},
    {.key = "init", .type = flag, .zero = Zero::keep},
    {.key = "ipc"},
    {.key = "isolation"},
    {.key = "labels", .type = mapping},
    {.key = "label_file", .type = texts, .check = check_unique},
    {.key = "links", .type = texts},
    {.key = "logging", .type = object, .object = &kLogging},
    {.key = "mem_limit", .type = size},
    {.key = "mem_reservation", .type = size},
    {.key = "memswap_limit", .type = size},
    {.key = "mem_swappiness", .type = size},
    {.key = "mac_address", .check = check_mac_address},
    {.key = "models",
     .type = unsupported,
     .advice = "run the model server as a service, and point this one at it by environment"},
    {.key = "network_mode"},
    {.key = "networks", .type = named_or_null, .object = &kAttachment},
    {.key = "oom_kill_disable", .type = flag},
    {.key = "oom_score_adj", .type = integer, .check = check_oom_score},
    {.key = "pid", .type = nullable_text},
    {.key = "pids_limit", .type = integer},
    {.key = "platform"},
    {.key = "ports", .type = objects, .object = &kPort},
    {.key = "privileged", .type = flag},
    {.key = "pull_policy", .check = check_pull_policy},
    {.key = "pull_refresh_after", .type = ignored},
    {.key = "read_only", .type = flag},
    {.key = "restart", .check = check_restart},
    {.key = "runtime"},
    {.key = "scale", .type = integer, .zero = Zero::keep, .check = check_one_replica},
    {.key = "secrets", .type = objects, .object = &kReference},
    {.key = "security_opt", .type = texts, .check = check_security_options},
    {.key = "shm_size", .type = size},
    {.key = "stdin_open", .type = flag},
    {.key = "stop_grace_period", .type = duration, .zero = Zero::keep},
    {.key = "stop_signal"},
    {.key = "storage_opt", .type = mapping},
    {.key = "sysctls", .type = mapping},
    {.key = "tmpfs", .type = texts},
    {.key = "tty", .type = flag},
    {.key = "ulimits", .type = named_objects},
    {.key = "use_api_socket",
     .type = unsupported,
     .advice = "mount it: volumes: [\"/var/run/docker.sock:/var/run/docker.sock\"]"},
    {.key = "user"},
    {.key = "userns_mode"},
    {.key = "uts"},
    {.key = "volumes", .type = objects, .object = &kMount},
    {.key = "volumes_from", .type = texts, .check = check_unique},
    {.key = "working_dir"},
    {.key = "pre_start", .type = unsupported, .advice = kHookAdvice},
    {.key = "post_start", .type = unsupported, .advice = kHookAdvice},
    {.key = "pre_stop", .type = unsupported, .advice = kHookAdvice},
});

constexpr auto kPoolFields = std::to_array<Field>({
    {.key = "subnet", .check = check_subnet},
    {.key = "gateway", .check = check_address},
    {.key = "ip_range", .check = check_subnet},
    {.key = "aux_addresses", .type = mapping},
});
constexpr Object kPool{"a mapping with \"subnet\"", kPoolFields};
constexpr auto kIpamFields = std::to_array<Field>({
    {.key = "driver"},
    {.key = "config", .type = objects, .object = &kPool},
    {.key = "options", .type = options},
});
constexpr Object kIpam{"a mapping", kIpamFields};
constexpr auto kNetworkFields = std::to_array<Field>({
    {.key = "name"},
    {.key = "driver"},
    {.key = "driver_opts", .type = options},
    {.key = "ipam", .type = object, .zero = Zero::always, .object = &kIpam},
    {.key = "external", .type = flag},
    {.key = "internal", .type = flag},
    {.key = "attachable", .type = flag},
    {.key = "labels", .type = mapping},
    {.key = "enable_ipv4", .type = flag, .zero = Zero::keep},
    {.key = "enable_ipv6", .type = flag, .zero = Zero::keep},
});

constexpr auto kVolumeFields = std::to_array<Field>({
    {.key = "name"},
    {.key = "driver"},
    {.key = "driver_opts", .type = options},
    {.key = "external", .type = flag},
    {.key = "labels", .type = mapping},
});

constexpr auto kSecretFields = std::to_array<Field>({
    {.key = "name"},
    {.key = "file"},
    {.key = "environment"},
    {.key = "external", .type = flag},
    {.key = "labels", .type = mapping},
    {.key = "driver", .type = unsupported, .advice = "keep the secret in a file: file: ./NAME"},
    {.key = "driver_opts",
     .type = unsupported,
     .advice = "keep the secret in a file: file: ./NAME"},
    {.key = "template_driver",
     .type = unsupported,
     .advice = "keep the secret in a file: file: ./NAME"},
});
constexpr auto kConfigFields = std::to_array<Field>({
    {.key = "name"},
    {.key = "file"},
    {.key = "environment"},
    {.key = "content"},
    {.key = "external", .type = flag},
    {.key = "labels", .type = mapping},
    {.key = "template_driver",
     .type = unsupported,
     .advice = "write the text as it is to be, or into a file: file: ./NAME"},
});

constexpr auto kTopFields = std::to_array<Field>({
    {.key = "version", .type = ignored},
    {.key = "name"},
    {.key = "include",
     .type = unsupported,
     .advice = "copy what it includes into this file, or into an override file beside it"},
    {.key = "services", .type = ignored},
    {.key = "models",
     .type = unsupported,
     .advice = "run the model server as a service, and point the others at it by environment"},
    {.key = "networks", .type = ignored},
    {.key = "volumes", .type = ignored},
    {.key = "secrets", .type = ignored},
    {.key = "configs", .type = ignored},
});

}  // namespace

const Object kFileObject{"a Compose file", kTopFields};
const Object kServiceObject{"a service", kServiceFields};
const Object kNetworkObject{"a network", kNetworkFields};
const Object kVolumeObject{"a volume", kVolumeFields};
const Object kSecretObject{"a secret", kSecretFields};
const Object kConfigObject{"a config", kConfigFields};

}  // namespace aistack::compose
