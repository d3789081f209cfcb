#pragma once

#include <filesystem>
#include <vector>

#include "operations/context.hpp"

// What a purge that was killed leaves for the next one: the directories of volumes that the engine
// may have forgotten already. Never an error: a purge goes on over damaged documents and full
// disks.
namespace aistack::operations {

inline constexpr auto kPurgePlan = "purge_plan.json";

// Only directories directly below the root of the volumes, whatever the document says.
std::vector<std::filesystem::path> read_purge_plan(Context& context);
void write_purge_plan(Context& context, const std::vector<std::filesystem::path>& directories);

// Errors after which no further call to the engine makes sense.
bool is_fatal(const Error& error);

}  // namespace aistack::operations
