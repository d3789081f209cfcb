#include "adapters/libarchive/libarchive.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

namespace aistack::adapters::libarchive {
namespace {

// The name under which libarchive 3 is installed everywhere; a change of its ABI changes the
// number.
constexpr auto kName = "libarchive.so.13";

Error missing() {
  const char* const why = ::dlerror();
  return {.code = ErrorCode::kIo,
          .why = fmt::format("{} cannot be used: {}", kName, why == nullptr ? "no reason" : why),
          .next = {"apt install libarchive13 (Ubuntu 24.04: libarchive13t64)"}};
}

template <class Function>
bool find(void* handle, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(handle, name));
  return function != nullptr;
}

Result<Library> load() {
  void* const handle = ::dlopen(kName, RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return missing();
  Library library;
#define AISTACK_FIND(function) \
  if (!find(handle, #function, library.function)) return missing();
  AISTACK_LIBARCHIVE_FUNCTIONS(AISTACK_FIND)
#undef AISTACK_FIND
  return library;
}

}  // namespace

Result<const Library*> library() {
  static const Result<Library> loaded = load();
  if (!loaded) return loaded.error();
  return &loaded.value();
}

}  // namespace aistack::adapters::libarchive
