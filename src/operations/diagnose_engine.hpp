#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "operations/diagnose_bundle.hpp"
#include "operations/stack.hpp"

// What the engine knows, for a support bundle.
namespace aistack::operations {

struct InspectedContainer {
  std::string name;
  nlohmann::ordered_json document;       // the engine's, with the environment's values taken out
  std::vector<std::string> environment;  // "NAME=value": to know what to take out elsewhere
};

struct EngineEvidence {
  std::optional<Error> problem;  // the engine cannot be asked: the rest is empty
  ports::EngineVersion version;
  std::optional<ports::EngineInfo> info;
  std::vector<ports::ContainerSummary> all;
  std::vector<InspectedContainer> containers;  // ours
  std::vector<MissingPart> missing;
};

// Asks the engine. Only kInterrupted is an error: everything else becomes a part of the facts.
Task<EngineEvidence> gather_engine(Context& context);

// engine.json, versions.json, gpu_report.json and the containers' inspections; adds what could not
// be had to the bundle's missing parts. Errors: the archive's, kInterrupted.
Task<> add_engine(Context& context, Bundle& bundle, const EngineEvidence& facts,
                  ports::FileReader& files);
// health_report.json: every installed service, probed now.
Task<> add_health(Context& context, Bundle& bundle, const EngineEvidence& facts);
// containers/NAME/log.txt: the last kContainerLogBytes, and at most kContainerLogLines, of each.
Task<> add_container_logs(Context& context, Bundle& bundle, const EngineEvidence& facts);

// The engine's inspection of a container with "***" for the environment's values, whose names stay;
// `environment` gets them as they were. kEngineProtocol: it is no JSON object.
Result<nlohmann::ordered_json> without_environment(std::string_view inspection,
                                                   std::vector<std::string>& environment);

}  // namespace aistack::operations
